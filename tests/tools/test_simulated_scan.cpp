#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <tuple>

#include "tests/tools/small_experiment.hpp"

using namespace phasecast;

namespace {

Frame frame_at(SimulatedScan& scan, std::uint64_t sequence) {
  Result<Frame> frame = scan.frame(sequence);
  REQUIRE(frame.ok());
  return *frame;
}

/// The frame of a kind, energy and repeat, found by its header.
Frame find_frame(SimulatedScan& scan, FrameKind kind, std::uint32_t energy, std::uint32_t repeat = 0) {
  for (std::uint64_t k = 0; k < scan.frame_count(); ++k) {
    Frame frame = frame_at(scan, k);
    const FrameHeader& h = frame.header;
    if (h.kind == kind && h.energy_index == energy && h.repeat == repeat) return frame;
  }
  throw std::runtime_error("no such frame");
}

std::vector<double> absorbance_of(const Frame& sample, const Frame& flat, const Frame& dark) {
  const auto i = pixels_of<std::uint16_t>(sample);
  const auto f = pixels_of<std::uint16_t>(flat);
  const auto d = pixels_of<std::uint16_t>(dark);
  std::vector<double> y(i.size());
  for (std::size_t k = 0; k < y.size(); ++k) y[k] = -std::log(double(i[k] - d[k]) / (f[k] - d[k]));
  return y;
}

struct Moments2 {
  double mean = 0;
  double variance = 0;
};

Moments2 moments_of(const std::vector<double>& values) {
  Moments2 m;
  for (const double v : values) m.mean += v / static_cast<double>(values.size());
  for (const double v : values)
    m.variance += (v - m.mean) * (v - m.mean) / static_cast<double>(values.size());
  return m;
}

}  // namespace

TEST_CASE("the stated absorbance is s A x plus the background") {
  ExperimentConfig config = small_experiment(3);
  config.background = 0.3;
  SimulatedScan scan = scan_of(config);
  const Experiment experiment(config);
  const std::size_t n = config.shape.pixels();
  for (std::uint32_t t = 0; t < config.energies_ev.size(); ++t) {
    const std::vector<float> y = scan.absorbance(t);
    const double decay = std::pow(config.energies_ev[t] / config.energies_ev[0], -3);
    for (std::size_t i = 0; i < n; ++i) {
      double expected = decay * experiment.background()[i];
      if (scan.scale()[i] > 0)
        for (std::size_t l = 0; l < 3; ++l)
          expected += double(scan.scale()[i]) * config.references[l].mu[t] * scan.fraction()[l * n + i];
      REQUIRE(y[i] == Approx(expected).margin(1e-6));
    }
  }
}

TEST_CASE("noise-free counts invert to the stated absorbance within rounding") {
  ExperimentConfig config = small_experiment();
  config.noise = 0;
  SimulatedScan scan = scan_of(config);
  const Frame dark = find_frame(scan, FrameKind::dark, 0);
  const Frame flat = find_frame(scan, FrameKind::flat, 0);
  for (std::uint32_t t = 0; t < config.energies_ev.size(); ++t) {
    const Frame sample = find_frame(scan, FrameKind::sample, t);
    const std::vector<double> y = absorbance_of(sample, flat, dark);
    const std::vector<float> stated = scan.absorbance(t);
    const auto counts = pixels_of<std::uint16_t>(sample);
    const auto open = pixels_of<std::uint16_t>(flat);
    const auto below = pixels_of<std::uint16_t>(dark);
    for (std::size_t i = 0; i < y.size(); ++i) {
      // The dark is a whole number; sample and flat are each off by half a count at most.
      const double rounding =
          -std::log1p(-0.5 / (counts[i] - below[i])) - std::log1p(-0.5 / (open[i] - below[i]));
      REQUIRE(std::abs(y[i] - stated[i]) <= rounding + 1e-5);
    }
  }
}

TEST_CASE("the noise of the absorbance has the stated standard deviation and no memory") {
  ExperimentConfig config = small_experiment();
  config.noise = 0.08;
  config.sample_repeats = 4;
  const Signal signal = GENERATE(Signal::counts, Signal::transmission, Signal::absorbance);
  config.signal = signal;
  SimulatedScan scan = scan_of(config);
  std::vector<double> all;
  std::vector<double> last;
  double between_frames = 0;
  for (std::uint64_t k = 0; k < scan.frame_count(); ++k) {
    const Frame frame = frame_at(scan, k);
    if (frame.header.kind != FrameKind::sample) continue;
    std::vector<double> y;
    if (signal == Signal::counts) {
      y = absorbance_of(frame, find_frame(scan, FrameKind::flat, 0), find_frame(scan, FrameKind::dark, 0));
    } else {
      for (const float v : pixels_of<float>(frame))
        y.push_back(signal == Signal::absorbance ? v : -std::log(v));
    }
    const std::vector<float> truth = scan.absorbance(frame.header.energy_index);
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] = (y[i] - truth[i]) / config.noise;
      if (!last.empty()) between_frames += y[i] * last[i];
    }
    all.insert(all.end(), y.begin(), y.end());
    last = y;
  }
  // Five standard errors; rounding to whole counts adds less than 1e-4 to the variance.
  const double n = static_cast<double>(all.size());
  const Moments2 m = moments_of(all);
  CHECK(std::abs(m.mean) < 5 / std::sqrt(n));
  CHECK(std::abs(m.variance - 1) < 5 * std::sqrt(2 / n) + 1e-4);
  CHECK(std::abs(between_frames / n) < 5 / std::sqrt(n));
}

TEST_CASE("a frame made alone is the frame made in sequence") {
  ExperimentConfig config = small_experiment();
  config.hot_pixels = 0.01;
  config.flat_drift = 0.03;
  config.flats = {CorrectionUse::per_energy, 2};
  SimulatedScan in_sequence = scan_of(config, 0);
  for (std::uint64_t k = 0; k < in_sequence.frame_count(); ++k) {
    const Frame expected = frame_at(in_sequence, k);
    SimulatedScan alone = scan_of(config, 0);
    const Frame frame = frame_at(alone, k);
    REQUIRE(bytes_of(frame) == bytes_of(expected));
    REQUIRE(frame.header.kind == expected.header.kind);
    REQUIRE(frame.header.start_utc_ns == expected.header.start_utc_ns);
  }
}

TEST_CASE("the same seed gives the same bits; seeds, scans and repeats differ") {
  ExperimentConfig config = small_experiment();
  config.scans = 2;
  config.sample_repeats = 2;
  SimulatedScan scan = scan_of(config);
  SimulatedScan same = scan_of(config);
  SimulatedScan next = scan_of(config, 1);
  config.seed = 2;
  SimulatedScan other = scan_of(config);
  const auto bits = [](SimulatedScan& s, std::uint32_t repeat = 0) {
    return bytes_of(find_frame(s, FrameKind::sample, 3, repeat));
  };
  CHECK(bits(scan) == bits(same));
  CHECK(scan.start().scan_id == same.start().scan_id);
  CHECK(bits(scan) != bits(scan, 1));
  CHECK(bits(scan) != bits(next));
  CHECK(bits(scan) != bits(other));
  CHECK(scan.start().series_id == next.start().series_id);
  CHECK(scan.start().scan_id != next.start().scan_id);
  CHECK(scan.start().scan_id != other.start().scan_id);
}

TEST_CASE("every planned frame comes once, its header in agreement with the plan") {
  const auto flats = GENERATE(CorrectionUse::shared, CorrectionUse::per_energy);
  const auto signal = GENERATE(Signal::counts, Signal::transmission);
  ExperimentConfig config = small_experiment();
  config.flats = {flats, 3};
  config.sample_repeats = 2;
  config.signal = signal;
  SimulatedScan scan = scan_of(config);
  const ScanStart& start = scan.start();
  std::set<std::tuple<FrameKind, std::uint32_t, std::uint32_t>> slots;
  for (std::uint64_t k = 0; k < scan.frame_count(); ++k) {
    const Frame frame = frame_at(scan, k);
    const FrameHeader& h = frame.header;
    slots.insert({h.kind, h.energy_index, h.repeat});
    CHECK(h.sequence == k);
    CHECK(h.energy_set_ev == start.energies_ev.at(h.energy_index));
    CHECK(h.repeat < (h.kind == FrameKind::dark   ? start.darks.repeats
                      : h.kind == FrameKind::flat ? start.flats.repeats
                                                  : start.sample_repeats));
    CHECK(h.byte_count == frame.pixels.bytes.size());
    CHECK(frame.pixels.bytes.size() == start.shape.pixels() * bytes_per_pixel(start.pixel_type));
    CHECK(h.start_utc_ns == start.start_utc_ns + static_cast<std::int64_t>(k) * 500'000'000);
  }
  CHECK(slots.size() == start.planned_frames());
  CHECK(scan.end().frames_sent == start.planned_frames());
  const Result<Frame> beyond = scan.frame(scan.frame_count());
  REQUIRE(!beyond);
  CHECK(beyond.error().field == "sequence");
}

TEST_CASE("per-energy flats follow a drifting beam that shared flats miss") {
  ExperimentConfig config = small_experiment();
  config.noise = 0;
  config.flat_drift = 0.03;
  const auto worst_error = [&](CorrectionUse use) {
    config.flats = {use, 1};
    SimulatedScan scan = scan_of(config);
    const Frame dark = find_frame(scan, FrameKind::dark, 0);
    double worst = 0;
    for (std::uint32_t t = 0; t < config.energies_ev.size(); ++t) {
      const Frame flat = find_frame(scan, FrameKind::flat, use == CorrectionUse::shared ? 0 : t);
      const auto y = absorbance_of(find_frame(scan, FrameKind::sample, t), flat, dark);
      const auto stated = scan.absorbance(t);
      for (std::size_t i = 0; i < y.size(); ++i) worst = std::max(worst, std::abs(y[i] - stated[i]));
    }
    return worst;
  };
  const double shared = worst_error(CorrectionUse::shared);
  CHECK(shared > 0.02);
  CHECK(worst_error(CorrectionUse::per_energy) < 0.7 * shared);
}

TEST_CASE("stuck pixels read full scale in every frame; zingers hit the stated share of each sample anew") {
  ExperimentConfig config = small_experiment();
  config.noise = 0;
  SimulatedScan clean = scan_of(config);
  config.hot_pixels = 0.02;
  SimulatedScan hot = scan_of(config);
  const Experiment experiment(config);
  const std::vector<std::size_t>& stuck_list = experiment.detector().stuck();
  const std::set<std::size_t> stuck(stuck_list.begin(), stuck_list.end());
  CHECK(stuck.size() > 0.015 * config.shape.pixels());

  std::vector<std::set<std::size_t>> hits;
  for (std::uint64_t k = 0; k < hot.frame_count(); ++k) {
    const auto counts = pixels_of<std::uint16_t>(frame_at(hot, k));
    const auto expected = pixels_of<std::uint16_t>(frame_at(clean, k));
    std::set<std::size_t> hit;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (stuck.contains(i)) {
        REQUIRE(counts[i] == 65535);
      } else if (counts[i] != expected[i]) {
        REQUIRE(counts[i] > expected[i]);
        hit.insert(i);
      }
    }
    if (frame_at(hot, k).header.kind == FrameKind::sample)
      hits.push_back(hit);
    else
      CHECK(hit.empty());
  }
  // Binomial: mean n p, variance n p (1 - p), over all sample frames together.
  double total = 0;
  for (const auto& hit : hits) total += static_cast<double>(hit.size());
  const double trials = static_cast<double>(hits.size() * (config.shape.pixels() - stuck.size()));
  CHECK(std::abs(total - 0.02 * trials) < 5 * std::sqrt(trials * 0.02 * 0.98));
  CHECK(hits[0] != hits[1]);
}

TEST_CASE("counts stay below full scale at any noise that is allowed") {
  ExperimentConfig config = small_experiment();
  config.flat_drift = 0.05;
  for (const double noise : {0.0, 0.2, 0.5}) {
    config.noise = noise;
    SimulatedScan scan = scan_of(config);
    std::size_t saturated = 0;
    for (std::uint64_t k = 0; k < scan.frame_count(); ++k)
      for (const std::uint16_t v : pixels_of<std::uint16_t>(frame_at(scan, k))) saturated += v == 65535;
    CHECK(saturated == 0);
  }
}

TEST_CASE("a series keeps its clock and tells the potential it was measured at") {
  ExperimentConfig config = small_experiment();
  config.scans = 3;
  config.interval_s = 10;
  double last_potential = 0;
  for (int k = 0; k < 3; ++k) {
    const SimulatedScan scan = scan_of(config, k);
    const double duration_s = 0.5 * static_cast<double>(scan.frame_count());
    CHECK(scan.start().scan_index == static_cast<std::uint32_t>(k));
    CHECK(scan.start().start_utc_ns - config.start_utc_ns ==
          static_cast<std::int64_t>(1e9 * k * (duration_s + 10)));
    CHECK(std::stod(scan.start().metadata.at("time_s")) == Approx(k * (duration_s + 10)));
    const double potential = std::stod(scan.start().metadata.at("potential_V"));
    CHECK(potential > std::max(3.0, last_potential));
    CHECK(potential < 4.5);
    CHECK(scan.start().metadata.count("current_A") == 1);
    last_potential = potential;
  }
}

TEST_CASE("an impossible experiment is refused by the option at fault") {
  const auto refused = [](auto change) {
    ExperimentConfig config = small_experiment();
    change(config);
    CHECK_THROWS_AS(Experiment(config), std::invalid_argument);
    try {
      Experiment{config};
    } catch (const std::invalid_argument& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  using Catch::Contains;
  CHECK_THAT(refused([](auto& c) { c.noise = 0.6; }), Contains("noise") && Contains("0.5"));
  CHECK_THAT(refused([](auto& c) { c.noise = -1; }), Contains("noise"));
  CHECK_THAT(refused([](auto& c) { c.noise = std::nan(""); }), Contains("noise"));
  CHECK_THAT(refused([](auto& c) { c.thickness_variation = 1.5; }), Contains("thickness-variation"));
  CHECK_THAT(refused([](auto& c) { c.flat_drift = 0.2; }), Contains("flat-drift"));
  CHECK_THAT(refused([](auto& c) { c.hot_pixels = 0.5; }), Contains("hot-pixels"));
  CHECK_THAT(refused([](auto& c) { c.scans = 0; }), Contains("scans"));
  CHECK_THAT(refused([](auto& c) { c.references.pop_back(); }), Contains("references"));
  CHECK_THAT(refused([](auto& c) { c.energies_ev.clear(); }), Contains("energies"));
  CHECK_THAT(refused([](auto& c) { c.energies_ev.push_back(9000); }), Contains("9000"));
  CHECK_THAT(refused([](auto& c) { c.flats.use = CorrectionUse::none; }), Contains("flats"));
}
