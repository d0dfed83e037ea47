#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "messages/wire/codec.hpp"
#include "tools/bridge/foreign.hpp"
#include "tools/bridge/mapping.hpp"

namespace phasecast::bridge {

/// A JSON header and the pixels as they are, as two parts of one message or as two messages.
class JsonStream {
 public:
  explicit JsonStream(Mapping mapping) : mapping_(std::move(mapping)) {}
  /// What this message says. Errors: "parts", "header", "field", "shape", "dtype", "kind", "energy",
  /// "require", "byte_count"; "pixels": a header whose pixels did not come.
  void take(const Parts& parts, const Sink& sink);

 private:
  void take_header(const PixelBuffer& header, const Sink& sink);
  void take_image(const nlohmann::json& header, const PixelBuffer& pixels, const Sink& sink);
  Result<ForeignEvent> image(const nlohmann::json& header, const PixelBuffer& pixels);

  Mapping mapping_;
  std::optional<nlohmann::json> header_;  // whose pixels are the next message
  std::set<std::string> assumed_kev_;
};

}  // namespace phasecast::bridge
