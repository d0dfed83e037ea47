#include "stages/bm3d_scales.hpp"

#include <algorithm>

namespace phasecast::blocks {

namespace {

/// Binomial smoothing with weights 1/4, 1/2, 1/4 in each direction; the border is repeated.
Image<float> smoothed(const Image<float>& from) {
  const auto [height, width] = from.shape;
  Image<float> along(from.shape), both(from.shape);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      along.at(y, x) = 0.25f * from.at(y, std::max(x - 1, 0)) + 0.5f * from.at(y, x) +
                       0.25f * from.at(y, std::min(x + 1, width - 1));
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      both.at(y, x) = 0.25f * along.at(std::max(y - 1, 0), x) + 0.5f * along.at(y, x) +
                      0.25f * along.at(std::min(y + 1, height - 1), x);
  return both;
}

float sum_of_four(const FramedImage& image, int y, int x) {
  const float *upper = image.at(2 * y, 2 * x), *lower = image.at(2 * y + 1, 2 * x);
  return (upper[0] + upper[1]) + (lower[0] + lower[1]);
}

/// The coarse pixel that contains pixel i, and the nearest other one; at the border the last one.
struct Neighbors {
  int own, next;
};

Neighbors neighbors(int i, int coarse_length) {
  const int own = i / 2, next = i % 2 == 0 ? own - 1 : own + 1;
  return {std::min(own, coarse_length - 1), std::clamp(next, 0, coarse_length - 1)};
}

}  // namespace

FramedImage halved(const FramedImage& image, int reach) {
  const Shape shape{image.shape().height / 2, image.shape().width / 2};
  FramedImage result(shape, reach);
  for (int y = 0; y < shape.height; ++y)
    for (int x = 0; x < shape.width; ++x) *result.at(y, x) = 0.5f * sum_of_four(image, y, x);
  return result;
}

void correct_low_frequencies(const FramedImage& coarse, FramedImage& estimate) {
  Image<float> difference(coarse.shape());
  for (int y = 0; y < coarse.shape().height; ++y)
    for (int x = 0; x < coarse.shape().width; ++x)
      difference.at(y, x) = 0.5f * *coarse.at(y, x) - 0.25f * sum_of_four(estimate, y, x);
  const Image<float> smooth = smoothed(difference);
  for (int y = 0; y < estimate.shape().height; ++y) {
    const Neighbors row = neighbors(y, coarse.shape().height);
    for (int x = 0; x < estimate.shape().width; ++x) {
      const Neighbors column = neighbors(x, coarse.shape().width);
      const float own = 0.75f * smooth.at(row.own, column.own) + 0.25f * smooth.at(row.own, column.next);
      const float next = 0.75f * smooth.at(row.next, column.own) + 0.25f * smooth.at(row.next, column.next);
      *estimate.at(y, x) += 0.75f * own + 0.25f * next;
    }
  }
}

}  // namespace phasecast::blocks
