#include <spdlog/fmt/fmt.h>

#include <optional>

#include "stages/rum_tv.hpp"
#include "tools/bench/bench.hpp"
#include "tools/bench/problem.hpp"
#include "tools/bench/resident.hpp"
#include "tools/simulate/spectra.hpp"

namespace phasecast {
namespace {

/// Bytes per pixel.
struct Footprint {
  double moments, equations, solver;
};

Footprint measure(Shape shape, int energies) {
  constexpr int states = 2;
  const auto energies_ev = nickel_energies(energies);
  const auto references = nickel_states(states, energies_ev);
  NormalizeConfig normalize;
  normalize.pre_edge = {8180, 8320};
  normalize.order = 1;
  const auto dictionary = Dictionary::make(references, energies_ev, normalize);
  if (!dictionary) throw std::runtime_error(dictionary.error().text());

  std::vector<float> frame(shape.pixels());
  std::vector<std::uint8_t> sample(shape.pixels(), 1);
  LcfResult start{std::vector<double>(states * shape.pixels(), 0.5), std::vector<double>(shape.pixels(), 1)};
  std::optional<Moments> moments;
  NormalEquations equations;
  std::optional<RumTv<float>> solver;
  const auto per_pixel = [&](const std::function<void()>& work) {
    return static_cast<double>(peak_growth(work)) / static_cast<double>(shape.pixels());
  };
  Footprint bytes{};
  bytes.moments = per_pixel([&] {
    moments.emplace(shape, *dictionary);
    for (std::size_t t = 0; t < energies_ev.size(); ++t) {
      for (std::size_t i = 0; i < frame.size(); ++i)
        frame[i] = static_cast<float>(references[i % states].mu[t]) + 0.01F * static_cast<float>((i + t) % 7);
      moments->add(energies_ev[t], frame);
    }
  });
  bytes.equations = per_pixel([&] {
    auto made = moments->normal_equations();
    if (!made) throw std::runtime_error(made.error().text());
    equations = std::move(*made);
  });
  bytes.solver = per_pixel([&] {
    solver.emplace(shape, states);
    solver->set_problem({equations, sample, 1, 0.02, 0.01});
    solver->start(start.fraction, start.scale);
    for (int k = 0; k < 3; ++k) solver->iterate();
  });
  return bytes;
}

}  // namespace

std::vector<BenchRow> footprint_rows(const BenchSettings& settings) {
  const Shape shape = settings.quick ? Shape{512, 512} : Shape{1024, 1024};
  measure(shape, 20);  // what threads and allocators keep for themselves is allocated once
  const Footprint few = measure(shape, 20), many = measure(shape, 200);
  const auto row = [](const std::string& what, double Footprint::*bytes, const Footprint& a,
                      const Footprint& b) {
    return BenchRow{what + ", 200 energies, 2 states, linear pre-edge", "bytes/pixel", b.*bytes, a.*bytes,
                    "the same with 20 energies"};
  };
  return {row("moments", &Footprint::moments, few, many),
          row("their normal equations (a snapshot)", &Footprint::equations, few, many),
          row("RUM-TV's state", &Footprint::solver, few, many)};
}

}  // namespace phasecast
