#include "tools/bench/prepared_scan.hpp"

#include <stdexcept>

#include "tools/simulate/noisy_stack.hpp"
#include "tools/simulate/spectra.hpp"

namespace phasecast {

PreparedScan::PreparedScan(ScanSource& source) : start_(source.start()), end_(source.end()) {
  for (std::uint64_t k = 0; k < source.frame_count(); ++k) {
    auto frame = source.frame(k);
    if (!frame) throw std::runtime_error(frame.error().text());
    frames_.push_back(std::move(*frame));
  }
}

std::size_t PreparedScan::bytes() const {
  std::size_t sum = 0;
  for (const Frame& frame : frames_) sum += frame.pixels.bytes.size();
  return sum;
}

std::shared_ptr<const Experiment> particle_experiment(Shape shape, int energies, int scans) {
  ExperimentConfig config;
  config.shape = shape;
  config.scans = scans;
  config.energies_ev = nickel_energies(energies);
  config.references = nickel_states(2, config.energies_ev);
  config.darks = {CorrectionUse::shared, 1};
  config.flats = {CorrectionUse::per_energy, 1};
  return std::make_shared<const Experiment>(config);
}

NormalizeConfig particle_normalization() {
  NormalizeConfig normalize;
  normalize.pre_edge = {8180, 8320};
  normalize.order = 1;
  return normalize;
}

}  // namespace phasecast
