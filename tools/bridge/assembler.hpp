#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "messages/wire/codec.hpp"
#include "tools/bridge/foreign.hpp"
#include "tools/bridge/numbering.hpp"
#include "tools/bridge/scan_plan.hpp"
#include "tools/bridge/tally.hpp"

namespace phasecast::bridge {

/// What a second channel says beside the frames.
enum class Metadata : std::uint8_t {
  none,
  boundaries,  ///< where scans begin and end
  shots,       ///< and the kind and energy of each frame, one after the other
  numbered,    ///< and the number of the frame that it is about
};

struct AssemblerConfig {
  ScanPlan plan;  ///< without energies: the source's start says them
  NumberingRule numbering;
  Metadata metadata = Metadata::none;
  std::chrono::milliseconds metadata_wait{10000};  ///< how long one channel may be behind the other
  std::chrono::milliseconds straggler_wait{2000};  ///< for overtaken frames once a scan's last has come
  double energy_tolerance_ev = 0.5;                ///< between a frame's energy and the planned one
  std::string source, series_id, edge;
  Signal signal = Signal::counts;
  double pixel_size_um = 0;
};

/// Makes our scans of what a source says: no sockets, no threads, and the time is an argument.
///
/// A frame's sequence is its place, counted by the source's own numbers: a number that never came, or whose
/// frame could not be used, is missing for the pipeline too, which then states a lower coverage. Which energy
/// a place shows: what frame or metadata say, if they do; else what the plan's order says.
class Assembler {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Send = std::function<void(const Message&)>;
  Assembler(AssemblerConfig config, Tally& tally, Send send);

  /// What came with the frames. Its starts and ends count only without metadata.
  void take(Result<ForeignEvent> event, Time now);
  /// What came on the second channel.
  void take_metadata(Result<ForeignEvent> event, Time now);
  void on_time(Time now);
  std::optional<Time> deadline() const;
  /// False while as many frames wait for their metadata as may.
  bool wants_frames() const;
  /// Nothing more comes.
  void finish();
  std::uint64_t scans_closed() const { return scans_closed_; }

 private:
  struct Scan {
    ScanStart start;
    std::vector<bool> seen;  // by place
    std::uint64_t placed = 0, sent = 0;
    std::map<std::pair<FrameKind, std::uint32_t>, std::uint32_t> used;  // repeats of a kind at an energy
    std::optional<Time> stragglers_until;
    bool open = true;
  };
  struct Held {
    ForeignFrame frame;
    Time since;
  };

  void begin(const ForeignStart& start);
  void start_over();
  struct Document {
    ForeignEvent event;
    Time came;
  };
  void apply(const Document& document);
  void hold(ForeignFrame frame, Time now);
  void drop_older_than(Time start);
  Time waits_until(const Held& held) const;
  void release(Time now);
  bool release_one(Held& held, Time now);
  bool release_numbered(Held& held, Time now);
  bool reject_waiting(const ForeignFrame& frame, const std::string& value);
  bool says_what_it_is(ForeignFrame& frame, const Shot& shot);
  bool belongs_to_next(const Position& position) const;

  void place(const ForeignFrame& frame, Time now);
  bool began_again(const std::optional<Position>& position);
  void put(const ForeignFrame& frame, const Position& position, Time now);
  void send_frame(const ForeignFrame& frame, const Slot& slot, std::uint64_t place);
  Result<Slot> slot_of(const ForeignFrame& frame, std::uint64_t place) const;
  Result<Slot> slot_by_energy(FrameKind kind, double energy_ev, const std::string& frame) const;
  bool open(const ForeignFrame& first);
  void close(std::optional<ForeignEnd> end = std::nullopt);

  AssemblerConfig config_;
  Tally& tally_;
  Send send_;
  ScanPlan plan_;  // of the scan at hand
  std::vector<Slot> slots_;
  std::map<std::string, std::string> facts_;  // of the source about the scan at hand
  Numbering numbering_;
  std::optional<std::string> scan_name_;
  std::optional<Scan> scan_;
  std::uint64_t scan_number_ = 0;  // since the source began
  std::uint32_t next_index_ = 0;
  std::uint64_t scans_closed_ = 0;
  int strays_ = 0;      // old numbers in a row
  bool ended_ = false;  // the source said so of scan_

  bool announced_ = false;               // a start document without its stop
  std::deque<Held> held_;                // for their metadata
  std::map<std::uint64_t, Shot> shots_;  // by place, or by the frame's number
  std::uint64_t shots_known_ = 0;        // every shot below this place has come, or was lost
  struct Closing {
    ForeignEnd end;
    Time until;
  };
  std::optional<Closing> closing_;  // its stop has come, frames may still
  std::deque<Document> later_;      // metadata of the scans after that
  Time last_document_{};
};

}  // namespace phasecast::bridge
