#include "stages/spectrum_sample.hpp"

#include <algorithm>

#include "stages/lcf.hpp"
#include "stages/median.hpp"
#include "stages/stack_moments.hpp"
#include "stages/trust.hpp"

namespace phasecast {

SpectrumSample thinned(const SpectrumSample& sample, Eigen::Index most) {
  const Eigen::Index step = std::max<Eigen::Index>(1, (sample.pixels() + most - 1) / most);
  return {sample.energies_ev, sample.absorbance(Eigen::all, Eigen::seq(0, Eigen::last, step))};
}

std::vector<std::uint32_t> sampled_places(Shape shape) {
  std::vector<std::uint32_t> places;
  for_sampled_pixels(shape.pixels(), [&](std::size_t k) { places.push_back(static_cast<std::uint32_t>(k)); });
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

void take_sample(std::size_t first, std::span<const float> run, const SampleRoom& room) {
  const auto begin = std::lower_bound(room.places.begin(), room.places.end(), first);
  for (auto place = begin; place != room.places.end() && *place < first + run.size(); ++place)
    room.absorbance[static_cast<std::size_t>(place - room.places.begin())] = run[*place - first];
}

Result<SpectrumSample> with_element(const SampleView& sample, const Dictionary& dictionary,
                                    std::size_t most) {
  const Shape shape{1, static_cast<int>(sample.pixels)};
  Moments sums(shape, dictionary);
  add_stack(sums, sample.energies_ev, {shape, sample.rows});
  const auto equations = sums.normal_equations();
  if (!equations) return equations.error();
  const LcfResult fit = lcf(*equations, LcfConstraint::non_negative);
  const ScaleStatistics scale = scale_statistics(*equations, fit.scale, estimate_noise(*equations));
  const auto mask = mask_pixels(*equations, fit.scale, scale.mask_below);

  std::vector<Eigen::Index> valid;
  for (std::size_t k = 0; k < mask.size(); ++k)
    if (mask[k] == static_cast<std::uint8_t>(PixelMask::valid)) valid.push_back(static_cast<Eigen::Index>(k));
  const std::size_t step = std::max<std::size_t>(1, (valid.size() + most - 1) / most);
  SpectrumSample element{sample.energies_ev, {}};
  element.absorbance.resize(static_cast<Eigen::Index>(sample.rows.size()),
                            static_cast<Eigen::Index>((valid.size() + step - 1) / step));
  for (Eigen::Index e = 0; e < element.absorbance.rows(); ++e) {
    float* to = element.absorbance.row(e).data();
    for (std::size_t k = 0; k < valid.size(); k += step)
      *to++ = sample.rows[static_cast<std::size_t>(e)][valid[k]];
  }
  return element;
}

}  // namespace phasecast
