// The only user of libcurl.
#include "base/codec.h"
#include "cli/transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>

namespace berth::cli {
namespace {

struct EasyDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using List = std::unique_ptr<curl_slist, ListDeleter>;

bool append(List& list, const char* line) {
  curl_slist* longer = curl_slist_append(list.get(), line);
  if (longer == nullptr) return false;
  (void)list.release();
  list.reset(longer);
  return true;
}

// Where the bytes of an answer go.
struct Taking {
  CURL* handle;
  const HttpCall& call;
  std::string& body;
};

std::size_t take_body(char* data, std::size_t, std::size_t size, void* user) {
  auto& taking = *static_cast<Taking*>(user);
  long status = 0;
  if (taking.call.pieces) curl_easy_getinfo(taking.handle, CURLINFO_RESPONSE_CODE, &status);
  constexpr long kGood = 200;
  if (status == kGood) return taking.call.pieces({data, size}) ? size : 0;
  if (taking.body.size() + size > kReplyBytesMax) return 0;
  taking.body.append(data, size);
  return size;
}

// "DNS:localhost, IP Address:127.0.0.1" → the names.
std::vector<std::string> names_of(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view item = text.substr(0, comma);
    while (item.starts_with(' ')) item.remove_prefix(1);
    for (const std::string_view kind : {"DNS:", "IP Address:"}) {
      if (item.starts_with(kind)) names.emplace_back(item.substr(kind.size()));
    }
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return names;
}

// The leaf's fields come first, as "Name:value" lines.
std::optional<ServerCertificate> certificate_of(CURL* handle) {
  curl_certinfo* info = nullptr;
  if (curl_easy_getinfo(handle, CURLINFO_CERTINFO, &info) != CURLE_OK || info == nullptr ||
      info->num_of_certs < 1) {
    return std::nullopt;
  }
  ServerCertificate certificate;
  for (const curl_slist* line = info->certinfo[0]; line != nullptr; line = line->next) {
    const std::string_view text = line->data;
    constexpr std::string_view kNames = "X509v3 Subject Alternative Name:";
    constexpr std::string_view kExpires = "Expire date:";
    if (text.starts_with(kNames)) certificate.names = names_of(text.substr(kNames.size()));
    if (text.starts_with(kExpires)) certificate.expires = text.substr(kExpires.size());
  }
  return certificate;
}

const char* accepted(const HttpCall& call) {
  return call.pieces ? "Accept: text/event-stream, application/json" : "Accept: application/json";
}

int ask_whether_to_stop(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return (*static_cast<const std::function<bool()>*>(user))() ? 1 : 0;
}

struct Advice {
  std::string why;
  std::string mend;
};

Advice advise(CURLcode code, const Endpoint& endpoint) {
  const std::string ca = endpoint.ca.empty() ? "the system's CAs" : endpoint.ca.string();
  switch (static_cast<int>(code)) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {"its name cannot be resolved", "check the name in --url or BERTH_URL"};
    case CURLE_COULDNT_CONNECT:
      return {"nothing accepts connections there",
              "start the server with `berth serve`, or name another with --url"};
    case CURLE_OPERATION_TIMEDOUT:
      return {"no answer came within " + std::to_string(endpoint.timeout.count()) + " s",
              "check that the server is well (`berth doctor`), or wait longer with --timeout"};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {"its certificate is not trusted by " + ca + " or is for another name",
              "name the server's CA file with --ca (DATA/ca.pem on the server), and use a name "
              "the certificate covers"};
    case CURLE_SSL_CACERT_BADFILE:
      return {"the CA file " + ca + " cannot be read", "name the server's CA file with --ca"};
    case CURLE_SSL_CONNECT_ERROR:
      return {"the TLS handshake failed; perhaps it is not an HTTPS port",
              "check the port in --url: it is the HTTPS port that `berth serve` prints"};
    case CURLE_ABORTED_BY_CALLBACK:
      return {"the call was interrupted", "run the command again"};
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return {"the connection ended before an answer", "look at the server's log, then try again"};
    default:
      return {curl_easy_strerror(code), "check --url, --ca and the server's log"};
  }
}

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(Endpoint endpoint) : endpoint_(std::move(endpoint)) {
    static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (kReady == CURLE_OK) handle_.reset(curl_easy_init());
  }

  Try<HttpReply> send(const HttpCall& call) override {
    if (!handle_) {
      return Refuse("libcurl cannot be started", {}, "check the installation");
    }
    HttpReply reply;
    std::array<char, CURL_ERROR_SIZE> detail{};
    List headers;
    Taking taking{handle_.get(), call, reply.body};
    set_up(call, taking, detail.data());
    if (!set_headers(call, headers)) {
      return Refuse("there is not enough memory", {}, "end other programs");
    }
    const CURLcode code = curl_easy_perform(handle_.get());
    if (code != CURLE_OK) return Fail(failed(code, reply, detail.data()));
    take_answer(call, reply);
    return reply;
  }

 private:
  void set_up(const HttpCall& call, Taking& taking, char* detail) {
    CURL* handle = handle_.get();
    curl_easy_reset(handle);
    const std::string url = endpoint_.url + call.target;
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, call.method.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
    const auto seconds = static_cast<long>(endpoint_.timeout.count());
    curl_easy_setopt(handle, CURLOPT_TIMEOUT, call.pieces ? 0L : seconds);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, 10L);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, detail);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &taking);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "berth-cli");
    curl_easy_setopt(handle, CURLOPT_CERTINFO, call.wants_certificate ? 1L : 0L);
    if (endpoint_.interrupted) {
      curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
      curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &ask_whether_to_stop);
      curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &endpoint_.interrupted);
    }
    if (!endpoint_.ca.empty()) {
      curl_easy_setopt(handle, CURLOPT_CAINFO, endpoint_.ca.c_str());
      curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
    }
    if (call.body) {
      curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(call.body->size()));
      curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, call.body->c_str());
    }
  }

  bool set_headers(const HttpCall& call, List& headers) {
    bool whole = append(headers, accepted(call)) && append(headers, "Expect:");
    if (call.body) whole = whole && append(headers, "Content-Type: application/json");
    if (call.if_match) whole = whole && append(headers, ("If-Match: " + *call.if_match).c_str());
    if (!endpoint_.token.empty()) {
      curl_easy_setopt(handle_.get(), CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
      // libcurl wants a terminated string; the copy is wiped with its Secret.
      Secret text = Secret::of_size(endpoint_.token.size() + 1);
      std::copy(endpoint_.token.bytes().begin(), endpoint_.token.bytes().end(),
                text.mutable_bytes().begin());
      curl_easy_setopt(handle_.get(), CURLOPT_XOAUTH2_BEARER, text.text().data());
    }
    curl_easy_setopt(handle_.get(), CURLOPT_HTTPHEADER, headers.get());
    return whole;
  }

  void take_answer(const HttpCall& call, HttpReply& reply) {
    long status = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    reply.status = static_cast<int>(status);
    const char* type = nullptr;
    curl_easy_getinfo(handle_.get(), CURLINFO_CONTENT_TYPE, &type);
    if (type != nullptr) reply.content_type = type;
    if (call.wants_certificate) reply.certificate = certificate_of(handle_.get());
  }

  Failure failed(CURLcode code, const HttpReply& reply, const char* detail) const {
    Failure failure;
    failure.kind = ErrorKind::kUnavailable;
    failure.what = endpoint_.url + " cannot be reached";
    if (code == CURLE_WRITE_ERROR && reply.body.size() + CURL_MAX_WRITE_SIZE > kReplyBytesMax) {
      failure.what = endpoint_.url + " answered with more than 64 MiB";
      failure.mend = "ask for less with --limit";
      return failure;
    }
    Advice advice = advise(code, endpoint_);
    failure.why = std::move(advice.why);
    failure.mend = std::move(advice.mend);
    if (detail[0] != '\0') failure.why += " (" + base::printable(detail) + ")";
    return failure;
  }

  Endpoint endpoint_;
  Easy handle_;
};

}  // namespace

std::unique_ptr<Transport> make_curl_transport(Endpoint endpoint) {
  return std::make_unique<CurlTransport>(std::move(endpoint));
}

}  // namespace berth::cli
