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
  std::string number_field;            ///< likewise, with the number of the frame; empty: they do not tell
  std::string plan_path = "energies";  ///< of the planned energies within the start document
};

/// Bluesky's documents over ZeroMQ, as "PREFIX NAME DOCUMENT" in one message or as parts, in JSON or msgpack.
/// Pickle is refused, whatever it holds: unpickling runs what the sender wants. A run is a scan: its start
/// and stop open and close it, its events say, in their order, the kind and energy of each frame: events of
/// a stream named dark(s) or flat(s) are of such frames, those of `primary` are of the sample; other streams
/// are not frames. A gap in a stream's seq_num is that many lost events; a number that comes again, as
/// another document, is a point taken again (bluesky rewinds to a checkpoint): another frame. Where events do
/// not tell their frame's number, a stop that counts other events than came ends the scan as aborted.
class Bluesky {
 public:
  explicit Bluesky(BlueskyConfig config) : config_(std::move(config)) {}
  /// Errors: "pickle", "document", "field", "energy".
  void take(const Parts& parts, const Sink& sink);

 private:
  struct Taken {
    std::string uid;
    std::uint64_t place;
  };
  struct Stream {
    std::string name, unit;
    std::optional<FrameKind> kind;
    std::uint64_t newest = 0;               // seq_num
    std::map<std::uint64_t, Taken> events;  // by seq_num
  };
  void on_document(const std::string& name, const nlohmann::json& document, const Sink& sink);
  Result<ForeignEvent> on_start(const nlohmann::json& document);
  Result<Ok> on_descriptor(const nlohmann::json& document);
  /// An event's fields, or the k-th of a page's.
  struct Event {
    const nlohmann::json *number, *uid, *energy, *frame;
  };
  ForeignEnd end_of(const nlohmann::json& stop) const;
  void on_event(const std::string& descriptor, const Event& event, const Sink& sink);
  std::optional<std::uint64_t> place_of(Stream& stream, std::uint64_t number, const std::string& uid);
  void on_page(const nlohmann::json& document, const Sink& sink);

  BlueskyConfig config_;
  std::string run_;                                // whose documents count
  std::map<std::string, Stream> streams_;          // by name
  std::map<std::string, std::string> streams_of_;  // by descriptor
  std::uint64_t next_place_ = 0;
  std::set<std::string> assumed_kev_;
};

}  // namespace phasecast::bridge
