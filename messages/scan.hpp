#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "messages/image.hpp"

namespace phasecast {

inline constexpr std::uint32_t protocol_version = 1;

enum class FrameKind : std::uint8_t { dark, flat, sample };

/// What the sample pixels are. Counts need flats; transmission is I/I0 already; absorbance is -ln(I/I0)
/// already.
enum class Signal : std::uint8_t { counts, transmission, absorbance };

/// Which energies a correction frame (dark or flat) serves.
enum class CorrectionUse : std::uint8_t { none, shared, per_energy };

enum class ScanStatus : std::uint8_t { complete, aborted };

constexpr std::string_view name_of(FrameKind kind) {
  return kind == FrameKind::dark ? "dark" : kind == FrameKind::flat ? "flat" : "sample";
}
constexpr std::string_view name_of(Signal signal) {
  return signal == Signal::counts ? "counts" : signal == Signal::transmission ? "transmission" : "absorbance";
}
constexpr std::string_view name_of(CorrectionUse use) {
  return use == CorrectionUse::none ? "none" : use == CorrectionUse::shared ? "shared" : "per_energy";
}
constexpr std::string_view name_of(ScanStatus status) {
  return status == ScanStatus::complete ? "complete" : "aborted";
}

/// How many frames of a kind a scan will send: `repeats` for each energy it serves (once if shared).
struct CorrectionPlan {
  CorrectionUse use = CorrectionUse::none;
  std::uint32_t repeats = 1;

  std::uint64_t frames(std::size_t energies) const {
    if (use == CorrectionUse::none) return 0;
    return use == CorrectionUse::shared ? repeats : static_cast<std::uint64_t>(repeats) * energies;
  }
  bool operator==(const CorrectionPlan&) const = default;
};

/// One pass over the planned energies is announced by this message before its first frame.
struct ScanStart {
  std::uint32_t version = protocol_version;
  std::string source;     ///< who sends: beamline, simulator, file
  std::string series_id;  ///< scans of one experiment share it
  std::string scan_id;    ///< UUID text, unique per scan
  std::uint32_t scan_index = 0;
  std::vector<double> energies_ev;  ///< planned, in the order they will be measured; finite, > 0
  Shape shape;
  PixelType pixel_type = PixelType::uint16;
  double pixel_size_um = 0;  ///< 0 = not known
  std::string edge;          ///< e.g. "Ni K"; free text
  Signal signal = Signal::counts;
  CorrectionPlan darks;
  CorrectionPlan flats;
  std::uint32_t sample_repeats = 1;
  std::int64_t start_utc_ns = 0;
  std::map<std::string, std::string> metadata;  ///< e.g. potential_V, current_A, time_s

  std::uint64_t planned_frames() const {
    return darks.frames(energies_ev.size()) + flats.frames(energies_ev.size()) +
           static_cast<std::uint64_t>(sample_repeats) * energies_ev.size();
  }
};

struct FrameHeader {
  std::string scan_id;
  std::uint64_t sequence =
      0;  ///< 0, 1, 2, ... over all kinds of one scan; (scan_id, sequence) is the frame's key
  FrameKind kind = FrameKind::sample;
  std::uint32_t energy_index = 0;  ///< into ScanStart::energies_ev; 0 for shared corrections
  double energy_set_ev = 0;
  double energy_readback_ev = std::numeric_limits<double>::quiet_NaN();  ///< NaN = not read back
  std::uint32_t repeat = 0;
  Shape shape;
  PixelType pixel_type = PixelType::uint16;
  std::uint64_t byte_count = 0;
  std::uint32_t crc32c = 0;  ///< Castagnoli, over the raw payload
  double exposure_s = 0;     ///< 0 = not known
  std::int64_t start_utc_ns = 0;
  double i0 = std::numeric_limits<double>::quiet_NaN();  ///< incident intensity monitor; NaN = none

  /// The energy to use: read back where the source has it.
  double energy_ev() const { return std::isnan(energy_readback_ev) ? energy_set_ev : energy_readback_ev; }
};

struct Frame {
  FrameHeader header;
  PixelBuffer pixels;
  std::int64_t received_utc_ns = 0;  ///< set where the frame enters phasecast; not on the wire
};

struct ScanEnd {
  std::string scan_id;
  std::uint64_t frames_sent = 0;
  ScanStatus status = ScanStatus::complete;
  std::string reason;  ///< why, if aborted
};

}  // namespace phasecast
