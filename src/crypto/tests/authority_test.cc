#include "crypto/authority.h"

#include "crypto/certificate.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

namespace berth::crypto {
namespace {

using std::chrono::hours;

struct X509Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using X509Ptr = std::unique_ptr<X509, X509Free>;

X509Ptr parse(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509Ptr certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
  BIO_free(bio);
  return certificate;
}

// What a strict client checks: chain, purpose, host name, time.
int verify(const std::string& leaf_pem, const std::string& ca_pem, const char* host, TimePoint at,
           int purpose = X509_PURPOSE_SSL_SERVER) {
  const X509Ptr leaf = parse(leaf_pem);
  const X509Ptr ca = parse(ca_pem);
  X509_STORE* store = X509_STORE_new();
  X509_STORE_add_cert(store, ca.get());
  X509_STORE_CTX* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, leaf.get(), nullptr);
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_purpose(param, purpose);
  X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
  X509_VERIFY_PARAM_set_time(param, base::to_unix_seconds(at));
  if (host != nullptr && X509_VERIFY_PARAM_set1_ip_asc(param, host) != 1) {
    X509_VERIFY_PARAM_set1_host(param, host, 0);
  }
  X509_verify_cert(context);
  const int error = X509_STORE_CTX_get_error(context);
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  return error;
}

class AuthorityTest : public ::testing::Test {
 protected:
  Authority make() { return std::move(*Authority::create("Berth test CA", rng_, clock_)); }

  base::SeededRng rng_{7};
  base::FakeClock clock_;
};

TEST_F(AuthorityTest, ServerCertificateSatisfiesAStrictClient) {
  const Authority authority = make();
  const auto issued = authority.issue_server(
      {"Berth.example.com", "localhost", "127.0.0.1", "::1", "*.hubs.example.com"}, rng_, clock_);
  ASSERT_TRUE(issued) << issued.error().what;
  const TimePoint now = clock_.wall();
  for (const char* host :
       {"berth.example.com", "localhost", "127.0.0.1", "::1", "a.hubs.example.com"}) {
    EXPECT_EQ(verify(issued->certificate_pem, authority.certificate_pem(), host, now), X509_V_OK)
        << host;
  }
  EXPECT_EQ(verify(issued->certificate_pem, authority.certificate_pem(), "other.example.com", now),
            X509_V_ERR_HOSTNAME_MISMATCH);
}

TEST_F(AuthorityTest, ServerCertificateIsValidFromADayAgoForThirteenMonths) {
  const Authority authority = make();
  const auto issued = authority.issue_server({"a.example"}, rng_, clock_);
  ASSERT_TRUE(issued);
  const TimePoint now = clock_.wall();
  const auto check = [&](TimePoint at) {
    return verify(issued->certificate_pem, authority.certificate_pem(), "a.example", at);
  };
  EXPECT_EQ(check(now - hours(23)), X509_V_OK);
  EXPECT_NE(check(now - hours(25)), X509_V_OK);
  EXPECT_EQ(check(now + Authority::kServerLifetime - hours(1)), X509_V_OK);
  EXPECT_EQ(check(now + Authority::kServerLifetime + hours(1)), X509_V_ERR_CERT_HAS_EXPIRED);
}

TEST_F(AuthorityTest, ReadsBackWhatItMade) {
  const Authority authority = make();
  auto key = authority.private_key_pem();
  ASSERT_TRUE(key);
  const auto loaded = Authority::load(authority.certificate_pem(), *key);
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_EQ(loaded->certificate_pem(), authority.certificate_pem());
  const auto issued = loaded->issue_server({"a.example"}, rng_, clock_);
  ASSERT_TRUE(issued);
  EXPECT_EQ(
      verify(issued->certificate_pem, authority.certificate_pem(), "a.example", clock_.wall()),
      X509_V_OK);
}

TEST_F(AuthorityTest, RefusesPartsThatDoNotBelongTogether) {
  const Authority one = make();
  const Authority other = make();
  auto other_key = other.private_key_pem();
  auto key = one.private_key_pem();
  EXPECT_EQ(Authority::load(one.certificate_pem(), *other_key).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(Authority::load("rubbish", *key).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(Authority::load(one.certificate_pem(), Secret::from_text("rubbish")).error().kind,
            ErrorKind::kInvalid);
  const auto leaf = one.issue_server({"a.example"}, rng_, clock_);
  EXPECT_EQ(Authority::load(leaf->certificate_pem, leaf->private_key_pem).error().kind,
            ErrorKind::kInvalid);
}

TEST_F(AuthorityTest, RefusesNamesThatAreNoNames) {
  const Authority authority = make();
  const std::vector<std::string> bad = {"",
                                        "a b",
                                        "-a.example",
                                        "a..b",
                                        "a.example.",
                                        "*.",
                                        "a.*.b",
                                        "ex\nample",
                                        "1.2.3.4:443",
                                        std::string("1.2.3.4\0b", 9),
                                        std::string(64, 'a')};
  for (const std::string& name : bad) {
    const auto issued = authority.issue_server({"good.example", name}, rng_, clock_);
    ASSERT_FALSE(issued) << name;
    EXPECT_EQ(issued.error().kind, ErrorKind::kInvalid);
  }
  EXPECT_FALSE(authority.issue_server({}, rng_, clock_));
  EXPECT_FALSE(Authority::create("", rng_, clock_));
  EXPECT_FALSE(Authority::create(std::string(65, 'a'), rng_, clock_));
}

TEST_F(AuthorityTest, ReissuesForANewNameNearExpiryAndForStrangers) {
  const Authority authority = make();
  const std::string pem =
      authority.issue_server({"a.example", "*.b.example", "127.0.0.1"}, rng_, clock_)
          ->certificate_pem;
  EXPECT_FALSE(authority.needs_reissue(pem, {"A.example", "127.0.0.1"}, clock_));
  EXPECT_FALSE(authority.needs_reissue(pem, {"*.b.example"}, clock_));
  EXPECT_TRUE(authority.needs_reissue(pem, {"a.example", "c.example"}, clock_));
  EXPECT_TRUE(authority.needs_reissue(pem, {"127.0.0.2"}, clock_));
  EXPECT_TRUE(authority.needs_reissue("rubbish", {"a.example"}, clock_));
  EXPECT_TRUE(make().needs_reissue(pem, {"a.example"}, clock_));
  clock_.advance(Authority::kServerLifetime - Authority::kRenewBefore - hours(1));
  EXPECT_FALSE(authority.needs_reissue(pem, {"a.example"}, clock_));
  clock_.advance(hours(2));
  EXPECT_TRUE(authority.needs_reissue(pem, {"a.example"}, clock_));
}

TEST_F(AuthorityTest, NoServerCertificateOutlivesTheAuthority) {
  const Authority authority = make();
  clock_.advance(Authority::kLifetime - hours(24));
  const auto last = authority.issue_server({"a.example"}, rng_, clock_);
  ASSERT_TRUE(last);
  const TimePoint end = clock_.wall() + hours(24);
  EXPECT_EQ(verify(last->certificate_pem, authority.certificate_pem(), "a.example", end - hours(1)),
            X509_V_OK);
  const X509Ptr parsed = parse(last->certificate_pem);
  const X509Ptr ca = parse(authority.certificate_pem());
  EXPECT_EQ(ASN1_TIME_compare(X509_get0_notAfter(parsed.get()), X509_get0_notAfter(ca.get())), 0);
  clock_.advance(hours(25));
  EXPECT_EQ(authority.issue_server({"a.example"}, rng_, clock_).error().kind,
            ErrorKind::kPreconditionFailed);
}

TEST_F(AuthorityTest, ClientCertificateIsForClientsOnlyAndLastsAsLongAsTheAuthority) {
  const Authority authority = make();
  const auto issued = authority.issue_client("S3EUVBRJLBdev:1_a-B", rng_, clock_);
  ASSERT_TRUE(issued) << issued.error().what;
  const TimePoint now = clock_.wall();
  const auto check = [&](TimePoint at, int purpose) {
    return verify(issued->certificate_pem, authority.certificate_pem(), nullptr, at, purpose);
  };
  EXPECT_EQ(check(now, X509_PURPOSE_SSL_CLIENT), X509_V_OK);
  EXPECT_EQ(check(now, X509_PURPOSE_SSL_SERVER), X509_V_ERR_INVALID_PURPOSE);
  EXPECT_EQ(check(now + Authority::kLifetime - hours(1), X509_PURPOSE_SSL_CLIENT), X509_V_OK);
  EXPECT_EQ(check(now - hours(25), X509_PURPOSE_SSL_CLIENT), X509_V_ERR_CERT_NOT_YET_VALID);
}

TEST_F(AuthorityTest, ClientCertificateAndItsKeyArePemWithLineFeedsAlone) {
  const auto issued = make().issue_client("device-1", rng_, clock_);
  ASSERT_TRUE(issued);
  const std::string_view key = issued->private_key_pem.text();
  EXPECT_TRUE(issued->certificate_pem.starts_with("-----BEGIN CERTIFICATE-----\n"));
  EXPECT_TRUE(key.starts_with("-----BEGIN PRIVATE KEY-----\n"));
  EXPECT_EQ(issued->certificate_pem.find('\r'), std::string::npos);
  EXPECT_EQ(key.find('\r'), std::string_view::npos);
  EXPECT_LT(issued->certificate_pem.size() + key.size(), 1500U);
}

TEST_F(AuthorityTest, ClientCertificateAndItsKeyAreAPair) {
  const auto issued = make().issue_client("device-1", rng_, clock_);
  ASSERT_TRUE(issued);
  BIO* bio = BIO_new_mem_buf(issued->private_key_pem.text().data(),
                             static_cast<int>(issued->private_key_pem.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  ASSERT_NE(key, nullptr);
  const X509Ptr certificate = parse(issued->certificate_pem);
  EXPECT_EQ(X509_check_private_key(certificate.get(), key), 1);
  EVP_PKEY_free(key);
}

TEST_F(AuthorityTest, RefusesCommonNamesThatDoNotFit) {
  const Authority authority = make();
  for (const std::string& name : {std::string(), std::string(65, 'a'), std::string("a\nb")}) {
    const auto issued = authority.issue_client(name, rng_, clock_);
    ASSERT_FALSE(issued) << name.size();
    EXPECT_EQ(issued.error().kind, ErrorKind::kInvalid);
  }
  EXPECT_TRUE(authority.issue_client(std::string(64, 'a'), rng_, clock_));
}

TEST_F(AuthorityTest, CertificatesAreReadBack) {
  const auto issued = make().issue_client("S3EUVBRJLBdev1", rng_, clock_);
  const auto der = certificate_der(issued->certificate_pem);
  ASSERT_TRUE(der);
  const auto facts = read_certificate(*der);
  ASSERT_TRUE(facts) << facts.error().what;
  EXPECT_EQ(facts->common_name, "S3EUVBRJLBdev1");
  EXPECT_EQ(facts->sha256, sha256(*der));
  EXPECT_EQ(facts->not_before, clock_.wall() - Authority::kBackdate);
  EXPECT_EQ(facts->not_after, clock_.wall() + Authority::kLifetime);
}

TEST_F(AuthorityTest, WhatIsNoCertificateIsNotRead) {
  const auto issued = make().issue_client("device-1", rng_, clock_);
  base::Bytes der = *certificate_der(issued->certificate_pem);
  EXPECT_FALSE(read_certificate({}));
  EXPECT_FALSE(read_certificate(std::span(der).first(der.size() - 1)));
  der.push_back(0);
  EXPECT_FALSE(read_certificate(der));
  EXPECT_FALSE(read_certificate(base::Bytes(kCertificateBytesMax + 1, 0x30)));
  EXPECT_FALSE(certificate_der("rubbish"));
  EXPECT_FALSE(certificate_der(std::string(100'000, 'a')));
}

TEST_F(AuthorityTest, SerialsComeFromTheGeneratorAndArePositive) {
  const Authority authority = make();
  std::vector<X509Ptr> issued;
  for (int i = 0; i < 8; ++i) {
    issued.push_back(parse(authority.issue_server({"a.example"}, rng_, clock_)->certificate_pem));
    EXPECT_EQ(ASN1_STRING_length(X509_get0_serialNumber(issued.back().get())), 16);
    EXPECT_EQ(ASN1_STRING_type(X509_get0_serialNumber(issued.back().get())), V_ASN1_INTEGER);
  }
  EXPECT_NE(ASN1_INTEGER_cmp(X509_get0_serialNumber(issued[0].get()),
                             X509_get0_serialNumber(issued[1].get())),
            0);
}

}  // namespace
}  // namespace berth::crypto
