#include <tbb/global_control.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <iterator>

#include "stages/network_plan.hpp"
#include "stages/onnx.hpp"
#include "tests/paths.hpp"

using namespace phasecast;

namespace {

const std::string folder = PHASECAST_SOURCE_DIR "/tests/oracles/networks/";

struct Expected {
  std::string name;
  Shape shape;
  std::vector<std::vector<float>> inputs;
  std::vector<double> output;
};

/// What tests/oracles/networks.py computed in double precision.
std::vector<Expected> read_expected(const std::vector<Network>& networks) {
  std::ifstream file(folder + "expected.txt");
  std::vector<Expected> cases;
  Expected one;
  for (std::size_t inputs = 0; file >> one.name >> inputs >> one.shape.height >> one.shape.width;) {
    const auto& network = networks.at(cases.size());
    one.inputs.resize(inputs);
    for (std::size_t k = 0; k < inputs; ++k) {
      one.inputs[k].resize(one.shape.pixels() * static_cast<std::size_t>(network.values[k].channels));
      for (float& v : one.inputs[k]) file >> v;
    }
    one.output.resize(one.shape.pixels());
    for (double& v : one.output) file >> v;
    cases.push_back(one);
  }
  return cases;
}

Network read_network(const std::string& name) {
  std::ifstream file(folder + name + ".onnx", std::ios::binary);
  auto network = read_onnx(std::string(std::istreambuf_iterator<char>(file), {}), name);
  INFO((network ? std::string("read") : network.error().text()));
  REQUIRE(network.ok());
  return *network;
}

std::vector<float> run(NetworkPlan& plan, const Expected& expected) {
  for (std::size_t k = 0; k < expected.inputs.size(); ++k)
    std::ranges::copy(expected.inputs[k], plan.input(static_cast<int>(k)).begin());
  const auto output = plan.run();
  return {output.begin(), output.end()};
}

}  // namespace

TEST_CASE("every operator computes what ONNX defines, to single precision") {
  std::vector<Network> networks;
  for (auto name :
       {"plain", "tall", "dilated", "normalized", "level", "shuffled", "two_inputs", "margins", "skips"})
    networks.push_back(read_network(name));
  const auto cases = read_expected(networks);
  REQUIRE(cases.size() == networks.size());
  for (std::size_t k = 0; k < cases.size(); ++k) {
    const auto& expected = cases[k];
    CAPTURE(expected.name);
    REQUIRE(expected.name == networks[k].name);
    const double largest =
        std::abs(*std::ranges::max_element(expected.output, {}, [](double v) { return std::abs(v); }));
    for (const auto& network : {networks[k], folded(networks[k])}) {
      NetworkPlan plan(network, expected.shape);
      const auto first = run(plan, expected);
      double worst = 0;
      for (std::size_t i = 0; i < first.size(); ++i)
        worst = std::max(worst, std::abs(first[i] - expected.output[i]));
      CHECK(worst < 3e-6 * largest);
      CHECK(run(plan, expected) == first);  // memory that is used again holds nothing of the last image
    }
  }
}

TEST_CASE("batch norm after a convolution costs no layer of its own") {
  const auto network = read_network("normalized");
  const auto affine = [](const Network& n) {
    return std::ranges::count(n.layers, LayerKind::affine, &Layer::kind);
  };
  CHECK(affine(network) == 2);
  CHECK(affine(folded(network)) == 1);  // the other one comes after a rectifier
}

TEST_CASE("one thread and two give bit-identical layers") {
  const auto network = read_network("tall");
  const Shape shape{83, 37};
  std::vector<float> image(shape.pixels());
  for (std::size_t k = 0; k < image.size(); ++k)
    image[k] = std::sin(0.37f * static_cast<float>(k * k % 1009));
  const auto run_with = [&](std::size_t threads) {
    tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
    NetworkPlan plan(network, shape);
    std::ranges::copy(image, plan.input(0).begin());
    const auto output = plan.run();
    return std::vector<float>(output.begin(), output.end());
  };
  CHECK(run_with(1) == run_with(2));
}

TEST_CASE("memory of layers that are done is used again") {
  const auto network = folded(read_network("dilated"));
  NetworkPlan plan(network, {64, 64});
  // The image, two of the three hidden planes at a time, the noise; the result takes one over.
  CHECK(plan.bytes() <= 64 * 64 * sizeof(float) * (1 + 5 + 4 + 1));
}
