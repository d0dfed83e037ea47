#pragma once

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <functional>
#include <memory>
#include <string>

#include "messages/phase_map.hpp"
#include "messages/region_spectrum.hpp"
#include "messages/result.hpp"
#include "pipeline/events.hpp"
#include "pipeline/ledger.hpp"
#include "pipeline/unmix_config.hpp"

namespace phasecast {

/// What the graph hands its results to.
struct GraphOutputs {
  std::function<void(Event)> record;  ///< every admitted event, in order
  std::function<void(std::shared_ptr<PhaseMap>)> publish;
};

/// The flow graph behind admission. `put` takes admitted events from one thread, in order; `finish` waits
/// until all that was put has left every node.
class Graph {
 public:
  Graph(const UnmixConfig& config, std::string config_hash, std::size_t hold_bytes, int threads,
        Ledger& ledger, GraphOutputs outputs);
  ~Graph();

  void put(Event event);
  void finish();

  /// Any thread but the graph's; waits for ingest's turn. `map` is the newest map, if any.
  Result<RegionSpectrum> region_spectrum(const Region& region, std::shared_ptr<const PhaseMap> map);
  Result<References> references();

 private:
  struct Nodes;
  tbb::global_control parallelism_;
  tbb::task_arena& arena_;
  std::unique_ptr<Nodes> nodes_;
};

}  // namespace phasecast
