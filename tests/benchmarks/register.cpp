// Registration of one frame of 2048×2048, whole and by its parts, beside transforms and copies of that size
// in the same run. CPU is that of all threads together: on a machine with other work it is the figure that
// holds.

#include "stages/register.hpp"

#include <benchmark/benchmark.h>
#include <fftw3.h>
#include <tbb/global_control.h>

#include <cmath>
#include <cstring>
#include <string>

#include "stages/parallel.hpp"
#include "stages/register_ingest.hpp"
#include "tools/simulate/experiment.hpp"
#include "tools/simulate/spectra.hpp"

using namespace phasecast;

namespace {

constexpr int energies = 6;

/// A few energies of a particle that drifts, with a flat each, as they come from the detector.
struct DriftingScan {
  std::shared_ptr<const Experiment> experiment;
  SimulatedScan scan;
  std::vector<Frame> samples, flats;
  Frame dark;

  DriftingScan() : experiment(make()), scan(experiment, 0) {
    for (std::uint64_t k = 0; k < scan.frame_count(); ++k) {
      Frame frame = *scan.frame(k);
      if (frame.header.kind == FrameKind::dark)
        dark = std::move(frame);
      else
        (frame.header.kind == FrameKind::flat ? flats : samples).push_back(std::move(frame));
    }
  }
  static std::shared_ptr<const Experiment> make() {
    ExperimentConfig config;
    config.shape = {2048, 2048};
    for (int k = 0; k < energies; ++k) config.energies_ev.push_back(8300 + 30.0 * k);
    config.references = nickel_states(2, config.energies_ev);
    config.darks = {CorrectionUse::shared, 1};
    config.flats = {CorrectionUse::per_energy, 1};
    config.drift = {5, 0.01};
    config.matrix = 0.3;
    return std::make_shared<const Experiment>(config);
  }
  IngestEnergy energy(std::size_t k) const {
    const auto raw = [](const Frame& frame) {
      return RawPixels{frame.pixels.bytes, frame.header.pixel_type};
    };
    return {scan.start().energies_ev[k],
            {Signal::counts, raw(samples[k]), raw(flats[k]), raw(dark)},
            {},
            {},
            static_cast<std::uint32_t>(k)};
  }
  Shape shape() const { return scan.start().shape; }
  std::vector<float> absorbance(std::size_t k) const {
    std::vector<float> y(shape().pixels());
    to_absorbance(energy(k).frame, 0, y);
    return y;
  }
  Moments empty_sums() const {
    NormalizeConfig normalize;
    normalize.order = 1;
    normalize.pre_edge = {8290, 8335};
    return Moments(shape(), *Dictionary::make(experiment->references(), scan.start().energies_ev, normalize));
  }
};

const DriftingScan& scan() {
  static const DriftingScan one;
  return one;
}

constexpr RegisterConfig fitted{Registering::shift_and_magnification, {}};

/// Raw frames to sums, everything.
void registered(benchmark::State& state) {
  RegisteredIngest ingest({}, fitted, scan().shape(), scan().scan.start().energies_ev[0]);
  Moments sums = scan().empty_sums();
  std::vector<IngestEnergy> batch;
  for (std::size_t k = 0; k < energies; ++k) batch.push_back(scan().energy(k));
  ingest.begin_scan();
  for (auto _ : state) {
    ingest.add(batch, sums);
    ingest.begin_scan();
  }
}

void unregistered(benchmark::State& state) {
  Ingest ingest({});
  Moments sums = scan().empty_sums();
  std::vector<IngestEnergy> batch;
  for (std::size_t k = 0; k < energies; ++k) batch.push_back(scan().energy(k));
  for (auto _ : state) ingest.add(batch, sums);
}

void measure(benchmark::State& state) {
  Registration registration(fitted, scan().shape(), 8300);
  std::vector<std::vector<float>> images;
  for (std::size_t k = 0; k < energies; ++k) images.push_back(scan().absorbance(k));
  for (const auto& image : images) registration.measure(8300, image);
  for (auto _ : state)
    for (const auto& image : images) benchmark::DoNotOptimize(registration.measure(8300, image));
}

void despiked(benchmark::State& state) {
  auto image = scan().absorbance(0);
  for (auto _ : state) despike({}, scan().shape(), image);
}

void absorbance(benchmark::State& state) {
  std::vector<float> y(scan().shape().pixels());
  for (auto _ : state)
    for_blocks(y.size(), [&](std::size_t begin, std::size_t end) {
      to_absorbance(scan().energy(1).frame, begin, std::span(y).subspan(begin, end - begin));
    });
}

void moved(benchmark::State& state) {
  const auto image = scan().absorbance(0);
  std::vector<float> out(image.size());
  for (auto _ : state) resample(scan().shape(), image, Alignment{1.3, -2.7, 1.004}, out);
}

void fourier(benchmark::State& state) {
  const int n = scan().shape().width;
  auto* const in = fftwf_alloc_real(scan().shape().pixels());
  auto* const out = fftwf_alloc_complex(static_cast<std::size_t>(n) * (n / 2 + 1));
  const auto plan = fftwf_plan_dft_r2c_2d(n, n, in, out, FFTW_ESTIMATE);
  std::fill_n(in, scan().shape().pixels(), 1.0f);
  for (auto _ : state) fftwf_execute(plan);
  fftwf_destroy_plan(plan);
  fftwf_free(in);
  fftwf_free(out);
}

void copy(benchmark::State& state) {
  const auto image = scan().absorbance(0);
  std::vector<float> out(image.size());
  for (auto _ : state) {
    for_blocks(out.size(), [&](std::size_t begin, std::size_t end) {
      std::memcpy(&out[begin], &image[begin], (end - begin) * sizeof(float));
    });
    benchmark::ClobberMemory();
  }
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
        ->MeasureProcessCPUTime()
        ->UseRealTime();
  };
  add("copy of an absorbance image", copy);
  add("one Fourier transform of it, by one thread", fourier);
  add("six raw frames to sums, registered", registered);
  add("the same six without registration", unregistered);
  add("absorbance", absorbance);
  add("despike", despiked);
  add("six times drift and magnification", measure);
  add("resample", moved);
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
