#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "messages/status.hpp"
#include "messages/wire/codec.hpp"

namespace phasecast::torture {

/// What the pipeline should have made of one scan.
struct ExpectedScan {
  struct Row {
    Frame frame;
    bool late;
  };
  ScanStart start;
  std::vector<Row> rows;  ///< in the order recorded
  std::uint64_t total = 0;

  std::set<std::uint64_t> sequences;
  std::set<std::tuple<FrameKind, std::uint32_t, std::uint32_t>> slots;
  std::map<std::uint64_t, Frame> held;
  std::uint64_t next = 0;
  bool ended = false;
  ScanStatus status = ScanStatus::complete;

  std::uint64_t missing() const { return total > sequences.size() ? total - sequences.size() : 0; }
};

/// The other side of the pipeline's ledger: told every message that was sent, in order, it knows what must be
/// in the recordings and on every counter, by the promises in messages/README.md. Written apart from
/// pipeline/admission and without its clock: gaps are given up by count alone.
class Books {
 public:
  explicit Books(std::size_t reorder_frames) : reorder_frames_(reorder_frames) {}

  /// What a message did to the scans, for those who wait for the pipeline to say it.
  struct Effect {
    std::optional<std::string> opened, closed;  ///< scan ids
  };
  Effect take(const Parts& parts);
  /// The open scan's time ran out.
  void close_by_time();

  bool is_open(const std::string& scan_id) const { return open_ && open_->start.scan_id == scan_id; }
  /// Whether the message is of the scan that is forgotten as soon as the open one closes: its fate is known
  /// only where messages alone close scans. The id may be one that a bit flip made, "scan9" to "scan1".
  bool at_end_of_memory(const Parts& parts) const;
  const std::string* open_series() const { return open_ ? &open_->start.series_id : nullptr; }
  const std::vector<std::unique_ptr<ExpectedScan>>& scans() const { return scans_; }
  /// Counters that messages alone decide: received to foreign, rejected, scans.
  Counters counters() const;

 private:
  Effect take(const ScanStart& start);
  Effect take(const Frame& frame);
  Effect take(const ScanEnd& end);
  std::optional<std::string> contradiction(const ExpectedScan& scan, const FrameHeader& header) const;
  bool count_once(ExpectedScan& scan, const FrameHeader& header);
  void release(ExpectedScan& scan, std::size_t most_held);
  std::optional<std::string> close(bool silent);

  std::size_t reorder_frames_;
  std::vector<std::unique_ptr<ExpectedScan>> scans_;
  ExpectedScan* open_ = nullptr;
  std::deque<ExpectedScan*> remembered_;
  Counters counters_;
};

}  // namespace phasecast::torture
