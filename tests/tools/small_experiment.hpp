#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "tools/simulate/experiment.hpp"
#include "tools/simulate/spectra.hpp"

namespace phasecast {

/// A few energies of a small image, with noise but without faults of the detector.
inline ExperimentConfig small_experiment(int states = 2) {
  ExperimentConfig config;
  config.shape = {40, 56};
  config.energies_ev = {8300, 8320, 8340, 8346, 8350, 8356, 8400, 8500};
  config.references = nickel_states(states, config.energies_ev);
  config.hot_pixels = 0;
  config.start_utc_ns = 1'700'000'000'000'000'000;
  return config;
}

inline SimulatedScan scan_of(const ExperimentConfig& config, int scan = 0) {
  return SimulatedScan(std::make_shared<const Experiment>(config), scan);
}

template <class T>
std::vector<T> pixels_of(const Frame& frame) {
  std::vector<T> values(frame.pixels.bytes.size() / sizeof(T));
  std::memcpy(values.data(), frame.pixels.bytes.data(), frame.pixels.bytes.size());
  return values;
}

inline std::vector<std::byte> bytes_of(const Frame& frame) {
  return {frame.pixels.bytes.begin(), frame.pixels.bytes.end()};
}

}  // namespace phasecast
