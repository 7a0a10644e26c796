#include "crypto/csr.h"

#include "base/rng.h"
#include "crypto/authority.h"
#include "crypto/chain.h"
#include "crypto/der_certificate.h"
#include "crypto/tests/pki.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

namespace berth::crypto {
namespace {

class CsrTest : public testing::Test {
 protected:
  ~CsrTest() override { EXPECT_EQ(ERR_peek_error(), 0UL); }
  static std::string refusal(std::span<const std::uint8_t> der) {
    const auto request = read_csr(der);
    return request ? "it was taken" : request.error().what;
  }
  const pki::KeyOwner key_ = pki::make_key("P-256");
};

TEST_F(CsrTest, KeysOfThreeKinds_AreTaken) {
  for (const char* kind : {"P-256", "P-384", "Ed25519"}) {
    const auto key = pki::make_key(kind);
    const auto request = read_csr(pki::request("dev-1", key));
    ASSERT_TRUE(request) << request.error().what;
    EXPECT_EQ(request->key, kind);
    EXPECT_EQ(request->common_name, "dev-1");
    unsigned char* spki = nullptr;
    const int size = i2d_PUBKEY(key.get(), &spki);
    EXPECT_EQ(request->spki, base::Bytes(spki, spki + size));
    OPENSSL_free(spki);
  }
}

TEST_F(CsrTest, OtherKeys_AreRefusedByName) {
  for (const char* kind : {"RSA-2048", "P-521", "secp256k1", "explicit"}) {
    const std::string said = refusal(pki::request("dev-1", pki::make_key(kind)));
    EXPECT_NE(said.find(kind), std::string::npos) << said;
  }
}

TEST_F(CsrTest, RightsOfACa_AreRefusedAndTheirAbsenceIsNot) {
  EXPECT_NE(refusal(pki::request("dev-1", key_, "critical,CA:TRUE")).find("rights of a CA"),
            std::string::npos);
  EXPECT_TRUE(read_csr(pki::request("dev-1", key_, "CA:FALSE")));
}

TEST_F(CsrTest, KeyThatItsMakerDoesNotHave_IsRefused) {
  const std::string said = refusal(pki::request("dev-1", key_, {}, pki::make_key("P-256")));
  EXPECT_NE(said.find("its own key"), std::string::npos) << said;
  base::Bytes altered = pki::request("dev-1", key_);
  altered.back() ^= 1;
  EXPECT_FALSE(read_csr(altered));
}

TEST_F(CsrTest, GarbageAndMoreThanOneRequest_AreRefused) {
  base::Bytes followed = pki::request("dev-1", key_);
  followed.push_back(0);
  EXPECT_FALSE(read_csr(followed));
  EXPECT_FALSE(read_csr({}));
  EXPECT_FALSE(read_csr(base::Bytes(100, 0x30)));
  EXPECT_NE(refusal(base::Bytes(kRequestBytesMax + 1, 0x30)).find("8192"), std::string::npos);
}

TEST_F(CsrTest, Texts_MayBePemItsBodyOrBase64) {
  const base::Bytes der = pki::request("dev-1", key_);
  const std::string body = base::base64_encode(der);
  const std::string lines = body.substr(0, 64) + "\r\n" + body.substr(64) + "\r\n";
  for (const std::string& text :
       {body, lines,
        "-----BEGIN CERTIFICATE REQUEST-----\n" + lines + "-----END CERTIFICATE REQUEST-----\n",
        "-----BEGIN NEW CERTIFICATE REQUEST-----\n" + body +
            "-----END NEW CERTIFICATE REQUEST-----"}) {
    const auto read = csr_der(text);
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(*read, der);
  }
  EXPECT_FALSE(csr_der("-----BEGIN CERTIFICATE-----\n" + body + "-----END CERTIFICATE-----\n"));
  EXPECT_FALSE(csr_der(std::string(100'000, 'A')));
}

class IssuingTest : public testing::Test {
 protected:
  Authority load(const CertifiedKey& key) {
    return *Authority::load(key.certificate_pem, key.private_key_pem);
  }
  static Secret key_text_of(const pki::KeyOwner& key) {
    BIO* const bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    Secret text = Secret::from_text({data, static_cast<std::size_t>(size)});
    BIO_free(bio);
    return text;
  }
  Result<VerifiedChain, ChainTrouble> verify(const base::Bytes& leaf, const Authority& by) {
    std::vector<base::Bytes> presented = by.chain();
    presented.insert(presented.begin(), leaf);
    const auto anchors = TrustAnchors::make(std::vector<base::Bytes>{presented.back()}).value();
    ChainVerifier verifier;
    return verifier.verify(*anchors, presented, {}, {clock_.wall(), std::chrono::seconds(0)});
  }

  base::SeededRng rng_{3};
  base::FakeClock clock_;
  Authority root_ = *Authority::create("Berth test root", rng_, clock_, 1);
};

TEST_F(IssuingTest, RequestOfEachKind_GetsALeafThatLeadsToTheRoot) {
  const Authority issuing = load(*root_.issue_authority("Issuing CA", rng_, clock_));
  ASSERT_EQ(issuing.chain().size(), 2U);
  for (const char* kind : {"P-256", "P-384", "Ed25519"}) {
    const auto request = read_csr(pki::request("what it likes", pki::make_key(kind)));
    const auto der =
        issuing.issue_for_request(*request, {"dev-1", std::chrono::days(30)}, rng_, clock_);
    ASSERT_TRUE(der) << der.error().what;
    const auto verified = verify(der->der, issuing);
    ASSERT_TRUE(verified) << verified.error().what;
    EXPECT_EQ(verified->path.size(), 3U);
    EXPECT_EQ(verified->leaf.common_name, "dev-1");
    EXPECT_EQ(verified->leaf.key, kind);
    EXPECT_EQ(verified->leaf.serial.size(), 32U);
    EXPECT_FALSE(verified->leaf.is_ca);
    EXPECT_EQ(verified->leaf.not_before, clock_.wall() - Authority::kBackdate);
    EXPECT_EQ(verified->leaf.not_after, clock_.wall() + std::chrono::days(30));
  }
}

// A byte after the key keeps the library's way, which passes over it: the two can be compared.
TEST_F(IssuingTest, WrittenByHand_IsByteForByteWhatTheLibraryMakes) {
  const Authority below = load(*root_.issue_authority("Issuing CA", rng_, clock_));
  pki::Recipe unnamed = pki::ca("Another's CA, without an identifier");
  unnamed.identifiers = false;
  unnamed.until = pki::day(20'000);
  const pki::Made others = pki::make(unnamed);
  const Authority given = *Authority::load(certificate_pem(others.der), key_text_of(others.key));
  auto request = *read_csr(pki::request("dev-1", pki::make_key("P-256")));
  for (const Authority* authority :
       std::initializer_list<const Authority*>{&root_, &below, &given}) {
    for (const auto& [name, days] :
         {std::pair{"dev-1", 30}, {"d\xC3\xA9v, O=x", 1}, {"x", 9'500}}) {
      const LeafTerms terms{name, std::chrono::days(days)};
      base::SeededRng one(8);
      base::SeededRng other(8);
      const auto written = *authority->issue_for_request(request, terms, one, clock_);
      request.spki.push_back(0);
      const auto made = *authority->issue_for_request(request, terms, other, clock_);
      request.spki.pop_back();
      const auto signed_part = [](const base::Bytes& der) {
        const DerBytes tbs = read_der_certificate(der)->tbs;
        return base::Bytes(tbs.begin(), tbs.end());
      };
      EXPECT_EQ(signed_part(written.der), signed_part(made.der));
      EXPECT_TRUE(check_signed_by(written.der, authority->chain().front()));
      EXPECT_EQ(written.serial, made.serial);
      EXPECT_EQ(written.not_before, made.not_before);
      EXPECT_EQ(written.not_after, made.not_after);
      EXPECT_EQ(written.serial, read_certificate(written.der)->serial);
      EXPECT_EQ(read_certificate(written.der)->common_name, name);
    }
    clock_.advance(std::chrono::milliseconds(1'700));
  }
}

TEST_F(IssuingTest, CaOfAnotherKind_SignsForPlainRequestsToo) {
  const auto request = *read_csr(pki::request("dev-1", pki::make_key("P-256")));
  for (const char* kind : {"P-384", "Ed25519", "RSA-2048"}) {
    pki::Recipe recipe = pki::ca("Another's CA");
    recipe.key = kind;
    const pki::Made made = pki::make(recipe);
    const Authority given = *Authority::load(certificate_pem(made.der), key_text_of(made.key));
    const auto leaf =
        given.issue_for_request(request, {"dev-1", std::chrono::days(30)}, rng_, clock_);
    ASSERT_TRUE(leaf) << leaf.error().what;
    EXPECT_TRUE(check_signed_by(leaf->der, made.der)) << kind;
    EXPECT_TRUE(given.issue_client("dev-1", rng_, clock_));
  }
}

TEST_F(IssuingTest, LeafNeverOutlivesItsCa) {
  clock_.advance(Authority::kLifetime - std::chrono::hours(24));
  const auto request = read_csr(pki::request("dev-1", pki::make_key("P-256")));
  const auto der =
      root_.issue_for_request(*request, {"dev-1", std::chrono::days(90)}, rng_, clock_);
  ASSERT_TRUE(der);
  EXPECT_EQ(read_certificate(der->der)->not_after, clock_.wall() + std::chrono::hours(24));
  clock_.advance(std::chrono::hours(25));
  const auto late =
      root_.issue_for_request(*request, {"dev-1", std::chrono::days(90)}, rng_, clock_);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::kPreconditionFailed);
}

TEST_F(IssuingTest, CaForLeavesOnly_MakesNoOtherCa) {
  const Authority leaves = *Authority::create("Leaves only", rng_, clock_);
  EXPECT_EQ(leaves.issue_authority("Below", rng_, clock_).error().kind,
            ErrorKind::kPreconditionFailed);
  const Authority issuing = load(*root_.issue_authority("Issuing CA", rng_, clock_));
  EXPECT_FALSE(issuing.issue_authority("Below", rng_, clock_));
}

TEST_F(IssuingTest, ChainOfACa_MustBeInOrder) {
  const CertifiedKey made = *root_.issue_authority("Issuing CA", rng_, clock_);
  const Authority stranger = *Authority::create("Stranger", rng_, clock_, 1);
  const std::string own = certificate_pem(*certificate_der(made.certificate_pem));
  const auto loaded = Authority::load(own + stranger.certificate_pem(), made.private_key_pem);
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().what.find("certificate 2"), std::string::npos) << loaded.error().what;
  EXPECT_TRUE(Authority::load(own, made.private_key_pem));
}

TEST_F(IssuingTest, CommonNames_AreBounded) {
  const auto request = read_csr(pki::request("dev-1", pki::make_key("P-256")));
  for (const std::string& name : {std::string(), std::string(65, 'x'), std::string("a\nb")}) {
    EXPECT_FALSE(root_.issue_for_request(*request, {name, std::chrono::days(1)}, rng_, clock_));
    EXPECT_FALSE(root_.issue_authority(name, rng_, clock_));
  }
}

}  // namespace
}  // namespace berth::crypto
