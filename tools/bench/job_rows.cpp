#include <Eigen/Core>

#include <spdlog/fmt/fmt.h>

#include "tools/bench/bench.hpp"
#include "tools/bench/jobs.hpp"
#include "tools/bench/problem.hpp"
#include "tools/bench/timing.hpp"

namespace phasecast {
namespace {

template <int Storage>
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Storage>;

Matrix<Eigen::ColMajor> reference_matrix(const EvaluationData& data) {
  Matrix<Eigen::ColMajor> a(data.stack.energies_ev.size(), data.references.size());
  for (Eigen::Index state = 0; state < a.cols(); ++state)
    for (Eigen::Index t = 0; t < a.rows(); ++t)
      a(t, state) = static_cast<float>(
          data.references[static_cast<std::size_t>(state)].mu[static_cast<std::size_t>(t)]);
  return a;
}

std::vector<BenchRow> measure(const BenchSettings& settings, int energies, int states) {
  EvaluationData data = particle_data(settings.paper_shape(), states, energies, paper_noise(energies));
  const auto a = reference_matrix(data);
  const Eigen::Map<const Matrix<Eigen::RowMajor>> y(data.stack.absorbance.data(), a.rows(),
                                                    static_cast<Eigen::Index>(data.stack.shape.pixels()));
  Matrix<Eigen::RowMajor> b(a.cols(), y.cols());
  const auto plain = [&] { b.noalias() = a.transpose() * y; };

  const Seconds sums = least_seconds_of_both(
      settings.repetitions(3), [&] { data.equations = stack_equations(data); }, plain);
  double job = std::numeric_limits<double>::infinity();
  for (int k = 0; k < settings.repetitions(2); ++k) job = std::min(job, run_job(data, "rum-tv").seconds);

  const std::string stack =
      fmt::format("{}×{}×{}, {} states", energies, data.stack.shape.height, data.stack.shape.width, states);
  const std::string eigen = "AᵀY alone by plain Eigen, 1 thread";
  return {{"AᵀY and the other sums, " + stack, "ms", 1e3 * sums.ours, 1e3 * sums.reference, eigen},
          {"stack → converged RUM-TV map, " + stack, "ms", 1e3 * job, 1e3 * sums.reference, eigen}};
}

}  // namespace

std::vector<BenchRow> job_rows(const BenchSettings& settings) {
  std::vector<BenchRow> rows;
  for (const int energies : settings.quick ? std::vector{30, 60} : std::vector{117, 969})
    for (const int states : {2, 5})
      for (BenchRow& row : measure(settings, energies, states)) rows.push_back(std::move(row));
  return rows;
}

}  // namespace phasecast
