#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "messages/wire/codec.hpp"
#include "pipeline/events.hpp"
#include "pipeline/ledger.hpp"

namespace phasecast {

struct AdmissionConfig {
  std::size_t reorder_frames = 64;               ///< a gap is given up when this many later frames wait
  std::chrono::milliseconds reorder_wait{2000};  ///< or when one of them has waited this long
  std::chrono::milliseconds close_wait{2000};    ///< after ScanEnd: how long missing frames may still come
  std::chrono::milliseconds stall_wait{60000};   ///< without ScanEnd: silence after which the scan is closed
};

/// Decides for every message what it is to the open scan (design: section 5, "Promises"). No sockets, no
/// threads, and the time is an argument, so each promise can be tested by itself.
///
/// A frame counts once, by (scan, sequence). Frames leave in order of sequence; a gap is given up after a
/// bounded number of frames or a bounded time. A scan closes on count or timeout, never on ScanEnd alone.
/// While a scan is open, another series cannot open one: its messages are foreign, counted and discarded.
class Admission {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Emit = std::function<void(Event)>;

  Admission(AdmissionConfig config, Ledger& ledger, Emit emit);

  void on_scan_start(const ScanStart& start, Time now);
  /// `recorded`: read back from the recording of a resumed scan.
  void on_frame(Frame frame, Ticket ticket, Time now, bool recorded = false);
  void on_scan_end(const ScanEnd& end, Time now);
  /// After a restart: opens the scan of this recording again, whose frames then come by on_frame. `resumed`,
  /// after them, closes it if it had ended; else its source may go on with it, or with another.
  void resume(std::shared_ptr<const RecordedScan> recording, Time now);
  void resumed(Time now);
  /// Gives up gaps and closes scans whose time has come.
  void on_time(Time now);
  /// When on_time has something to do next; nothing while no scan is open.
  std::optional<Time> deadline() const;
  /// Closes the open scan as aborted (operator, shutdown); what was received is used.
  void abort(const std::string& reason, Time now);

  std::shared_ptr<const ScanStart> open_scan() const { return open_ ? open_->start : nullptr; }

 private:
  struct Held {
    AdmittedFrame frame;
    Time arrived;
  };
  struct Scan {
    std::shared_ptr<const ScanStart> start;
    std::vector<bool> seen;  // by sequence
    std::set<std::tuple<FrameKind, std::uint32_t, std::uint32_t>> slots;
    std::map<std::uint64_t, Held> held;  // waiting for an earlier sequence
    std::uint64_t next = 0;              // the sequence to leave next
    std::uint64_t received = 0;
    std::uint64_t total = 0;    // frames to expect: planned, or as ScanEnd says
    std::uint64_t missing = 0;  // once closed
    std::optional<ScanEnd> end;
    Time last_activity;
    std::int64_t last_received_utc_ns = 0;
    std::shared_ptr<const RecordedScan> recording;  // of a resumed scan
    bool source_seen = true;                        // false: resumed, and nothing came from its source yet
  };

  void open(const ScanStart& start, Time now, std::shared_ptr<const RecordedScan> recording);
  std::optional<Error> mismatch(const Scan& scan, const FrameHeader& header) const;
  bool count_once(Scan& scan, const FrameHeader& header);
  void admit_late_after_close(Scan& scan, Frame frame, Ticket ticket);
  void release_in_order(Scan& scan);
  void give_up_gaps(Scan& scan, Time now);
  void close(bool timed_out);

  AdmissionConfig config_;
  Ledger& ledger_;
  Emit emit_;
  std::optional<Scan> open_;
  std::deque<Scan> closed_;  // the last few, so that their late frames and duplicates are known as such
};

}  // namespace phasecast
