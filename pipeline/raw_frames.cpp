#include "pipeline/raw_frames.hpp"

namespace phasecast {

RawFrame RawFrames::frame(const EnergyJob& job) {
  return {job.scan->signal, pixels(job.samples, nullptr), pixels(job.flats, job.shared_flat),
          pixels(job.darks, job.shared_dark)};
}

RawPixels RawFrames::pixels(const std::vector<AdmittedFrame>& own, const MeanImage& shared) {
  if (own.empty()) return shared ? mean_pixels(*shared) : RawPixels{};
  if (own.size() == 1) return {own[0].frame.pixels.bytes, own[0].frame.header.pixel_type};
  if (used_ == means_.size()) means_.emplace_back();
  std::vector<float>& mean = means_[used_++];
  mean_into(mean, own);
  return mean_pixels(mean);
}

double energy_ev(const EnergyJob& job) {
  double sum = 0;
  for (const auto& admitted : job.samples) sum += admitted.frame.header.energy_ev();
  return sum / static_cast<double>(job.samples.size());
}

}  // namespace phasecast
