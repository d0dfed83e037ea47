#include "pipeline/absorb.hpp"

#include <algorithm>

#include "stages/absorbance.hpp"

namespace phasecast {
namespace {

std::span<const float> pixels_of(const MeanImage& own, const MeanImage& shared) {
  const MeanImage& image = own ? own : shared;
  return image ? std::span<const float>(*image) : std::span<const float>();
}

}  // namespace

std::uint64_t order_of(const Absorbed& absorbed) {
  return std::visit([](const auto& content) { return content.order; }, absorbed);
}

Absorbed absorb(const Job& job, const DespikeConfig& despike_config, Ledger& ledger) {
  if (const auto* opened = std::get_if<OpenJob>(&job)) return *opened;
  if (const auto* closed = std::get_if<CloseJob>(&job)) return *closed;
  const auto& energy = std::get<EnergyJob>(job);

  const MeanImage sample = mean_of(energy.samples), flat = mean_of(energy.flats),
                  dark = mean_of(energy.darks);
  auto absorbance = std::make_shared<std::vector<float>>(sample->size());
  to_absorbance(*sample, energy.scan->signal,
                {pixels_of(dark, energy.shared_dark), pixels_of(flat, energy.shared_flat)}, *absorbance);
  const std::size_t repaired = despike(despike_config, energy.scan->shape, *absorbance);
  if (repaired > 0) ledger.count(&Counters::repaired_pixels, repaired);

  EnergyAbsorbance result;
  result.order = energy.order;
  result.scan = energy.scan;
  result.energy_index = energy.energy_index;
  for (const auto* group : {&energy.samples, &energy.flats, &energy.darks})
    for (const auto& admitted : *group) {
      result.last_sequence = std::max(result.last_sequence, admitted.frame.header.sequence);
      result.received_utc_ns = std::max(result.received_utc_ns, admitted.frame.received_utc_ns);
      result.tickets.push_back(admitted.ticket);
    }
  for (const auto& admitted : energy.samples) result.energy_ev += admitted.frame.header.energy_ev();
  result.energy_ev /= static_cast<double>(energy.samples.size());
  result.absorbance = std::move(absorbance);
  return result;
}

}  // namespace phasecast
