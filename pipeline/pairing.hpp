#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <variant>
#include <vector>

#include "pipeline/events.hpp"
#include "pipeline/ledger.hpp"

namespace phasecast {

/// The mean of some frames of one kind, or none; shared by all energies that use it.
using MeanImage = std::shared_ptr<const std::vector<float>>;

/// Everything that one energy's absorbance needs. Repeats are not averaged yet.
struct EnergyJob {
  std::shared_ptr<const ScanStart> scan;
  std::uint32_t energy_index = 0;
  std::vector<AdmittedFrame> samples;
  std::vector<AdmittedFrame> flats;  ///< of this energy; empty if shared or none
  std::vector<AdmittedFrame> darks;  ///< of this energy; empty if shared or none
  MeanImage shared_flat;
  MeanImage shared_dark;
};

struct OpenJob {
  std::shared_ptr<const ScanStart> scan;
  std::shared_ptr<const RecordedScan> recording = nullptr;  ///< that a restart goes on with
};

struct CloseJob {
  ScanClosed closed;
};

using Job = std::variant<OpenJob, EnergyJob, CloseJob>;

/// Brings sample frames together with the darks and flats of their energy, whatever order the beamline takes
/// them in. An energy leaves when all its planned repeats are there, or at the scan's end with those that
/// came. An energy that lacks its flat or dark altogether is recorded but not unmixed, counted as unpaired,
/// and said.
class Pairing {
 public:
  using Emit = std::function<void(Job)>;

  /// `hold_bytes` bounds the frames that wait for a correction that comes later in the scan.
  Pairing(std::size_t hold_bytes, Ledger& ledger, Emit emit);

  void take(Event event);

 private:
  struct Group {
    std::vector<AdmittedFrame> samples, flats, darks;
  };

  void open(const ScanOpened& opened);
  void add(AdmittedFrame admitted);
  void close(const ScanClosed& closed);
  void emit_complete();
  void emit_group(std::uint32_t energy_index, Group group);
  bool complete(const Group& group) const;
  bool usable(const Group& group) const;
  bool shared_ready(bool at_end) const;
  void release_tickets(std::uint32_t energy_index);
  void drop_to_budget();
  void unpaired(std::uint32_t energy_index, const Group& group);

  std::size_t hold_bytes_;
  Ledger& ledger_;
  Emit emit_;

  std::shared_ptr<const ScanStart> scan_;
  std::map<std::uint32_t, Group> waiting_;  // by energy index
  std::vector<AdmittedFrame> shared_flats_, shared_darks_;
  MeanImage shared_flat_, shared_dark_;
  std::size_t held_bytes_ = 0;
};

/// Mean of the frames' pixels, of which there is one at least.
void mean_into(std::vector<float>& mean, const std::vector<AdmittedFrame>& frames);
/// nullptr for none.
MeanImage mean_of(const std::vector<AdmittedFrame>& frames);

}  // namespace phasecast
