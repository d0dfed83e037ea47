#pragma once

#include <random>

#include "messages/wire/codec.hpp"

namespace phasecast::test {

/// Valid messages with random contents, the same ones for the same seed.
class RandomMessages {
 public:
  explicit RandomMessages(std::uint64_t seed) : bits_(seed) {}

  ScanStart scan_start();
  Frame frame();
  ScanEnd scan_end();
  PhaseMap phase_map();
  Status status();
  ControlRequest control_request();
  ControlReply control_reply();
  RegionSpectrum region_spectrum();
  References references();
  Receipt receipt();

  std::uint64_t below(std::uint64_t end) { return bits_() % end; }

 private:
  bool coin() { return below(2) == 1; }
  double real(double low, double high) {
    return low + (high - low) * static_cast<double>(bits_() >> 11) * 0x1p-53;
  }
  double real_or_nan(double low, double high);
  std::uint32_t small(std::uint64_t end) { return static_cast<std::uint32_t>(below(end)); }
  std::int64_t instant() { return static_cast<std::int64_t>(bits_() >> 1); }
  std::string id();
  std::string text();
  Shape shape() { return {1 + static_cast<int>(below(7)), 1 + static_cast<int>(below(7))}; }
  std::vector<double> reals(std::size_t count, double low, double high);
  Region region();
  CorrectionPlan plan();
  std::vector<double> energies();
  std::vector<float> floats(std::size_t count);
  Counters counters();
  std::vector<Drift> drift();
  std::optional<Advice> advice();
  std::optional<ReferenceCheck> reference_check(std::size_t states, std::size_t energies);

  std::mt19937_64 bits_;
};

/// One valid message of each kind, encoded.
std::vector<Parts> one_of_each(RandomMessages& random);

}  // namespace phasecast::test
