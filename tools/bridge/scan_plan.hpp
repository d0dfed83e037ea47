#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "messages/result.hpp"
#include "messages/scan.hpp"

namespace phasecast::bridge {

/// What one scan measures, and in which order.
struct ScanPlan {
  std::vector<double> energies_ev;
  CorrectionPlan darks, flats;
  std::uint32_t sample_repeats = 1;
  /// Shared darks and flats come before or after the samples, those of each energy before or after its
  /// samples, as this says.
  std::array<FrameKind, 3> order{FrameKind::dark, FrameKind::flat, FrameKind::sample};
};

/// "dark,flat,sample": each of the three once.
Result<std::array<FrameKind, 3>> parse_order(const std::string& text);

struct Slot {
  FrameKind kind = FrameKind::sample;
  std::uint32_t energy_index = 0;  ///< 0 for shared corrections
  std::uint32_t repeat = 0;
};

/// The frames of a scan in their order: slot k is what place k shows.
std::vector<Slot> planned_slots(const ScanPlan& plan);

/// The place of the nth frame of a kind; nothing if the plan has fewer.
std::optional<std::uint64_t> place_of(const std::vector<Slot>& slots, FrameKind kind, std::uint64_t nth);

/// How many frames of a kind there are.
std::uint64_t count_of(const std::vector<Slot>& slots, FrameKind kind);

bool is_shared(const ScanPlan& plan, FrameKind kind);

/// The planned energy nearest to this one, if it is within the tolerance.
std::optional<std::uint32_t> energy_index(const std::vector<double>& energies_ev, double energy_ev,
                                          double tolerance_ev);

}  // namespace phasecast::bridge
