#pragma once

#include <string>
#include <vector>

#include "messages/image.hpp"

namespace phasecast {

/// RMS distance of the fractions to their limit that counts as converged (design, section 4).
inline constexpr double converged = 0.005;

struct BenchSettings {
  bool quick = false;  ///< small images and few repetitions: seconds, and no figure to quote
  int threads = 2;

  int repetitions(int thorough) const { return quick ? 2 : thorough; }
  /// The paper's particle, or a small image.
  Shape paper_shape() const { return quick ? Shape{48, 64} : Shape{379, 520}; }
  /// A detector's full frame, or a small image.
  Shape detector_shape() const { return quick ? Shape{96, 128} : Shape{2048, 2048}; }
};

/// Something measured beside a reference that was measured in the same run.
struct BenchRow {
  std::string what;
  std::string unit;
  double ours = 0;
  double reference = 0;
  std::string reference_is;
  bool more_is_better = false;

  /// How many times better than the reference.
  double ratio() const { return more_is_better ? ours / reference : reference / ours; }
};

struct BenchGroup {
  std::string name;
  std::string statistic;  ///< what the numbers are: the least of several repetitions, percentiles, ...
  std::vector<BenchRow> (*run)(const BenchSettings& settings);
};

/// In the order of the table.
const std::vector<BenchGroup>& bench_groups();

std::vector<BenchRow> memory_rows(const BenchSettings& settings);
std::vector<BenchRow> ingest_rows(const BenchSettings& settings);
std::vector<BenchRow> iteration_rows(const BenchSettings& settings);
std::vector<BenchRow> tolerance_rows(const BenchSettings& settings);
std::vector<BenchRow> job_rows(const BenchSettings& settings);
std::vector<BenchRow> prior_rows(const BenchSettings& settings);
std::vector<BenchRow> live_rows(const BenchSettings& settings);
std::vector<BenchRow> footprint_rows(const BenchSettings& settings);

}  // namespace phasecast
