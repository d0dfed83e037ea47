#include "tools/bench/bench.hpp"

namespace phasecast {

const std::vector<BenchGroup>& bench_groups() {
  static const std::string least = "least of several repetitions, ours and the reference in turn";
  static const std::vector<BenchGroup> groups{
      {"memory", least, memory_rows},
      {"ingest", least, ingest_rows},
      {"iteration", least, iteration_rows},
      {"tolerance", least, tolerance_rows},
      {"jobs", least, job_rows},
      {"priors", least, prior_rows},
      {"live", "one series; percentiles over its scans", live_rows},
      {"footprint", "largest growth of the resident set", footprint_rows},
  };
  return groups;
}

}  // namespace phasecast
