#include "tools/inspect/mean_spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "stages/median.hpp"

namespace phasecast {
namespace {

struct Mean {
  double sum = 0, count = 0;
  double noise_squared = 0, relative = 0;  ///< summed over the frames; relative to their levels
  void add(const FrameStatistics::OfFrame& frame, double dark) {
    const double level = frame.level - dark;
    sum += frame.mean - dark;
    ++count;
    noise_squared += frame.noise * frame.noise;
    relative += frame.noise * frame.noise / (level * level);
  }
  double value() const { return sum / count; }
  double noise() const { return std::sqrt(noise_squared) / count; }  ///< of one pixel of their mean
  double relative_noise() const { return std::sqrt(relative) / count; }
};

struct Edge {
  const char* name;
  double ev;
};
// X-Ray Data Booklet (Lawrence Berkeley National Laboratory, 2009), table 1-1: what batteries, catalysts and
// soils are made of.
constexpr Edge edges[] = {{"C K", 284.2},   {"N K", 409.9},   {"Ti L3", 453.8}, {"V L3", 512.1},
                          {"O K", 543.1},   {"Cr L3", 574.1}, {"Mn L3", 638.7}, {"F K", 696.7},
                          {"Fe L3", 706.8}, {"Co L3", 778.1}, {"Ni L3", 852.7}, {"Cu L3", 932.7},
                          {"Mg K", 1303},   {"Al K", 1559.6}, {"Si K", 1839},   {"P K", 2145.5},
                          {"S K", 2472},    {"Cl K", 2822.4}, {"K K", 3608.4},  {"Ca K", 4038.5},
                          {"Ti K", 4966},   {"V K", 5465},    {"Cr K", 5989},   {"Mn K", 6539},
                          {"Fe K", 7112},   {"Co K", 7709},   {"Ni K", 8333},   {"Cu K", 8979},
                          {"Zn K", 9659},   {"As K", 11867},  {"Se K", 12658}};

std::string element_at(double e0) {
  const Edge* nearest = &*std::min_element(
      std::begin(edges), std::end(edges),
      [&](const Edge& a, const Edge& b) { return std::abs(a.ev - e0) < std::abs(b.ev - e0); });
  if (std::abs(nearest->ev - e0) > 0.01 * e0) return "";
  std::string ev = std::to_string(nearest->ev);
  ev.resize(ev.find('.') + 2);
  return std::string(nearest->name) + " (" + ev + " eV)";
}

/// Least squares, at x.
double line_at(const MeanSpectrum& s, std::size_t points, double x) {
  double mean_e = 0, mean_y = 0, see = 0, sey = 0;
  for (std::size_t k = 0; k < points; ++k) {
    mean_e += s.energy_ev[k] / static_cast<double>(points);
    mean_y += s.absorbance[k] / static_cast<double>(points);
  }
  for (std::size_t k = 0; k < points; ++k) {
    see += (s.energy_ev[k] - mean_e) * (s.energy_ev[k] - mean_e);
    sey += (s.energy_ev[k] - mean_e) * (s.absorbance[k] - mean_y);
  }
  constexpr std::size_t enough_for_a_slope = 5;
  return mean_y + (points < enough_for_a_slope || see == 0 ? 0 : sey / see * (x - mean_e));
}

}  // namespace

MeanSpectrum mean_spectrum(const ScanStart& start, const FrameStatistics& statistics) {
  Mean darks;
  std::map<std::uint32_t, Mean> samples, flats;
  for (const auto& frame : statistics.frames)
    if (frame.kind == FrameKind::dark) darks.add(frame, 0);
  const double dark = darks.count > 0 ? darks.value() : 0;
  for (const auto& frame : statistics.frames)
    if (frame.kind != FrameKind::dark)
      (frame.kind == FrameKind::flat ? flats : samples)[frame.energy_index].add(frame, dark);

  std::vector<std::size_t> order(start.energies_ev.size());
  for (std::size_t e = 0; e < order.size(); ++e) order[e] = e;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return start.energies_ev[a] < start.energies_ev[b]; });
  MeanSpectrum spectrum;
  for (const std::size_t e : order) {
    const auto index = static_cast<std::uint32_t>(e);
    const auto sample = samples.find(index);
    const auto flat = flats.find(start.flats.use == CorrectionUse::shared ? 0 : index);
    const bool divided = start.flats.use != CorrectionUse::none;
    if (sample == samples.end() || (divided && flat == flats.end())) continue;
    double value = sample->second.value(), noise = sample->second.noise();
    if (start.signal != Signal::absorbance) {
      noise = std::hypot(sample->second.relative_noise(), divided ? flat->second.relative_noise() : 0);
      value = -std::log(divided ? value / flat->second.value() : value);
    }
    if (!std::isfinite(value)) continue;
    spectrum.energy_ev.push_back(start.energies_ev[e]);
    spectrum.absorbance.push_back(value);
    spectrum.noise.push_back(noise);
  }
  return spectrum;
}

EdgeGuess guess_edge(const MeanSpectrum& s) {
  EdgeGuess guess;
  const std::size_t n = s.energy_ev.size();
  constexpr std::size_t fewest = 5;
  if (n < fewest) {
    guess.why_not = std::to_string(n) + " energies are too few to see an edge";
    return guess;
  }
  std::size_t steepest = 1;
  double slope = -1;
  for (std::size_t k = 1; k + 1 < n; ++k) {
    const double rise =
        (s.absorbance[k + 1] - s.absorbance[k - 1]) / (s.energy_ev[k + 1] - s.energy_ev[k - 1]);
    if (std::isfinite(rise) && rise > slope) {
      slope = rise;
      steepest = k;
    }
  }
  guess.e0_ev = s.energy_ev[steepest];
  guess.element = element_at(guess.e0_ev);
  const double first = (s.absorbance[0] + s.absorbance[1]) / 2;
  const double rise =
      *std::max_element(s.absorbance.begin() + static_cast<std::ptrdiff_t>(steepest), s.absorbance.end()) -
      first;
  if (!(rise > 0)) {
    guess.why_not = "the mean spectrum does not rise";
    return guess;
  }
  constexpr double on_the_line = 0.05;
  std::size_t points = 2;
  while (points < steepest &&
         std::abs(s.absorbance[points] - line_at(s, points, s.energy_ev[points])) < on_the_line * rise)
    ++points;
  if (points < 3) {
    guess.why_not = "fewer than 3 energies lie before the edge at " + std::to_string(guess.e0_ev) + " eV";
    return guess;
  }
  guess.pre_energies = points;
  guess.pre_low_ev = s.energy_ev.front();
  guess.pre_high_ev = s.energy_ev[points - 1];
  return guess;
}

}  // namespace phasecast
