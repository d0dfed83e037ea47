#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "messages/drift.hpp"
#include "messages/result.hpp"
#include "messages/scan.hpp"

namespace phasecast {

/// A recording of one scan: every frame received, bit for bit, with everything needed to send it again.
///
/// HDF5 in SWMR mode: readable (h5py: `swmr=True`) while it is written. One chunk per frame, raw, not
/// compressed.
///   /entry/data/sample      [E·R, Y, X]; slot e·R + r; a slot that never came is the fill value 0
///   /entry/data/flat, dark  likewise, where the scan has them; shared ones have a slot per repeat
///   /entry/data/energy      [E·R] eV, units attribute
///   /entry/frames           [n] compound: one row per frame in the order recorded (sequence, kind,
///                           energy_index, repeat, slot, energy_set_ev, energy_readback_ev, exposure_s,
///                           start_utc_ns, i0, received_utc_ns, crc32c, late)
///   /entry/scan_start       the header fields as attributes; metadata as attributes of
///                           /entry/scan_start/metadata
///   /entry/scan_end         [0 or 1] compound: frames_sent, aborted; its reason as bytes in
///                           /entry/scan_end_reason
///   /img_xanes, /img_bkg, /img_dark   hard links to sample, flat, dark; /X_eng [E·R] keV: what PyXAS-like
///                           tools open
class ScanFileWriter {
 public:
  /// Throws std::runtime_error naming the path if it exists or cannot be made. Until it can
  /// be read, the file is called PATH.partial.
  ScanFileWriter(const std::filesystem::path& path, const ScanStart& start);
  /// Opens an existing recording, finished or not, to add frames; nobody else may be writing it. The frames
  /// of `damaged` rows (RecordedScan) are forgotten and may be written again.
  static std::unique_ptr<ScanFileWriter> reopen(const std::filesystem::path& path,
                                                const std::vector<std::uint64_t>& damaged = {});
  ~ScanFileWriter();

  /// Error "slot" if the slot (kind, energy, repeat) is taken or outside the plan; "disk" with the system's
  /// words if writing fails (the caller may try the same frame again).
  Result<Ok> write(const Frame& frame, bool late = false);
  /// Hands everything written so far to the system: readers see it, and it survives this process; `to_disk`
  /// also waits until it would survive a power cut. Like finish, it throws std::runtime_error with the
  /// system's words if the disk refuses, and may be called again.
  void flush(bool to_disk = false);
  void finish(const ScanEnd& end, bool to_disk = false);

 private:
  struct Impl;
  explicit ScanFileWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Adds /truth/fraction [L, Y, X], /truth/scale [Y, X] and /truth/states to a finished scan file
/// (simulations).
void write_truth(const std::filesystem::path& path, Shape shape, const std::vector<std::string>& states,
                 std::span<const float> fraction, std::span<const float> scale);

/// Adds to a file's truth where each energy's image lies: /truth/drift_x, drift_y [E] px,
/// /truth/magnification [E].
void write_true_drift(const std::filesystem::path& path, std::span<const Drift> drift);

struct Truth {
  Shape shape;
  std::vector<std::string> states;
  std::vector<float> fraction;  ///< [L, Y, X]
  std::vector<float> scale;     ///< [Y, X]
};
Result<Truth> read_truth(const std::filesystem::path& path);

}  // namespace phasecast
