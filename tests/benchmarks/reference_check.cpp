// Comparison of the references with a scan's spectra, which every final map waits for, beside reading the
// spectra it looks at once. One thread, as in the pipeline, where the map is solved meanwhile.

#include "stages/reference_check.hpp"

#include <benchmark/benchmark.h>
#include <tbb/global_control.h>

#include <numeric>

#include "tests/stages/shift_scan.hpp"

using namespace phasecast;

namespace {

void compare(benchmark::State& state) {
  const tbb::global_control one(tbb::global_control::max_allowed_parallelism, 1);
  const auto references = shift_scan::truth(static_cast<int>(state.range(0)));
  const auto sample = shift_scan::make(
      references, {.states = static_cast<int>(state.range(0)), .pixels = static_cast<int>(state.range(1))});
  const SampleView view = shift_scan::view_of(sample);
  const auto dictionary = Dictionary::make(references, shift_scan::energies(), shift_scan::normalize());
  for (auto _ : state) benchmark::DoNotOptimize(compare_references(view, references, *dictionary, {}).ok());
}

void read_once(benchmark::State& state) {
  const auto sample = shift_scan::make(shift_scan::truth(), {.pixels = static_cast<int>(state.range(1))});
  for (auto _ : state)
    benchmark::DoNotOptimize(
        std::accumulate(sample.absorbance.data(), sample.absorbance.data() + sample.absorbance.size(), 0.0f));
}

void sizes(benchmark::internal::Benchmark* b) {
  b->Unit(benchmark::kMicrosecond)->Args({2, 256})->Args({2, 1 << 14})->Args({5, 1 << 14});
}
BENCHMARK(compare)->Apply(sizes);
BENCHMARK(read_once)->Apply(sizes);

}  // namespace

BENCHMARK_MAIN();
