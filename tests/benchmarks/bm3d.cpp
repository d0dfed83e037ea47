#include "stages/bm3d.hpp"

#include <benchmark/benchmark.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <random>
#include <string>

using namespace phasecast;

namespace {

constexpr float sigma = 25.f / 255;

Image<float> discs_with_noise(Shape shape) {
  std::mt19937 random(1);
  std::normal_distribution<float> noise(0, sigma);
  Image<float> image(shape);
  for (int y = 0; y < shape.height; ++y)
    for (int x = 0; x < shape.width; ++x) {
      const int dy = y % 90 - 45, dx = x % 110 - 55;
      image.at(y, x) = (dy * dy + dx * dx < 900 ? 0.8f : 0.2f) + noise(random);
    }
  return image;
}

void copy_image(benchmark::State& state, Shape shape) {
  const auto image = discs_with_noise(shape);
  std::vector<float> copy(image.values.size());
  for (auto _ : state) {
    std::copy(image.values.begin(), image.values.end(), copy.begin());
    benchmark::DoNotOptimize(copy.data());
    benchmark::ClobberMemory();
  }
}

/// The sum of squared differences that every image has to form for one displacement, read and added up once:
/// block matching with a window of ± radius does (2 radius + 1)² times that.
void compare_once(benchmark::State& state, Shape shape) {
  const auto image = discs_with_noise(shape);
  for (auto _ : state) {
    float sum[16] = {};
    for (std::size_t k = 0; k + 32 < image.values.size(); k += 16)
      for (std::size_t i = 0; i < 16; ++i) {
        const float difference = image.values[k + i] - image.values[k + i + 3];
        sum[i] += difference * difference;
      }
    benchmark::DoNotOptimize(sum);
  }
}

void denoise(benchmark::State& state, Shape shape, const Bm3dConfig& config, int threads) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  const auto noisy = discs_with_noise(shape);
  std::vector<float> result(noisy.values.size());
  const Denoiser denoiser = bm3d(config);
  for (auto _ : state) denoiser(shape, noisy.values, sigma, result);
}

struct Profile {
  const char* name;
  Bm3dConfig config;
};

void add_benchmarks(Shape shape) {
  const std::string size = std::to_string(shape.height) + "x" + std::to_string(shape.width) + "/";
  const auto add = [&](const std::string& name, auto body) {
    benchmark::RegisterBenchmark((size + name).c_str(), body)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime()
        ->Repetitions(5)
        ->ReportAggregatesOnly();
  };
  add("copy", [=](benchmark::State& state) { copy_image(state, shape); });
  add("compare with one displacement", [=](benchmark::State& state) { compare_once(state, shape); });
  for (const auto& [name, config] : {Profile{"fast", bm3d_fast}, Profile{"normal", bm3d_normal},
                                     Profile{"high", bm3d_high}, Profile{"best", bm3d_best}})
    for (int threads : {1, 2}) {
      Bm3dConfig one_scale = config, basic = config;
      one_scale.scales = basic.scales = false;
      basic.final_group = 0;
      const std::string suffix = ", " + std::to_string(threads) + " threads";
      const auto run = [=](const Bm3dConfig& c) {
        return [=](benchmark::State& state) { denoise(state, shape, c, threads); };
      };
      add(name + (": basic" + suffix), run(basic));
      add(name + (": basic + final" + suffix), run(one_scale));
      add(name + (": all scales" + suffix), run(config));
    }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  add_benchmarks({379, 520});
  add_benchmarks({1024, 1024});
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
