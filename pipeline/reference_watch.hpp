#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "messages/reference_check.hpp"
#include "messages/scan.hpp"
#include "pipeline/ledger.hpp"
#include "pipeline/sampled_scan.hpp"
#include "pipeline/unmix_config.hpp"
#include "stages/kept_frames.hpp"
#include "stages/moments.hpp"

namespace phasecast {

/// Compares the references with each scan at its end, and says once per scan what a person should know: in
/// the log, and in the status's note until the next scan has data.
class ReferenceWatch {
 public:
  ReferenceWatch(const UnmixConfig& config, Ledger& ledger) : config_(config), ledger_(ledger) {}

  void open(const ScanStart& scan, bool unmixed);
  SampleRoom room(std::uint32_t energy_index, double energy_ev) {
    return sampled_.room(energy_index, energy_ev);
  }
  void came(std::uint32_t energy_index) { sampled_.came(energy_index); }

  /// `apply`: the map is to be made with shifted references. Nothing if the check is off, or if the scan does
  /// not tell (the log says why).
  std::optional<ReferenceCheck> compare(const Dictionary& dictionary, bool apply) const;
  void say(const std::string& scan_id, std::span<const std::string> states,
           const ReferenceCheck& check) const;

 private:
  const UnmixConfig& config_;
  Ledger& ledger_;
  SampledScan sampled_;
};

/// Whether final maps are made with shifted references.
inline bool applies_shifts(const UnmixConfig& config) {
  return config.reference_shift == ReferenceShift::fit ||
         config.reference_shift == ReferenceShift::fit_common;
}

/// What is wrong, in sentences; none if nothing is, or if it was put right.
std::vector<std::string> complaints(std::span<const std::string> states, const ReferenceCheck& check);

/// A kept frame of a planned energy.
struct PlannedFrame {
  std::uint32_t energy_index = 0;
  KeptFrame frame;
};

/// A scan's data anew, from its kept frames, with shifted references.
struct ShiftedScan {
  Moments moments;
  std::vector<std::uint32_t> energies_used;  ///< those that the shifted references cover
};

/// Errors: of Dictionary::make, for the planned energies that the shifted references cover.
Result<ShiftedScan> with_shifted_references(const UnmixConfig& config, const ScanStart& scan,
                                            const ReferenceCheck& check,
                                            std::span<const PlannedFrame> frames);

}  // namespace phasecast
