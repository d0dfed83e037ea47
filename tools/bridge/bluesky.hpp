#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>

#include "messages/wire/codec.hpp"
#include "tools/bridge/foreign.hpp"

namespace phasecast::bridge {

struct BlueskyConfig {
  std::string energy_field;            ///< within an event's data; empty: events do not matter
  std::string plan_path = "energies";  ///< of the planned energies within the start document
};

/// Bluesky's documents over ZeroMQ, as "PREFIX NAME DOCUMENT" in one message or as parts, in JSON or msgpack.
/// Pickle is refused, whatever it holds: unpickling runs what the sender wants. A run is a scan: its start
/// and stop open and close it, its events say, in their order, the kind and energy of each frame: events of
/// a stream named dark(s) or flat(s) are of such frames, those of `primary` are of the sample; other streams
/// are not frames. A gap in a stream's seq_num is that many lost events.
class Bluesky {
 public:
  explicit Bluesky(BlueskyConfig config) : config_(std::move(config)) {}
  /// Errors: "pickle", "document", "field", "energy".
  void take(const Parts& parts, const Sink& sink);

 private:
  struct Stream {
    std::string name, unit;
    std::optional<FrameKind> kind;
  };
  void on_document(const std::string& name, const nlohmann::json& document, const Sink& sink);
  Result<ForeignEvent> on_start(const nlohmann::json& document);
  Result<Ok> on_descriptor(const nlohmann::json& document);
  void on_event(const nlohmann::json& stream, const nlohmann::json* data, const nlohmann::json* number,
                const Sink& sink);
  void on_page(const nlohmann::json& document, const Sink& sink);

  BlueskyConfig config_;
  std::string run_;                                   // whose documents count
  std::map<std::string, Stream> streams_;             // by descriptor
  std::map<std::string, std::uint64_t> last_number_;  // by stream
  std::uint64_t next_place_ = 0;
  std::set<std::string> assumed_kev_;
};

}  // namespace phasecast::bridge
