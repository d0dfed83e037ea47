#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/carried_scan.hpp"
#include "pipeline/files/recorded_scan.hpp"
#include "pipeline/ledger.hpp"
#include "pipeline/pool.hpp"
#include "pipeline/raw_frames.hpp"
#include "pipeline/reference_watch.hpp"
#include "pipeline/region_spectrum.hpp"
#include "pipeline/unmix_config.hpp"
#include "stages/energy_information.hpp"
#include "stages/ingest.hpp"
#include "stages/moments.hpp"
#include "stages/register_ingest.hpp"

namespace phasecast {

/// The scan's planned energies, in their order, as the references see them.
using PlannedEnergies = std::shared_ptr<const std::vector<EnergyRow>>;

/// What one solve needs to know: the data's moments, and where they come from. Those of the same data share
/// their equations.
struct Snapshot {
  std::shared_ptr<const ScanStart> scan;
  std::vector<std::string> states;
  std::shared_ptr<const NormalEquations> equations;
  PlannedEnergies planned;
  std::vector<std::uint32_t> energies_used;
  std::vector<std::uint32_t> energies_carried;
  std::vector<Drift> drift;
  std::uint64_t last_sequence = 0;
  std::int64_t received_utc_ns = 0;
  std::optional<ReferenceCheck> reference_check;  ///< of a final one
  bool whole = false;  ///< what the final map is made from: of all planned energies, or at the scan's end
  bool final = false;
  bool publish = false;  ///< a provisional map is due
  ScanStatus scan_status = ScanStatus::complete;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// Sums frames into moments. While a scan of a series runs, the energies not yet received stand in with the
/// last scan's frames (design: "Warm start, honestly"); at the scan's end the moments are of that scan alone.
/// With registration each image is aligned before it is summed and kept; the scans of a series are aligned
/// with each other.
class Accumulator {
 public:
  Accumulator(const UnmixConfig& config, Ledger& ledger)
      : config_(config), ledger_(ledger), ingest_(config.despike), watch_(config, ledger) {}

  /// `recording`: that a restart goes on with, if any; its drift, where known, is not measured again.
  void open(std::shared_ptr<const ScanStart> scan, const RecordedScan* recording = nullptr);
  /// Some energies of the open scan, at most Ingest::most_energies, in one sweep; their raw frames are not
  /// needed afterwards. An energy outside a reference's range, or taken without beam, cannot be used: said,
  /// counted as unpaired.
  void add(std::span<const EnergyJob> energies);
  /// The data so far; nothing, with a note in the status, while they do not determine a map.
  SnapshotPtr snapshot();
  /// Whether energies came in since the last snapshot.
  bool has_news() const { return static_cast<int>(used_.size()) != snapshot_at_; }
  /// Whether every planned energy is in.
  bool complete() const { return scan_ && used_.size() == scan_->energies_ev.size(); }
  /// The scan's own data, at its end; nothing, with the reason as a sticky error, if they do not determine a
  /// map.
  SnapshotPtr final_snapshot(const ScanClosed& closed);
  /// With the last planned energy: what the final map will say of the references, while the map is solved.
  void compare_references();

  /// From the kept frames of the newest scan, and of the one before where it has none yet. `map` is the
  /// newest map, if any; used if it is of this scan.
  Result<RegionSpectrum> region_spectrum(const Region& region, const PhaseMap* map) const;
  Result<References> references() const;

 private:
  std::string fault_of(double energy_ev, const RawFrame& frame);
  void leave_out(const EnergyJob& energy, const std::string& why);
  void count(const EnergyJob& energy);
  std::span<const Ingested> sum_up();
  void say_drift(std::size_t before);
  std::optional<Error> nothing_to_show() const;
  const Dictionary& dictionary_of(const PhaseMap* map) const;
  std::optional<ShiftedScan> apply_shifts(std::optional<ReferenceCheck>& check) const;
  bool may_shift() const { return applies_shifts(config_) && carried_.keeps(); }
  std::shared_ptr<Snapshot> make_snapshot(const Moments& moments, bool final);
  bool goes_on_with(const ScanStart& next) const;
  bool due_for_publication();

  const UnmixConfig& config_;
  Ledger& ledger_;
  Ingest ingest_;
  std::optional<RegisteredIngest> registered_;  // instead of ingest_, for a series whose images drift
  RawFrames raw_frames_;
  std::vector<IngestEnergy> batch_;
  std::shared_ptr<const ScanStart> scan_;
  PlannedEnergies planned_;
  std::optional<Moments> current_;  // this scan; empty if it cannot be unmixed
  CarriedScan carried_;             // the last scan's energies that this one has not replaced yet
  std::optional<Moments> mixed_;    // both
  ReferenceWatch watch_;
  std::optional<Dictionary> applied_;  // of this scan's final map, if its references were shifted
  std::uint64_t last_sequence_ = 0;
  std::int64_t received_utc_ns_ = 0;
  std::vector<std::uint32_t> used_;
  float brightest_ = 0;   // the least absorbance of a frame of this scan
  int published_at_ = 0;  // energies then
  int snapshot_at_ = 0;
  SnapshotPtr whole_;                                      // of the open scan, once it has all its energies
  std::optional<std::optional<ReferenceCheck>> compared_;  // likewise
  Pool<NormalEquations> equations_;
};

}  // namespace phasecast
