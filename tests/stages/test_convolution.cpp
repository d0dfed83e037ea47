#include "stages/convolution.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace phasecast;

namespace {

using Random = std::mt19937;

int between(Random& random, int least, int most) {
  return std::uniform_int_distribution<int>(least, most)(random);
}

std::vector<float> noise(Random& random, std::size_t count) {
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& v : values) v = normal(random);
  return values;
}

Layer random_layer(Random& random, int in, int out) {
  Layer layer;
  layer.kernel_height = between(random, 1, 5);
  layer.kernel_width = between(random, 1, 5);
  layer.stride = between(random, 1, 3);
  layer.dilation = between(random, 1, 2);
  const int reach_y = layer.dilation * (layer.kernel_height - 1),
            reach_x = layer.dilation * (layer.kernel_width - 1);
  layer.margins = {between(random, 0, reach_y), between(random, 0, reach_x), between(random, 0, reach_y),
                   between(random, 0, reach_x)};
  layer.weight = noise(random, static_cast<std::size_t>(out * in * layer.kernel_height * layer.kernel_width));
  if (between(random, 0, 1) == 1) layer.bias = noise(random, static_cast<std::size_t>(out));
  return layer;
}

/// One output value by the definition; `magnitude` is the sum of what was added, each taken positive.
double by_definition(const Layer& layer, Features in, int channel, int y, int x, double& magnitude) {
  double sum = layer.bias.empty() ? 0 : static_cast<double>(layer.bias[static_cast<std::size_t>(channel)]);
  magnitude = std::abs(sum);
  std::size_t k =
      static_cast<std::size_t>(channel * in.size.channels * layer.kernel_height * layer.kernel_width);
  for (int c = 0; c < in.size.channels; ++c)
    for (int dy = 0; dy < layer.kernel_height; ++dy)
      for (int dx = 0; dx < layer.kernel_width; ++dx, ++k) {
        const int from_y = y * layer.stride + dy * layer.dilation - layer.margins[0];
        const int from_x = x * layer.stride + dx * layer.dilation - layer.margins[1];
        if (from_y < 0 || from_y >= in.size.height || from_x < 0 || from_x >= in.size.width) continue;
        const double product =
            static_cast<double>(layer.weight[k]) * in.row(from_y)[from_x * in.size.channels + c];
        sum += product;
        magnitude += std::abs(product);
      }
  return sum;
}

}  // namespace

TEST_CASE("convolutions of any kernel, stride, dilation and margin agree with the definition") {
  Random random(7);
  for (int trial = 0; trial < 60; ++trial) {
    const int in = between(random, 1, 20), out = between(random, 1, 35);
    const FeatureSize size{in, between(random, 9, 40), between(random, 9, 20)};
    const auto layer = random_layer(random, in, out);
    const Convolution::After after{between(random, 0, 1) == 1, between(random, 0, 1) == 1, 0.25f};
    CAPTURE(trial, in, out, size.height, size.width, layer.kernel_height, layer.kernel_width, layer.stride,
            layer.dilation);

    const Convolution convolution(layer, size, out, after);
    auto image = noise(random, size.values());
    const auto before = noise(random, convolution.output().values());
    auto result = before;
    const Features input{size, image.data()};
    convolution.run(input, {convolution.output(), result.data()});

    double worst = 0;
    std::size_t k = 0;
    for (int y = 0; y < convolution.output().height; ++y)
      for (int x = 0; x < convolution.output().width; ++x)
        for (int channel = 0; channel < out; ++channel, ++k) {
          double magnitude = 0;
          double expected = by_definition(layer, input, channel, y, x, magnitude);
          if (after.accumulate) expected += before[k];
          if (after.rectified && expected < 0) expected *= after.slope;
          worst = std::max(worst, std::abs(result[k] - expected) / (1 + magnitude));
        }
    CHECK(worst < 1e-6);
  }
}
