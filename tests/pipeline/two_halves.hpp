#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "pipeline/graph.hpp"
#include "tests/small_scan.hpp"

namespace phasecast::test {

constexpr Shape shape{20, 24};

inline Spectrum edge_at(const char* name, double e0, double white_line) {
  Spectrum spectrum{name, {}, {}};
  for (double energy = 8200; energy <= 8500; energy += 0.5) {
    const double x = (energy - e0) / 1.5;
    spectrum.energy_ev.push_back(energy);
    spectrum.mu.push_back(0.5 + std::atan(x) / 3.14159265358979 + white_line * std::exp(-(x - 1) * (x - 1)));
  }
  return spectrum;
}

inline UnmixConfig config() {
  UnmixConfig config;
  config.references = {edge_at("reduced", 8340, 0.3), edge_at("oxidized", 8343, 0.6)};
  config.normalize.pre_edge = {8200, 8320};
  return config;
}

/// Left half reduced, right half oxidized, an empty frame around: absorbance as float pixels, one scan.
struct TwoHalves {
  std::shared_ptr<const ScanStart> scan;
  std::vector<Frame> frames;

  explicit TwoHalves(const UnmixConfig& unmix, std::uint32_t index = 0) {
    ScanStart start;
    start.series_id = "series";
    start.scan_id = "scan" + std::to_string(index);
    start.scan_index = index;
    for (double e = 8210; e < 8320; e += 10) start.energies_ev.push_back(e);
    for (double e = 8330; e < 8370; e += 2) start.energies_ev.push_back(e);
    start.shape = shape;
    start.pixel_type = PixelType::float32;
    start.signal = Signal::absorbance;
    scan = std::make_shared<const ScanStart>(start);
    std::uint32_t noise = 12345 + index;
    for (std::uint32_t k = 0; k < start.energies_ev.size(); ++k) {
      std::vector<float> pixels(shape.pixels());
      for (int y = 0; y < shape.height; ++y)
        for (int x = 0; x < shape.width; ++x) {
          noise = noise * 1664525u + 1013904223u;
          const bool empty = y < 3 || y >= 17;
          const double mu = interpolate(unmix.references[x < 12 ? 0 : 1], start.energies_ev[k]);
          pixels[static_cast<std::size_t>(y * shape.width + x)] = static_cast<float>(
              (empty ? 0 : mu) + 0.1 + 0.05 * (static_cast<double>(noise >> 8) / (1 << 24) - 0.5));
        }
      Frame frame;
      frame.header.scan_id = start.scan_id;
      frame.header.sequence = frame.header.energy_index = k;
      frame.header.energy_set_ev = start.energies_ev[k];
      frame.header.shape = shape;
      frame.header.pixel_type = PixelType::float32;
      std::vector<std::byte> bytes(pixels.size() * sizeof(float));
      std::memcpy(bytes.data(), pixels.data(), bytes.size());
      frame.pixels = PixelBuffer::take(std::move(bytes));
      frame.received_utc_ns = k;
      frames.push_back(std::move(frame));
    }
  }
};

/// References as a user has them whose energies are too low by this much.
inline UnmixConfig too_low(double reduced_ev, double oxidized_ev) {
  UnmixConfig unmix = config();
  for (double& e : unmix.references[0].energy_ev) e -= reduced_ev;
  for (double& e : unmix.references[1].energy_ev) e -= oxidized_ev;
  return unmix;
}

inline ScanClosed closed(const TwoHalves& data, std::uint64_t frames,
                         ScanStatus status = ScanStatus::complete) {
  return {data.scan, {data.scan->scan_id, frames, status, ""}, false, frames, 0, 0};
}

inline void put_whole(Graph& graph, const TwoHalves& data) {
  graph.put(ScanOpened{data.scan});
  for (const Frame& frame : data.frames) graph.put(AdmittedFrame{data.scan, frame, false, nullptr});
  graph.put(closed(data, data.frames.size()));
}

inline std::vector<PhaseMap> maps_of(const UnmixConfig& unmix, int threads, int scans = 1) {
  Ledger ledger;
  std::vector<PhaseMap> maps;
  Graph graph(unmix, "hash", 1 << 20, threads, ledger,
              {[](Event) {}, [&](const std::shared_ptr<PhaseMap>& map) { maps.push_back(*map); }});
  for (int k = 0; k < scans; ++k) put_whole(graph, TwoHalves(config(), static_cast<std::uint32_t>(k)));
  graph.finish();
  REQUIRE(ledger.snapshot().errors.empty());
  return maps;
}

inline bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace phasecast::test
