#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>
#include <zmq.hpp>

#include "pipeline/budget.hpp"
#include "pipeline/config.hpp"
#include "pipeline/control.hpp"
#include "pipeline/frame_source.hpp"
#include "pipeline/gatekeeper.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/latency.hpp"
#include "pipeline/publisher.hpp"
#include "pipeline/recorder.hpp"
#include "pipeline/status_clock.hpp"

namespace phasecast {

struct Endpoints {
  std::string frames, maps, control;
};

/// The live pipeline: sockets on their own threads around one flow graph. Runs from construction to `stop`.
class Pipeline {
 public:
  /// Throws std::runtime_error if a socket cannot be bound or the output folder cannot be written.
  /// `on_stop_request` is called, from another thread, when a control client asks for the end.
  Pipeline(const RunConfig& config, std::function<void()> on_stop_request);
  ~Pipeline();

  Endpoints endpoints() const;
  /// Finishes what was received: frames to disk, the open scan to its map, the last map and status to the
  /// viewers.
  void stop();
  Status status() const;
  /// For a watchdog: whether the thread that takes frames came round since this was last asked.
  bool responsive() { return source_->responsive(); }
  std::vector<std::filesystem::path> files() const;

 private:
  std::vector<std::shared_ptr<const RecordedScan>> scans_to_resume();
  void handle(Event event);
  std::size_t moments_bytes(const ScanStart& scan) const;
  void deliver(std::shared_ptr<PhaseMap> map);
  std::shared_ptr<const PhaseMap> newest_map();
  ControlAnswer control(const ControlRequest& request);
  ControlAnswer receipt(const std::string& scan_id);

  const RunConfig config_;
  std::function<void()> on_stop_request_;
  Ledger ledger_;
  Latency latency_;
  std::uint64_t maps_published_ = 0;
  std::mutex newest_map_mutex_;
  std::shared_ptr<const PhaseMap> newest_map_;

  const std::int64_t started_utc_ns_;
  std::set<std::string> mapped_;  // resumed scans whose final map is in its file already
  std::optional<FolderLock> lock_;
  zmq::context_t context_;
  std::optional<Gatekeeper> gatekeeper_;
  std::optional<Recorder> recorder_;
  std::vector<std::filesystem::path> files_;
  std::optional<Publisher> publisher_;
  std::optional<StatusClock> status_clock_;
  std::optional<Graph> graph_;
  Budget budget_;
  Admission admission_;
  std::optional<FrameSource> source_;
  std::optional<ControlServer> control_;
};

}  // namespace phasecast
