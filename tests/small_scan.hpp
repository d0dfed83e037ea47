#pragma once

#include <cstring>
#include <vector>

#include "messages/scan.hpp"

namespace phasecast::test {

/// A plan of `energies` energies with one shared dark, one shared flat and one sample frame each, 4×6 pixels,
/// uint16.
inline ScanStart small_scan(const std::string& id, std::size_t energies = 10) {
  ScanStart scan;
  scan.source = "test";
  scan.series_id = "series";
  scan.scan_id = id;
  for (std::size_t k = 0; k < energies; ++k) scan.energies_ev.push_back(8300.0 + static_cast<double>(k));
  scan.shape = {4, 6};
  scan.darks = {CorrectionUse::shared, 1};
  scan.flats = {CorrectionUse::shared, 1};
  return scan;
}

inline PixelBuffer pixels_of(Shape shape, std::uint16_t value) {
  const std::vector<std::uint16_t> values(shape.pixels(), value);
  std::vector<std::byte> bytes(values.size() * sizeof(std::uint16_t));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return PixelBuffer::take(std::move(bytes));
}

/// Frame `sequence` of a small scan in its natural order: dark, flat, then the energies.
inline Frame small_frame(const ScanStart& scan, std::uint64_t sequence) {
  Frame frame;
  FrameHeader& header = frame.header;
  header.scan_id = scan.scan_id;
  header.sequence = sequence;
  header.kind = sequence == 0 ? FrameKind::dark : sequence == 1 ? FrameKind::flat : FrameKind::sample;
  header.energy_index = sequence < 2 ? 0 : static_cast<std::uint32_t>(sequence - 2);
  header.energy_set_ev = scan.energies_ev[header.energy_index];
  header.shape = scan.shape;
  header.pixel_type = scan.pixel_type;
  const std::uint16_t level = sequence == 0   ? 100
                              : sequence == 1 ? 10100
                                              : static_cast<std::uint16_t>(5100 + sequence);
  frame.pixels = pixels_of(scan.shape, level);
  header.byte_count = frame.pixels.bytes.size();
  frame.received_utc_ns = 1000 + static_cast<std::int64_t>(sequence);
  return frame;
}

}  // namespace phasecast::test
