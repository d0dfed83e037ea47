#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "messages/phase_map.hpp"
#include "messages/status.hpp"

namespace phasecast {

/// The pipeline's newest status as Prometheus reads it (text format 0.0.4); tools/view/README.md lists the
/// names.
class Metrics {
 public:
  void take(const Status& status);
  /// What the newest map says about its references.
  void take(const PhaseMap& map);
  /// Whether the pipeline publishes: phasecast_up. What it said last stays.
  void set_link(bool up);
  /// Any thread.
  std::string text() const;

 private:
  mutable std::mutex mutex_;
  bool up_ = false;
  std::optional<Status> status_;
  std::vector<std::string> states_;
  std::optional<ReferenceCheck> reference_check_;
};

}  // namespace phasecast
