#pragma once

#include <cstdint>
#include <vector>

#include "stages/spectrum_sample.hpp"

namespace phasecast {

/// The spectra of some pixels of the open scan (stages/spectrum_sample.hpp), as its frames come.
class SampledScan {
 public:
  /// The next scan; `keep` false: nothing is kept.
  void restart(std::size_t energies, Shape shape, bool keep);
  /// Where a frame's sampled pixels are to go; came: they are there.
  SampleRoom room(std::uint32_t energy_index, double energy_ev);
  void came(std::uint32_t energy_index);
  /// What came, by increasing energy; valid until the next scan.
  SampleView view() const;
  double energy_ev(std::uint32_t energy_index) const { return kept_[energy_index].energy_ev; }

 private:
  struct Kept {
    double energy_ev = 0;
    bool came = false;
    std::vector<float> absorbance;  // before it came: that of an earlier scan
  };
  std::vector<std::uint32_t> places_;
  std::vector<Kept> kept_;  // by energy
};

}  // namespace phasecast
