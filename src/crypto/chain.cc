#include "crypto/chain.h"

#include "crypto/chain_check.h"
#include "crypto/chain_parts.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

namespace berth::crypto {
namespace {

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

// Of all that a chain is judged by, in its order.
Sha256 print_of(std::span<const base::Bytes> presented, std::span<const base::Bytes> known) {
  base::Bytes prints;
  for (const std::span<const base::Bytes> some : {presented, known}) {
    for (const base::Bytes& der : some) {
      const Sha256 print = sha256(der);
      prints.insert(prints.end(), print.begin(), print.end());
    }
    prints.push_back(0);  // where the one list ends and the other begins
  }
  return sha256(prints);
}

}  // namespace

std::string_view to_string(ChainFault fault) {
  switch (fault) {
    case ChainFault::kUnreadable:
      return "unreadable";
    case ChainFault::kTooLong:
      return "too_long";
    case ChainFault::kExpired:
      return "expired";
    case ChainFault::kNotYetValid:
      return "not_yet_valid";
    case ChainFault::kIssuerUnknown:
      return "issuer_unknown";
    case ChainFault::kUntrusted:
      return "untrusted";
    case ChainFault::kSignature:
      return "signature";
    case ChainFault::kNotCa:
      return "not_ca";
    case ChainFault::kUsage:
      return "usage";
    case ChainFault::kWeakKey:
      return "weak_key";
    case ChainFault::kCriticalExtension:
      return "critical_extension";
    case ChainFault::kNoAnchor:
      return "no_anchor";
  }
  return "unknown";
}

struct TrustAnchors::Impl {
  ByName anchors;
  std::uint64_t serial = next_serial();  // no two sets have the same, unlike addresses
};

TrustAnchors::TrustAnchors(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TrustAnchors::~TrustAnchors() = default;

Result<std::shared_ptr<const TrustAnchors>> TrustAnchors::make(std::span<const base::Bytes> der) {
  auto impl = std::make_unique<Impl>();
  for (const base::Bytes& each : der) {
    // Not of this thread's: they are used by all.
    BERTH_TRY(ParsedPtr parsed, parse_afresh(each));
    impl->anchors.add(std::move(parsed));
  }
  impl->anchors.done();
  return std::shared_ptr<const TrustAnchors>(new TrustAnchors(std::move(impl)));
}

std::size_t TrustAnchors::size() const { return impl_->anchors.size(); }

// What is remembered of an intermediate: the path that was found from it to an anchor.
struct ChainVerifier::Impl {
  struct Known {
    Path path;  // it first, the anchor last
    std::uint64_t used = 0;
  };
  using Key = std::pair<std::uint64_t, Sha256>;  // set of anchors, fingerprint

  explicit Impl(std::size_t max) : cached_max(max) {}

  // A chain that was found good: a pure function of what was presented and the set of anchors, but
  // for dates. A device that asks twice, as one that registers and then polls, is decoded once.
  struct Judged {
    VerifiedChain chain;
    TimePoint not_before;  // the latest of the path
    TimePoint not_after;   // the earliest
  };

  std::map<Key, Known> known;
  std::map<Key, Judged> judged;
  std::size_t cached_max;
  std::uint64_t uses = 0;
  std::uint64_t decoded = 0;

  const Path* find(const TrustAnchors& anchors, const Sha256& intermediate) {
    const auto at = known.find({anchors.impl_->serial, intermediate});
    if (at == known.end()) return nullptr;
    at->second.used = ++uses;
    return &at->second.path;
  }

  // Every part of it that ends at the anchor, too.
  void remember(const TrustAnchors& anchors, const Path& path) {
    for (std::size_t i = 1; i + 1 < path.size(); ++i) {
      if (known.size() >= cached_max) forget_half();
      Known& entry = known[{anchors.impl_->serial, path[i]->facts.sha256}];
      entry.path.assign(path.begin() + static_cast<std::ptrdiff_t>(i), path.end());
      entry.used = ++uses;
    }
  }

  // The half that was not used for longest: rare, so that it may cost a pass over all.
  void forget_half() {
    std::vector<std::uint64_t> ages;
    ages.reserve(known.size());
    for (const auto& [key, entry] : known) ages.push_back(entry.used);
    const auto middle = ages.begin() + static_cast<std::ptrdiff_t>(ages.size() / 2);
    std::nth_element(ages.begin(), middle, ages.end());
    std::erase_if(known, [&](const auto& each) { return each.second.used <= *middle; });
  }

  Result<ParsedPtr, ChainTrouble> decode(std::span<const std::uint8_t> der, std::size_t depth) {
    ++decoded;
    Result<ParsedPtr> parsed = parse(der);
    if (parsed) return *std::move(parsed);
    return Fail(
        trouble(ChainFault::kUnreadable, depth, nullptr, "cannot be read: " + parsed.error().what));
  }

  const VerifiedChain* find_judged(const Key& key, const ChainMoment& moment) const {
    const auto at = judged.find(key);
    if (at == judged.end()) return nullptr;
    const bool timely = moment.now + moment.skew >= at->second.not_before &&
                        moment.now - moment.skew <= at->second.not_after;
    return timely ? &at->second.chain : nullptr;
  }

  VerifiedChain keep_judged(const Key& key, const Path& path);

  const Path* shortcut(const TrustAnchors& anchors, const ParsedCertificate& leaf,
                       std::span<const base::Bytes> others);
  Result<std::vector<ParsedPtr>, ChainTrouble> decode_others(
      const TrustAnchors& anchors, std::span<const base::Bytes> presented,
      std::span<const base::Bytes> known_ones);
};

ChainVerifier::ChainVerifier(std::size_t cached_max) : impl_(std::make_unique<Impl>(cached_max)) {}
ChainVerifier::~ChainVerifier() = default;

std::uint64_t ChainVerifier::decoded() const { return impl_->decoded; }

// The path above the leaf when an intermediate among `others` is known to lead to an anchor and has
// the name of the leaf's issuer. Names that a CA above it constrains need the whole path.
const Path* ChainVerifier::Impl::shortcut(const TrustAnchors& anchors,
                                          const ParsedCertificate& leaf,
                                          std::span<const base::Bytes> others) {
  for (const base::Bytes& der : others) {
    const Path* path = find(anchors, crypto::sha256(der));
    if (path == nullptr) continue;
    if (X509_NAME_cmp(path->front()->subject(), leaf.issuer()) != 0) continue;
    const bool constrained = std::any_of(
        path->begin(), path->end(), [](const ParsedPtr& each) { return each->constrains_names; });
    if (!constrained) return path;
  }
  return nullptr;
}

VerifiedChain ChainVerifier::Impl::keep_judged(const Key& key, const Path& path) {
  Judged found;
  found.chain.leaf = path.front()->facts;
  found.not_before = path.front()->facts.not_before;
  found.not_after = path.front()->facts.not_after;
  for (const ParsedPtr& each : path) {
    found.chain.path.push_back(each->facts.sha256);
    found.not_before = std::max(found.not_before, each->facts.not_before);
    found.not_after = std::min(found.not_after, each->facts.not_after);
  }
  if (judged.size() >= cached_max) judged.clear();
  return judged.insert_or_assign(key, std::move(found)).first->second.chain;
}

Result<std::vector<ParsedPtr>, ChainTrouble> ChainVerifier::Impl::decode_others(
    const TrustAnchors& anchors, std::span<const base::Bytes> presented,
    std::span<const base::Bytes> known_ones) {
  std::vector<ParsedPtr> others;
  for (std::size_t i = 1; i < presented.size(); ++i) {
    const Path* path = find(anchors, crypto::sha256(presented[i]));
    if (path != nullptr) {
      others.push_back(path->front());
      continue;
    }
    BERTH_TRY(ParsedPtr parsed, decode(presented[i], i));
    others.push_back(std::move(parsed));
  }
  for (const base::Bytes& der : known_ones) {
    const Path* path = find(anchors, crypto::sha256(der));
    if (path != nullptr) {
      others.push_back(path->front());
      continue;
    }
    Result<ParsedPtr, ChainTrouble> parsed = decode(der, 0);
    if (parsed) others.push_back(*std::move(parsed));
  }
  return others;
}

Result<VerifiedChain, ChainTrouble> ChainVerifier::verify(const TrustAnchors& anchors,
                                                          std::span<const base::Bytes> presented,
                                                          std::span<const base::Bytes> known,
                                                          const ChainMoment& moment) {
  if (presented.empty()) {
    return Fail(trouble(ChainFault::kUnreadable, 0, nullptr, "is missing"));
  }
  if (presented.size() > kChainCertificatesMax) {
    return Fail(trouble(ChainFault::kTooLong, 0, nullptr,
                        "comes with " + std::to_string(presented.size() - 1) + " others; " +
                            std::to_string(kChainCertificatesMax) + " are the most of a chain"));
  }
  const Impl::Key key{anchors.impl_->serial, print_of(presented, known)};
  const VerifiedChain* judged = impl_->find_judged(key, moment);
  if (judged != nullptr) return *judged;
  BERTH_TRY(const ParsedPtr leaf, impl_->decode(presented.front(), 0));
  const Path* above = impl_->shortcut(anchors, *leaf, presented.subspan(1));
  if (above == nullptr) above = impl_->shortcut(anchors, *leaf, known);
  if (above != nullptr) {
    Path path = {leaf};
    path.insert(path.end(), above->begin(), above->end());
    if (!check_path(path, moment, PathTrust::kFirstIssuer)) {
      return impl_->keep_judged(key, path);
    }
  }
  if (anchors.size() == 0) {
    return Fail(trouble(ChainFault::kNoAnchor, 0, leaf->x509.get(),
                        "cannot be judged: there is no verified CA"));
  }
  BERTH_TRY(const std::vector<ParsedPtr> others, impl_->decode_others(anchors, presented, known));
  BERTH_TRY(const std::vector<Path> paths, find_paths({anchors.impl_->anchors, others}, leaf));
  std::optional<ChainTrouble> trouble;
  for (const Path& path : paths) {
    trouble = check_path(path, moment, PathTrust::kAnchor);
    if (trouble) continue;
    impl_->remember(anchors, path);
    return impl_->keep_judged(key, path);
  }
  return Fail(*std::move(trouble));
}

ChainVerifier& chain_verifier_of_this_thread() {
  thread_local ChainVerifier verifier;
  return verifier;
}

}  // namespace berth::crypto
