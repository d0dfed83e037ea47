// Raw frames into moments: GB/s of raw pixels beside what the memory allows in the same run.

#include "stages/ingest.hpp"

#include <benchmark/benchmark.h>
#include <tbb/global_control.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "stages/parallel.hpp"

using namespace phasecast;

namespace {

constexpr Shape shape{2048, 2048};
constexpr std::size_t frames = 16;  // 16 samples and 16 flats are 268 MB: nothing stays in a cache
const std::size_t frame_bytes = shape.pixels() * sizeof(std::uint16_t);

Spectrum edge_at(const std::string& name, double e0_ev) {
  Spectrum spectrum{name, {}, {}};
  for (double e = 8200; e <= 8500; e += 1) {
    spectrum.energy_ev.push_back(e);
    spectrum.mu.push_back(1 / (1 + std::exp(-(e - e0_ev) / 1.5)));
  }
  return spectrum;
}

/// Shot noise, a hot pixel in ten thousand; dark level 100.
std::vector<std::uint16_t> detector_frame(double level, unsigned seed) {
  std::minstd_rand random(seed);
  std::normal_distribution<double> noise(0, std::sqrt(level));
  std::vector<double> deviations(4099);
  for (double& d : deviations) d = noise(random);
  std::vector<std::uint16_t> pixels(shape.pixels());
  for (auto& pixel : pixels) {
    const auto r = random();
    const double value = 100 + level + deviations[r % deviations.size()];
    pixel = static_cast<std::uint16_t>(r / 4099 % 10000 == 0 ? 3 * value : value);
  }
  return pixels;
}

struct Scan {
  std::vector<std::vector<std::uint16_t>> samples, flats;
  std::vector<float> dark = std::vector<float>(shape.pixels(), 100);
  std::vector<double> energies_ev;
  std::unique_ptr<Moments> sums;

  Scan() {
    for (std::size_t k = 0; k < frames; ++k) {
      const auto seed = static_cast<unsigned>(k + 1);
      samples.push_back(detector_frame(6000 + 100.0 * seed, seed));
      flats.push_back(detector_frame(12000, 100 + seed));
      energies_ev.push_back(8210 + 280.0 / frames * static_cast<double>(k));
    }
    NormalizeConfig config;
    config.order = 1;
    config.pre_edge = {8200, 8320};
    const std::vector<Spectrum> references{edge_at("a", 8340), edge_at("b", 8343)};
    sums = std::make_unique<Moments>(shape, *Dictionary::make(references, energies_ev, config));
  }

  IngestEnergy energy(std::size_t k) const {
    const auto raw = [](const auto& pixels) {
      return RawPixels{std::as_bytes(std::span(pixels)), PixelType::uint16};
    };
    return {energies_ev[k], {Signal::counts, raw(samples[k]), raw(flats[k]), mean_pixels(dark)}, {}};
  }
};

Scan& scan() {
  static Scan one;
  return one;
}

void report_frames(benchmark::State& state, std::size_t count) {
  const auto rate = [&](std::size_t bytes) {
    return benchmark::Counter(
        static_cast<double>(state.iterations()) * static_cast<double>(count * bytes) * 1e-9,
        benchmark::Counter::kIsRate);
  };
  state.counters["sample_GB/s"] = rate(frame_bytes);
  state.counters["sample+flat_GB/s"] = rate(2 * frame_bytes);
}

void ingest(benchmark::State& state, std::size_t batch_size, bool keep) {
  std::vector<std::vector<Half>> kept(keep ? frames : 0, std::vector<Half>(shape.pixels()));
  Ingest stage({});
  const auto pass = [&] {
    std::vector<IngestEnergy> batch;
    for (std::size_t k = 0; k < frames; ++k) {
      batch.push_back(scan().energy(k));
      if (keep) batch.back().keep = kept[k];
      if (batch.size() < batch_size) continue;
      benchmark::DoNotOptimize(stage.add(batch, *scan().sums).data());
      batch.clear();
    }
  };
  pass();
  for (auto _ : state) pass();
  report_frames(state, frames);
}

/// One stage after the other over the whole frame.
void unfused(benchmark::State& state) {
  std::vector<float> sample(shape.pixels()), flat(shape.pixels()), absorbance(shape.pixels());
  for (auto _ : state)
    for (std::size_t k = 0; k < frames; ++k) {
      const IngestEnergy energy = scan().energy(k);
      sample.assign(shape.pixels(), 0);
      flat.assign(shape.pixels(), 0);
      add_pixels(energy.frame.sample.bytes, PixelType::uint16, sample);
      add_pixels(energy.frame.flat.bytes, PixelType::uint16, flat);
      to_absorbance(sample, Signal::counts, {scan().dark, flat}, absorbance);
      despike({}, shape, absorbance);
      scan().sums->add(energy.energy_ev, absorbance);
    }
  report_frames(state, frames);
}

void copy(benchmark::State& state) {
  std::vector<std::uint16_t> to(shape.pixels());
  for (auto _ : state)
    for (const auto* list : {&scan().samples, &scan().flats})
      for (const auto& from : *list) {
        for_blocks(shape.pixels(), [&](std::size_t begin, std::size_t end) {
          std::memcpy(&to[begin], &from[begin], (end - begin) * sizeof(std::uint16_t));
        });
        benchmark::ClobberMemory();
      }
  report_frames(state, frames);
}

/// a = b + s c, bytes counted as STREAM does: two read, one written.
void triad(benchmark::State& state) {
  constexpr std::size_t n = std::size_t{1} << 25;
  static std::vector<double> a(n), b(n, 1), c(n, 2);
  for (auto _ : state) {
    for_blocks(n, [&](std::size_t begin, std::size_t end) {
      for (std::size_t k = begin; k < end; ++k) a[k] = b[k] + 3 * c[k];
    });
    benchmark::ClobberMemory();
  }
  state.counters["GB/s"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * 3 * n * sizeof(double) * 1e-9, benchmark::Counter::kIsRate);
}

void add_benchmarks(int threads) {
  const auto add = [&](const std::string& name, auto body) {
    benchmark::RegisterBenchmark((name + ", " + std::to_string(threads) + " threads").c_str(),
                                 [=](benchmark::State& state) {
                                   const tbb::global_control limit(
                                       tbb::global_control::max_allowed_parallelism,
                                       static_cast<std::size_t>(threads));
                                   body(state);
                                 })
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  };
  add("triad", triad);
  add("copy of samples and flats", copy);
  add("unfused", unfused);
  for (std::size_t batch : {1, 4, 8, 16})
    add("batches of " + std::to_string(batch), [=](benchmark::State& state) { ingest(state, batch, false); });
  add("batches of 16, kept", [](benchmark::State& state) { ingest(state, 16, true); });
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  scan();  // made outside of what is measured
  for (int threads : {1, 2}) add_benchmarks(threads);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
