#pragma once

#include <cstddef>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "messages/phase_map.hpp"
#include "messages/result.hpp"
#include "pipeline/files/scan_file.hpp"

namespace phasecast {

struct Psnr {
  double db = 0;
  std::size_t pixels = 0;           ///< compared: the map does not mask them and there is material
  std::size_t empty_shown = 0;      ///< the map shows fractions where there is no material
  std::size_t material_masked = 0;  ///< the map masks material
};

/// Eqs. (27) and (28) over the unmasked pixels and all states, with MAX = 1, the largest possible fraction.
/// States are matched by name. Where there is no material the truth is NaN and there is nothing to compare.
Result<Psnr> psnr(const PhaseMap& map, const Truth& truth);

/// Compares final maps with the simulation's truth. File k holds the truth of scan index k; it may still be
/// written when the map is there already, so a map waits until its file can be read.
class TruthComparison {
 public:
  explicit TruthComparison(std::vector<std::filesystem::path> files) : files_(std::move(files)) {}

  void take(std::shared_ptr<const PhaseMap> final_map);
  /// Compares what can be compared now; a plain line for each result and for each new reason to wait.
  std::vector<std::string> compare();
  bool waiting() const { return !waiting_.empty(); }
  bool failed() const { return failed_; }

 private:
  std::vector<std::filesystem::path> files_;
  std::deque<std::shared_ptr<const PhaseMap>> waiting_;
  std::string told_;  ///< the reason to wait that was told last
  bool failed_ = false;
};

}  // namespace phasecast
