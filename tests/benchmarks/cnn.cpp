// Forward passes of the shipped networks: milliseconds, and GFLOP/s beside what the cores' multiply-adds
// allow.

#include "stages/cnn.hpp"

#include <benchmark/benchmark.h>
#include <tbb/global_control.h>

#include <array>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "stages/network_plan.hpp"
#include "stages/onnx.hpp"

using namespace phasecast;

namespace {

std::vector<float> noisy_waves(Shape shape) {
  std::vector<float> image(shape.pixels());
  for (std::size_t k = 0; k < image.size(); ++k)
    image[k] = std::sin(1e-3f * static_cast<float>(k)) + 0.1f * std::sin(static_cast<float>(k * k % 10007));
  return image;
}

double forward_gflop(const std::string& name, Shape shape) {
  const auto network = *read_onnx(shipped_network(name), name);
  const int m = network.multiple;
  return NetworkPlan(network, {(shape.height + m - 1) / m * m, (shape.width + m - 1) / m * m}).flops() / 1e9;
}

void forward(benchmark::State& state, const std::string& name, Shape shape, int threads) {
  tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  const auto denoiser = *cnn(shipped_network(name), name);
  const auto noisy = noisy_waves(shape);
  std::vector<float> denoised(noisy.size());
  denoiser(shape, noisy, 0.1f, denoised);  // lays the network out for this size
  for (auto _ : state) denoiser(shape, noisy, 0.1f, denoised);
  state.counters["GFLOP/s"] = benchmark::Counter(
      forward_gflop(name, shape) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

/// Independent chains of multiply-adds on whole registers: the most that one core does.
void peak(benchmark::State& state) {
#if defined(__AVX512F__)
  constexpr int lanes = 16;
#elif defined(__AVX2__)
  constexpr int lanes = 8;
#else
  constexpr int lanes = 4;
#endif
  typedef float Vector __attribute__((vector_size(lanes * sizeof(float))));
  constexpr int chains = 12, rounds = 4096;
  std::array<Vector, chains> sums{};
  Vector factor = Vector{} + 0.999f, term = Vector{} + 0.001f;
  benchmark::DoNotOptimize(factor);
  benchmark::DoNotOptimize(term);
  for (auto _ : state) {
    for (int k = 0; k < rounds; ++k)
      for (auto& sum : sums) sum = sum * factor + term;
    benchmark::DoNotOptimize(sums);
  }
  state.counters["GFLOP/s"] = benchmark::Counter(
      2e-9 * lanes * chains * rounds * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void register_all() {
  benchmark::RegisterBenchmark("multiply-add peak, 1 thread", peak)->Unit(benchmark::kMicrosecond);
  for (std::string name : {"fast", "dncnn"})
    for (Shape shape : {Shape{379, 520}, {1024, 1024}})
      for (int threads : {1, 2}) {
        const auto title = name + "/" + std::to_string(shape.height) + "x" + std::to_string(shape.width) +
                           "/" + std::to_string(threads) + "T";
        benchmark::RegisterBenchmark(title.c_str(), forward, name, shape, threads)
            ->Unit(benchmark::kMillisecond)
            ->UseRealTime()
            ->MeasureProcessCPUTime();
      }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  register_all();
  benchmark::RunSpecifiedBenchmarks();
}
