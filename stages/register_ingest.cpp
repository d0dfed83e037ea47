#include "stages/register_ingest.hpp"

#include <algorithm>

#include "stages/parallel.hpp"

namespace phasecast {

namespace {

constexpr std::size_t aligned_at_once = 4;  // whole images of single precision

}  // namespace

void RegisteredIngest::begin_scan(std::vector<Drift> known) {
  if (begun_) registration_.next_scan();
  begun_ = true;
  known_ = std::move(known);
  drift_.clear();
}

/// The image's drift, and the image as the reference sees it.
void RegisteredIngest::align(const IngestEnergy& energy, Shape shape, std::size_t place) {
  absorbance_.resize(shape.pixels());
  for_blocks(shape.pixels(), [&](std::size_t begin, std::size_t end) {
    to_absorbance(energy.frame, begin, std::span(absorbance_).subspan(begin, end - begin));
  });
  repaired_.push_back(despike(despike_, shape, absorbance_));
  const auto known = std::find_if(known_.begin(), known_.end(), [&](const Drift& drift) {
    return drift.energy_index == energy.energy_index;
  });
  if (known != known_.end()) {
    registration_.adopt(*known, energy.energy_ev, absorbance_);
    drift_.push_back(*known);
  } else {
    drift_.push_back(registration_.measure(energy.energy_ev, absorbance_));
    drift_.back().energy_index = energy.energy_index;
  }
  std::vector<float>& aligned = aligned_[place];
  aligned.resize(shape.pixels());
  resample(shape, absorbance_, registration_.alignment(), aligned);
  aligned_batch_.push_back({energy.energy_ev,
                            {Signal::absorbance, mean_pixels(aligned), {}, {}},
                            energy.keep,
                            energy.sample,
                            energy.energy_index});
}

std::span<const Ingested> RegisteredIngest::add(std::span<const IngestEnergy> batch, Moments& sums) {
  require_batch(batch, sums);
  total_.clear();
  aligned_.resize(aligned_at_once);
  for (std::size_t first = 0; first < batch.size(); first += aligned_at_once) {
    aligned_batch_.clear();
    repaired_.clear();
    for (const IngestEnergy& energy : batch.subspan(first, std::min(aligned_at_once, batch.size() - first)))
      align(energy, sums.shape(), aligned_batch_.size());
    const auto found = ingest_.add(aligned_batch_, sums);
    for (std::size_t k = 0; k < found.size(); ++k) total_.push_back({repaired_[k], found[k].largest});
  }
  return total_;
}

}  // namespace phasecast
