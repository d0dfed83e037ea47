#include <catch2/catch.hpp>
#include <cstdlib>

#include "stages/lcf.hpp"
#include "tests/paths.hpp"
#include "tests/tools/numpy_stack.hpp"
#include "tests/tools/scratch_folder.hpp"
#include "tools/bench/jobs.hpp"
#include "tools/bench/problem.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

const std::string references = PHASECAST_SOURCE_DIR "/tests/benchmarks/references/";

int run(const std::string& script, const ScratchFolder& folder, const std::string& options) {
  const std::string in = folder.path.string() + "/";
  return std::system(("/usr/bin/python3 " + references + script + " " + in + "stack.npy " + in +
                      "references.npy " + options + " > " + in + "log 2>&1")
                         .c_str());
}

}  // namespace

TEST_CASE("numpy's enumeration of supports finds the same fractions as lcf") {
  const int states = GENERATE(2, 3, 5);
  const double sigma = GENERATE(0.05, 0.5);
  const EvaluationData data = particle_data({32, 48}, states, 60, sigma);
  const ScratchFolder folder;
  write_stack(folder.path, data);
  const std::string result = (folder.path / "fractions.npy").string();
  REQUIRE(run("support_enumeration.py", folder, "--repetitions 1 --result " + result) == 0);

  const Image<float> numpy = read_npy(result);
  const LcfResult ours = lcf(stack_equations(data), LcfConstraint::non_negative_sum_to_one);
  REQUIRE(numpy.values.size() == ours.fraction.size());
  double largest = 0;
  std::size_t at_bound = 0;
  for (std::size_t i = 0; i < numpy.values.size(); ++i) {
    largest = std::max(largest, std::abs(ours.fraction[i] - static_cast<double>(numpy.values[i])));
    at_bound += ours.fraction[i] == 0;
  }
  CHECK(at_bound > 0);
  // What matters is the rounding of references to the stack's float32 on the way, times 1/√μ.
  CHECK(largest < 1e-4);
}

TEST_CASE("numpy gives the same A'Y in every way it is asked for it") {
  const EvaluationData data = particle_data({16, 24}, 3, 40, 0.1);
  const ScratchFolder folder;
  write_stack(folder.path, data);
  CHECK(run("at_y.py", folder, "1") == 0);
}
