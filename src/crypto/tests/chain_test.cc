#include "crypto/chain.h"

#include "crypto/tests/pki.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

namespace berth::crypto {
namespace {

using pki::ca;
using pki::day;
using pki::leaf;
using pki::Made;
using pki::make;
using pki::Recipe;

Sha256 print_of(const Made& made) { return sha256(made.der); }

class ChainTest : public testing::Test {
 protected:
  ~ChainTest() override { EXPECT_EQ(ERR_peek_error(), 0UL) << "errors are left in the queue"; }

  Result<VerifiedChain, ChainTrouble> verify(const std::vector<base::Bytes>& trusted,
                                             const std::vector<base::Bytes>& presented,
                                             const std::vector<base::Bytes>& known = {}) {
    anchors_ = TrustAnchors::make(trusted).value();
    return verifier_.verify(*anchors_, presented, known, moment_);
  }
  ChainTrouble refused(const std::vector<base::Bytes>& trusted,
                       const std::vector<base::Bytes>& presented,
                       const std::vector<base::Bytes>& known = {}) {
    auto verified = verify(trusted, presented, known);
    if (!verified) return verified.error();
    ADD_FAILURE() << "it was accepted";
    return {};
  }
  // A leaf of that recipe below the root; what is said of it.
  ChainTrouble refused_leaf(const Recipe& recipe) {
    const Made made = make(recipe, &root_);
    ChainTrouble trouble = refused({root_.der}, {made.der});
    EXPECT_EQ(trouble.depth, 0U);
    EXPECT_NE(trouble.certificate.find("CN=" + recipe.cn), std::string::npos);
    return trouble;
  }
  // The same of an intermediate with a good leaf below it.
  ChainTrouble refused_intermediate(const Recipe& recipe) {
    const Made between = make(recipe, &root_);
    const Made device = make(leaf("dev-1"), &between);
    return refused({root_.der}, {device.der, between.der});
  }

  Made root_ = make(ca("Root"));
  ChainMoment moment_{day(0), std::chrono::minutes(5)};
  std::shared_ptr<const TrustAnchors> anchors_;
  ChainVerifier verifier_;
};

TEST_F(ChainTest, LeafBelowATrustedRoot_IsVerifiedAndThePathTold) {
  const Made device = make(leaf("dev-1"), &root_);
  const auto verified = verify({root_.der}, {device.der});
  ASSERT_TRUE(verified) << verified.error().what;
  EXPECT_EQ(verified->leaf.common_name, "dev-1");
  EXPECT_EQ(verified->path, (std::vector<Sha256>{print_of(device), print_of(root_)}));
}

TEST_F(ChainTest, Intermediates_MayComeInAnyOrderAndWithTheRoot) {
  const Made upper = make(ca("Upper"), &root_);
  const Made lower = make(ca("Lower"), &upper);
  const Made device = make(leaf("dev-1"), &lower);
  const std::vector<Sha256> path = {print_of(device), print_of(lower), print_of(upper),
                                    print_of(root_)};
  for (const auto& presented : {std::vector{device.der, lower.der, upper.der},
                                std::vector{device.der, root_.der, upper.der, lower.der}}) {
    const auto verified = verify({root_.der}, presented);
    ASSERT_TRUE(verified) << verified.error().what;
    EXPECT_EQ(verified->path, path);
  }
}

TEST_F(ChainTest, TrustedIntermediate_EndsThePathWhenItsIssuerIsNotTrusted) {
  const Made between = make(ca("Between"), &root_);
  const Made device = make(leaf("dev-1"), &between);
  const auto verified = verify({between.der}, {device.der, root_.der});
  ASSERT_TRUE(verified) << verified.error().what;
  EXPECT_EQ(verified->path, (std::vector<Sha256>{print_of(device), print_of(between)}));
}

TEST_F(ChainTest, TrustedIntermediateBelowATrustedRoot_HasBothOnThePath) {
  const Made between = make(ca("Between"), &root_);
  const Made device = make(leaf("dev-1"), &between);
  const auto verified = verify({between.der, root_.der}, {device.der});
  ASSERT_TRUE(verified) << verified.error().what;
  EXPECT_EQ(verified->path.size(), 3U);
  EXPECT_EQ(verified->path.back(), print_of(root_));
}

TEST_F(ChainTest, ExpiredRootAboveATrustedIntermediate_DoesNotMatter) {
  Recipe old = ca("Old root");
  old.until = day(-1);
  const Made root = make(old);
  const Made between = make(ca("Between"), &root);
  const Made device = make(leaf("dev-1"), &between);
  const auto verified = verify({between.der, root.der}, {device.der});
  ASSERT_TRUE(verified) << verified.error().what;
  EXPECT_EQ(verified->path.back(), print_of(between));
}

TEST_F(ChainTest, IntermediateThatIsKnown_NeedNotBeSent) {
  const Made between = make(ca("Between"), &root_);
  const Made device = make(leaf("dev-1"), &between);
  EXPECT_TRUE(verify({root_.der}, {device.der}, {between.der}));
  const ChainTrouble trouble = refused({root_.der}, {device.der});
  EXPECT_EQ(trouble.fault, ChainFault::kIssuerUnknown);
  EXPECT_EQ(trouble.depth, 0U);
  EXPECT_NE(trouble.what.find("CN=Between"), std::string::npos) << trouble.what;
}

TEST_F(ChainTest, TwoCasOfOneNameWithDifferentKeys_AreToldApartBySignature) {
  for (const bool identifiers : {true, false}) {
    Recipe same = ca("Rolled over");
    same.identifiers = identifiers;
    const Made before = make(same);
    const Made after = make(same);
    const Made other = make(same);
    Recipe recipe = leaf("dev-1");
    recipe.identifiers = identifiers;
    for (const Made* signer : {&before, &after}) {
      const Made device = make(recipe, signer);
      const auto verified = verify({before.der, after.der}, {device.der});
      ASSERT_TRUE(verified) << verified.error().what;
      EXPECT_EQ(verified->path.back(), print_of(*signer));
    }
    const Made foreign = make(recipe, &other);
    const ChainTrouble trouble = refused({before.der, after.der}, {foreign.der});
    EXPECT_EQ(trouble.fault, ChainFault::kSignature);
    EXPECT_NE(trouble.what.find("none of 2 CAs"), std::string::npos) << trouble.what;
  }
}

// Whether a CA is signed with its own key is looked at once.
TEST_F(ChainTest, CaThatNamesItselfButIsSignedByAnother_IsFollowedUpEachTime) {
  const Made renewed = make(ca("Root"), &root_);
  const auto anchors = TrustAnchors::make(std::vector<base::Bytes>{root_.der, renewed.der}).value();
  for (const char* name : {"dev-1", "dev-2"}) {
    for (const auto& [issuer, count] :
         {std::pair<const Made*, std::size_t>(&renewed, 3), {&root_, 2}}) {
      const std::vector<base::Bytes> device = {make(leaf(name), issuer).der};
      const auto verified = verifier_.verify(*anchors, device, {}, moment_);
      ASSERT_TRUE(verified) << verified.error().what;
      EXPECT_EQ(verified->path.size(), count);
    }
  }
}

TEST_F(ChainTest, CertificateThatBorrowsTheNameOfACa_DoesNotHideTheCa) {
  const Made impostor = make(ca("Root"));
  const Made device = make(leaf("dev-1"), &root_);
  EXPECT_TRUE(verify({root_.der}, {device.der, impostor.der}));
  const Made forged = make(leaf("dev-1"), &impostor);
  EXPECT_EQ(refused({root_.der}, {forged.der}).fault, ChainFault::kSignature);
  const ChainTrouble trouble = refused({root_.der}, {forged.der, impostor.der});
  EXPECT_EQ(trouble.fault, ChainFault::kUntrusted);
  EXPECT_EQ(trouble.depth, 1U);
}

TEST_F(ChainTest, CrossSignedIntermediate_IsFoundByTheWayThatLeadsToTrust) {
  const Made other = make(ca("Other root"));
  const auto key = pki::make_key("P-256");
  const Made here = make(ca("Between"), &root_, key);
  const Made there = make(ca("Between"), &other, key);
  const Made device = make(leaf("dev-1"), &here);
  const auto verified = verify({root_.der}, {device.der, there.der, other.der, here.der});
  ASSERT_TRUE(verified) << verified.error().what;
  EXPECT_EQ(verified->path.back(), print_of(root_));
}

TEST_F(ChainTest, AlteredSignature_IsNamed) {
  const Made device = make(leaf("dev-1"), &root_);
  base::Bytes altered = device.der;
  altered.back() ^= 1;
  EXPECT_EQ(refused({root_.der}, {altered}).fault, ChainFault::kSignature);
}

TEST_F(ChainTest, SelfSignedLeaf_LeadsNowhere) {
  const Made device = make(leaf("dev-1"));
  EXPECT_EQ(refused({root_.der}, {device.der}).fault, ChainFault::kUntrusted);
}

TEST_F(ChainTest, WithoutAnyTrustedCa_ThatIsSaid) {
  const Made device = make(leaf("dev-1"), &root_);
  EXPECT_EQ(refused({}, {device.der, root_.der}).fault, ChainFault::kNoAnchor);
}

TEST_F(ChainTest, Dates_CountOnEveryHopWithSomeSkew) {
  Recipe recipe = leaf("dev-1");
  recipe.until = day(0) - std::chrono::minutes(6);
  EXPECT_EQ(refused_leaf(recipe).fault, ChainFault::kExpired);
  recipe.until = day(0) - std::chrono::minutes(4);
  const Made device = make(recipe, &root_);
  EXPECT_TRUE(verify({root_.der}, {device.der}));
  recipe = leaf("dev-1");
  recipe.from = day(0) + std::chrono::minutes(6);
  EXPECT_EQ(refused_leaf(recipe).fault, ChainFault::kNotYetValid);
  Recipe between = ca("Between");
  between.until = day(-1);
  const ChainTrouble trouble = refused_intermediate(between);
  EXPECT_EQ(trouble.fault, ChainFault::kExpired);
  EXPECT_EQ(trouble.depth, 1U);
  EXPECT_NE(trouble.certificate.find("CN=Between"), std::string::npos);
  Recipe root = ca("Old root");
  root.until = day(-1);
  const Made old = make(root);
  EXPECT_EQ(refused({old.der}, {make(leaf("dev-1"), &old).der}).depth, 1U);
}

TEST_F(ChainTest, LeafForServersOnly_IsOfWrongUsage) {
  Recipe recipe = leaf("dev-1");
  recipe.usage = "serverAuth";
  EXPECT_EQ(refused_leaf(recipe).fault, ChainFault::kUsage);
  recipe.usage = "";
  recipe.key_usage = "critical,keyEncipherment";
  EXPECT_EQ(refused_leaf(recipe).fault, ChainFault::kUsage);
  recipe.key_usage = "";
  EXPECT_TRUE(verify({root_.der}, {make(recipe, &root_).der}));
}

TEST_F(ChainTest, IssuerWithoutCaRights_MayNotSign) {
  const Recipe plain = leaf("Between");
  const ChainTrouble trouble = refused_intermediate(plain);
  EXPECT_EQ(trouble.fault, ChainFault::kNotCa);
  EXPECT_EQ(trouble.depth, 1U);
  Recipe no_signing = ca("Between");
  no_signing.key_usage = "critical,digitalSignature";
  EXPECT_EQ(refused_intermediate(no_signing).fault, ChainFault::kNotCa);
  Recipe servers = ca("Between");
  servers.usage = "serverAuth";
  EXPECT_EQ(refused_intermediate(servers).fault, ChainFault::kNotCa);
}

TEST_F(ChainTest, PathLength_IsKept) {
  Recipe recipe = ca("Short");
  recipe.path_length = 0;
  const Made shortest = make(recipe, &root_);
  const Made below = make(ca("Below"), &shortest);
  const Made device = make(leaf("dev-1"), &below);
  EXPECT_EQ(refused({root_.der}, {device.der, below.der, shortest.der}).fault, ChainFault::kNotCa);
  EXPECT_TRUE(verify({root_.der}, {make(leaf("dev-1"), &shortest).der, shortest.der}));
}

TEST_F(ChainTest, NameConstraints_AreKeptAlsoWhenTheIntermediateIsRemembered) {
  Recipe recipe = ca("Constrained");
  recipe.constraints = "critical,permitted;DNS:good.example";
  const Made between = make(recipe, &root_);
  Recipe good = leaf("dev-1");
  good.alternative = "DNS:dev-1.good.example";
  ASSERT_TRUE(verify({root_.der}, {make(good, &between).der, between.der}));
  Recipe bad = leaf("dev-1");
  bad.alternative = "DNS:dev-1.bad.example";
  const auto refusal =
      verifier_.verify(*anchors_, std::vector{make(bad, &between).der, between.der}, {}, moment_);
  ASSERT_FALSE(refusal);
  EXPECT_EQ(refusal.error().fault, ChainFault::kNotCa);
}

TEST_F(ChainTest, WeakKeysAndSignatures_AreRefused) {
  for (const char* key : {"RSA-1024", "P-224", "secp256k1", "brainpoolP256r1", "explicit"}) {
    Recipe recipe = leaf("dev-1");
    recipe.key = key;
    EXPECT_EQ(refused_leaf(recipe).fault, ChainFault::kWeakKey) << key;
  }
  Recipe top = ca("RSA root");
  top.key = "RSA-2048";
  const Made root = make(top);
  for (const EVP_MD* digest : {EVP_sha1(), EVP_md5()}) {
    Recipe recipe = leaf("dev-1");
    recipe.digest = digest;
    EXPECT_EQ(refused({root.der}, {make(recipe, &root).der}).fault, ChainFault::kWeakKey);
  }
  Recipe between = ca("Between");
  between.key = "RSA-1024";
  const ChainTrouble trouble = refused_intermediate(between);
  EXPECT_EQ(trouble.fault, ChainFault::kWeakKey);
  EXPECT_EQ(trouble.depth, 1U);
  EXPECT_NE(trouble.what.find("RSA-1024"), std::string::npos) << trouble.what;
}

TEST_F(ChainTest, GoodKeysOfAllKinds_AreTaken) {
  for (const char* key : {"RSA-2048", "P-256", "P-384", "P-521", "Ed25519"}) {
    Recipe top = ca("Top");
    top.key = key;
    const Made root = make(top);
    Recipe recipe = leaf("dev-1");
    recipe.key = key;
    const auto verified = verify({root.der}, {make(recipe, &root).der});
    ASSERT_TRUE(verified) << key << ": " << verified.error().what;
    EXPECT_EQ(verified->leaf.key, key);
  }
}

TEST_F(ChainTest, CriticalExtension_MustBeUnderstood) {
  Recipe recipe = leaf("dev-1");
  recipe.critical_oid = "1.2.3.4.5";
  const ChainTrouble trouble = refused_leaf(recipe);
  EXPECT_EQ(trouble.fault, ChainFault::kCriticalExtension);
  EXPECT_NE(trouble.what.find("1.2.3.4.5"), std::string::npos) << trouble.what;
  Recipe between = ca("Between");
  between.critical_oid = "1.2.3.4.5";
  EXPECT_EQ(refused_intermediate(between).depth, 1U);
  recipe.critical_oid = "2.23.133.5.4.1";
  EXPECT_TRUE(verify({root_.der}, {make(recipe, &root_).der}));
}

TEST_F(ChainTest, PathsAreLimited_AsIsWhatIsSent) {
  std::vector<Made> cas;
  cas.push_back(make(ca("CA 0")));
  for (int i = 1; i < 20; ++i) cas.push_back(make(ca("CA " + std::to_string(i)), &cas.back()));
  const auto chain_below = [&](std::size_t levels) {
    std::vector<base::Bytes> chain = {make(leaf("dev-1"), &cas[levels]).der};
    for (std::size_t i = levels; i > 0; --i) chain.push_back(cas[i].der);
    return chain;
  };
  EXPECT_TRUE(verify({cas[0].der}, chain_below(kChainCertificatesMax - 2)));
  EXPECT_EQ(refused({cas[0].der}, chain_below(kChainCertificatesMax - 1)).fault,
            ChainFault::kTooLong);
  EXPECT_EQ(refused({cas[0].der}, chain_below(19)).fault, ChainFault::kTooLong);
}

TEST_F(ChainTest, Garbage_IsUnreadableAtItsDepth) {
  const Made device = make(leaf("dev-1"), &root_);
  EXPECT_EQ(refused({root_.der}, {}).fault, ChainFault::kUnreadable);
  EXPECT_EQ(refused({root_.der}, {base::Bytes{0x30, 0x00}}).fault, ChainFault::kUnreadable);
  const ChainTrouble trouble = refused({root_.der}, {device.der, base::Bytes(20'000, 0x30)});
  EXPECT_EQ(trouble.fault, ChainFault::kUnreadable);
  EXPECT_EQ(trouble.depth, 1U);
  EXPECT_NE(trouble.what.find("16384"), std::string::npos) << trouble.what;
  base::Bytes followed = device.der;
  followed.push_back(0);
  EXPECT_EQ(refused({root_.der}, {followed}).fault, ChainFault::kUnreadable);
}

TEST_F(ChainTest, SubjectInTrouble_IsPrintableAndBounded) {
  Recipe recipe = leaf(std::string(60, 'x') + "\n\x01");
  recipe.organization = std::string(64, 'o');
  const Made device = make(recipe);
  const ChainTrouble trouble = refused({root_.der}, {device.der});
  EXPECT_LE(trouble.certificate.size(), kNameShownMax);
  EXPECT_EQ(trouble.certificate.find('\n'), std::string::npos);
}

TEST_F(ChainTest, SecondDeviceBelowAnIntermediate_CostsOneDecodedLeaf) {
  const Made between = make(ca("Between"), &root_);
  anchors_ = TrustAnchors::make(std::vector<base::Bytes>{root_.der}).value();
  const auto register_one = [&](const std::string& id) {
    const std::uint64_t before = verifier_.decoded();
    const auto verified = verifier_.verify(
        *anchors_, std::vector{make(leaf(id), &between).der, between.der}, {}, moment_);
    EXPECT_TRUE(verified);
    EXPECT_EQ(verified->path.size(), 3U);
    return verifier_.decoded() - before;
  };
  EXPECT_EQ(register_one("dev-1"), 2U);
  EXPECT_EQ(register_one("dev-2"), 1U);
}

TEST_F(ChainTest, SameChainAgain_IsNotDecodedAndSaysTheSame) {
  const Made between = make(ca("Between"), &root_);
  const std::vector<base::Bytes> presented = {make(leaf("dev-1"), &between).der, between.der};
  const auto first = verify({root_.der}, presented);
  ASSERT_TRUE(first);
  const std::uint64_t before = verifier_.decoded();
  const auto again = verifier_.verify(*anchors_, presented, {}, moment_);
  ASSERT_TRUE(again);
  EXPECT_EQ(verifier_.decoded(), before);
  EXPECT_EQ(again->path, first->path);
  EXPECT_EQ(again->leaf.common_name, first->leaf.common_name);
  EXPECT_EQ(again->leaf.sha256, first->leaf.sha256);
}

TEST_F(ChainTest, RememberedChain_CountsOnlyWhileAllOfItIsGood) {
  Recipe short_lived = leaf("dev-1");
  short_lived.until = day(10);
  const Made between = make(ca("Between"), &root_);
  const std::vector<base::Bytes> presented = {make(short_lived, &between).der, between.der};
  ASSERT_TRUE(verify({root_.der}, presented));
  moment_.now = day(11);
  const auto late = verifier_.verify(*anchors_, presented, {}, moment_);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().fault, ChainFault::kExpired);
  EXPECT_EQ(late.error().depth, 0U);
}

TEST_F(ChainTest, RememberedChain_NeedsAllThatItWasJudgedBy) {
  const Made between = make(ca("Between"), &root_);
  const base::Bytes device = make(leaf("dev-1"), &between).der;
  ASSERT_TRUE(verify({root_.der}, {device, between.der}));
  const std::vector<base::Bytes> alone = {device};
  EXPECT_FALSE(verifier_.verify(*anchors_, alone, {}, moment_)) << "without its intermediate";
}

TEST_F(ChainTest, RememberedIntermediate_CountsOnlyForTheSameCasAndWhileItIsGood) {
  Recipe recipe = ca("Between");
  recipe.until = day(10);
  const Made between = make(recipe, &root_);
  const std::vector<base::Bytes> presented = {make(leaf("dev-1"), &between).der, between.der};
  ASSERT_TRUE(verify({root_.der}, presented));
  moment_.now = day(11);
  auto late = verifier_.verify(*anchors_, presented, {}, moment_);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().fault, ChainFault::kExpired);
  EXPECT_EQ(late.error().depth, 1U);
  moment_.now = day(0);
  EXPECT_EQ(refused({make(ca("Another")).der}, presented).fault, ChainFault::kIssuerUnknown);
}

TEST_F(ChainTest, ForgedLeafBelowARememberedIntermediate_IsRefused) {
  const Made between = make(ca("Between"), &root_);
  ASSERT_TRUE(verify({root_.der}, {make(leaf("dev-1"), &between).der, between.der}));
  const Made impostor = make(ca("Between"));
  const std::vector<base::Bytes> forged = {make(leaf("dev-1"), &impostor).der, between.der};
  const auto refusal = verifier_.verify(*anchors_, forged, {}, moment_);
  ASSERT_FALSE(refusal);
  EXPECT_EQ(refusal.error().fault, ChainFault::kSignature);
}

TEST_F(ChainTest, Memory_IsBounded) {
  ChainVerifier few(4);
  anchors_ = TrustAnchors::make(std::vector<base::Bytes>{root_.der}).value();
  for (int i = 0; i < 10; ++i) {
    const Made between = make(ca("Between " + std::to_string(i)), &root_);
    const std::vector<base::Bytes> presented = {make(leaf("dev-1"), &between).der, between.der};
    ASSERT_TRUE(few.verify(*anchors_, presented, {}, moment_));
    const std::uint64_t before = few.decoded();
    ASSERT_TRUE(few.verify(*anchors_, presented, {}, moment_));
    EXPECT_EQ(few.decoded() - before, 0U) << "the newest chain is always remembered";
    const std::vector<base::Bytes> sibling = {make(leaf("dev-2"), &between).der, between.der};
    ASSERT_TRUE(few.verify(*anchors_, sibling, {}, moment_));
    EXPECT_EQ(few.decoded() - before, 1U) << "the newest intermediate is always remembered";
  }
}

TEST_F(ChainTest, ManyCertificatesOfOneName_AreGivenUpOn) {
  std::vector<base::Bytes> trusted;
  for (int i = 0; i < 100; ++i) trusted.push_back(make(ca("Same")).der);
  const Made other = make(ca("Same"));
  EXPECT_EQ(refused(trusted, {make(leaf("dev-1"), &other).der}).fault, ChainFault::kSignature);
}

TEST(CheckLeaf, PinnedLeaf_NeedsDatesUsageAndKeyButNoIssuer) {
  const ChainMoment moment{day(0), std::chrono::minutes(5)};
  const auto fault_of = [&](const Recipe& recipe) {
    return check_leaf(make(recipe).der, moment).error().fault;
  };
  Recipe made_by_default = ca("dev-1");  // what tools make for a self-signed one
  made_by_default.key_usage = "critical,digitalSignature,keyCertSign";
  const auto good = check_leaf(make(made_by_default).der, moment);
  ASSERT_TRUE(good) << good.error().what;
  EXPECT_EQ(good->common_name, "dev-1");
  Recipe old_signature = leaf("dev-1");
  old_signature.digest = EVP_sha1();
  EXPECT_TRUE(check_leaf(make(old_signature).der, moment)) << "it is pinned whole";
  Recipe recipe = leaf("dev-1");
  recipe.until = day(-1);
  EXPECT_EQ(fault_of(recipe), ChainFault::kExpired);
  recipe = leaf("dev-1");
  recipe.usage = "serverAuth";
  EXPECT_EQ(fault_of(recipe), ChainFault::kUsage);
  recipe = leaf("dev-1");
  recipe.key = "RSA-1024";
  EXPECT_EQ(fault_of(recipe), ChainFault::kWeakKey);
  recipe = leaf("dev-1");
  recipe.critical_oid = "1.2.3.4.5";
  EXPECT_EQ(fault_of(recipe), ChainFault::kCriticalExtension);
}

TEST(CheckSignedBy, ProofOfPossession_MustBeSignedByThatCa) {
  const Made root = make(ca("Root"));
  const Made impostor = make(ca("Root"));
  const Made other = make(ca("Other"));
  Recipe recipe = leaf("code");
  recipe.usage = "";
  const Made proof = make(recipe, &root);
  EXPECT_TRUE(check_signed_by(proof.der, root.der));
  EXPECT_FALSE(check_signed_by(proof.der, impostor.der));
  EXPECT_FALSE(check_signed_by(proof.der, other.der));
}

}  // namespace
}  // namespace berth::crypto
