#include "tools/inspect/mean_spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

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

constexpr std::size_t fewest_before = 3;

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

/// The least squares line (of few points: their mean) through the first `points` of the spectrum.
struct Line {
  double energy = 0, value = 0, slope = 0;
  Line(const MeanSpectrum& s, std::size_t points) {
    for (std::size_t k = 0; k < points; ++k) {
      energy += s.energy_ev[k] / static_cast<double>(points);
      value += s.absorbance[k] / static_cast<double>(points);
    }
    double see = 0, sey = 0;
    for (std::size_t k = 0; k < points; ++k) {
      see += (s.energy_ev[k] - energy) * (s.energy_ev[k] - energy);
      sey += (s.energy_ev[k] - energy) * (s.absorbance[k] - value);
    }
    constexpr std::size_t enough_for_a_slope = 5;
    if (points >= enough_for_a_slope && see > 0) slope = sey / see;
  }
  double at(double ev) const { return value + slope * (ev - energy); }
};

std::size_t points_up_to(const MeanSpectrum& s, double ev) {
  return static_cast<std::size_t>(std::upper_bound(s.energy_ev.begin(), s.energy_ev.end(), ev) -
                                  s.energy_ev.begin());
}

std::size_t steepest_rise(const MeanSpectrum& s) {
  std::size_t steepest = 1;
  double slope = -std::numeric_limits<double>::infinity();
  for (std::size_t k = 1; k + 1 < s.energy_ev.size(); ++k) {
    const double rise =
        (s.absorbance[k + 1] - s.absorbance[k - 1]) / (s.energy_ev[k + 1] - s.energy_ev[k - 1]);
    if (!(rise > slope)) continue;
    slope = rise;
    steepest = k;
  }
  return steepest;
}

/// Energies on the line before the edge; the line is theirs, so it is found in turns with them.
std::size_t pre_edge_points(const MeanSpectrum& s, std::size_t edge, double rise) {
  constexpr double on_the_line = 0.05;
  constexpr int turns = 20;  // it settles in two or three
  const double e0 = s.energy_ev[edge];
  std::size_t points = std::max(fewest_before, points_up_to(s, (s.energy_ev.front() + e0) / 2));
  for (int turn = 0; turn < turns; ++turn) {
    const Line line(s, points);
    std::size_t onset = edge;
    while (onset > 0 && s.absorbance[onset] - line.at(s.energy_ev[onset]) > on_the_line * rise) --onset;
    // What rises to 5 % here has begun as far before as the steepest rise lies behind.
    const std::size_t found = points_up_to(s, 2 * s.energy_ev[onset] - e0);
    if (found == points || found < fewest_before) return found;
    points = found;
  }
  return points;
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
  constexpr std::size_t fewest = 5;
  if (s.energy_ev.size() < fewest) {
    guess.why_not = std::to_string(s.energy_ev.size()) + " energies are too few to see an edge";
    return guess;
  }
  const std::size_t edge = steepest_rise(s);
  const double first = (s.absorbance[0] + s.absorbance[1]) / 2;
  const auto behind = s.absorbance.begin() + static_cast<std::ptrdiff_t>(edge);
  const double rise = *std::max_element(behind, s.absorbance.end()) - first;
  if (!(rise > 0)) {
    guess.why_not = "the mean spectrum does not rise";
    return guess;
  }
  guess.e0_ev = s.energy_ev[edge];
  guess.element = element_at(guess.e0_ev);
  const std::size_t points = pre_edge_points(s, edge, rise);
  if (points < fewest_before) {
    guess.why_not = "fewer than 3 energies lie flat before the edge";
    return guess;
  }
  guess.pre_energies = points;
  guess.pre_low_ev = s.energy_ev.front();
  guess.pre_high_ev = s.energy_ev[points - 1];
  return guess;
}

}  // namespace phasecast
