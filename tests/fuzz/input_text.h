// What fuzz targets read out of their bytes: lines, and HTTP requests, of which method and target
// are lines of their own; then come headers, an empty line and the body.
//
// Thread rule: pure functions.
#pragma once

#include "base/codec.h"
#include "wire/http.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace berth::fuzz {

// Cuts the first line off.
inline std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return line;
}

inline wire::HttpRequest request_of(std::string_view text) {
  wire::HttpRequest request;
  request.method = next_line(text);
  const std::string_view target = next_line(text);
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  for (std::string_view line = next_line(text); !line.empty(); line = next_line(text)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    request.headers.push_back(
        {base::ascii_lower(line.substr(0, colon)), std::string(line.substr(colon + 1))});
  }
  request.body = text;
  return request;
}

inline bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace berth::fuzz
