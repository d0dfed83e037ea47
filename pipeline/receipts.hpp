#pragma once

#include <deque>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "messages/receipt.hpp"

namespace phasecast {

/// Which frames of the last scans are safe in their recordings. Written by the recorder, read by any thread.
class Receipts {
 public:
  void add(const std::string& scan_id, std::uint64_t sequence) {
    std::lock_guard lock(mutex_);
    insert(scan_of(scan_id).runs, sequence);
  }

  void close(const std::string& scan_id) {
    std::lock_guard lock(mutex_);
    scan_of(scan_id).closed = true;
  }

  /// Nothing if the scan is not known.
  std::optional<Receipt> of(const std::string& scan_id) const {
    std::lock_guard lock(mutex_);
    for (const Scan& scan : scans_) {
      if (scan.id != scan_id) continue;
      Receipt receipt{scan_id, scan.closed, {}};
      for (const auto& [first, end] : scan.runs) receipt.recorded.push_back({first, end - first});
      return receipt;
    }
    return std::nullopt;
  }

 private:
  static constexpr std::size_t remembered_scans = 16;  // admission remembers fewer

  using Runs = std::map<std::uint64_t, std::uint64_t>;  // first -> one behind the last
  struct Scan {
    std::string id;
    bool closed = false;
    Runs runs;
  };

  Scan& scan_of(const std::string& id) {
    for (Scan& scan : scans_)
      if (scan.id == id) return scan;
    if (scans_.size() == remembered_scans) scans_.pop_front();
    scans_.push_back({id, false, {}});
    return scans_.back();
  }

  static void insert(Runs& runs, std::uint64_t sequence) {
    auto next = runs.upper_bound(sequence);
    if (next != runs.begin()) {
      auto before = std::prev(next);
      if (sequence < before->second) return;
      if (sequence == before->second) {
        ++before->second;
        if (next != runs.end() && next->first == before->second) {
          before->second = next->second;
          runs.erase(next);
        }
        return;
      }
    }
    std::uint64_t end = sequence + 1;
    if (next != runs.end() && next->first == end) {
      end = next->second;
      runs.erase(next);
    }
    runs.emplace(sequence, end);
  }

  mutable std::mutex mutex_;
  std::deque<Scan> scans_;
};

}  // namespace phasecast
