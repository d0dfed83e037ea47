#pragma once

#include <memory>

#include "stages/features.hpp"
#include "stages/network.hpp"

namespace phasecast {

/// One convolution of a network on planes of one size, by oneDNN: strips of rows run in parallel, each on one
/// thread of TBB. Every output value is the same sum in the same order for any number of threads.
class Convolution {
 public:
  /// With `accumulate` it adds to what the output holds; then, with `rectified`, keeps what is positive and
  /// multiplies the rest by `slope`.
  struct After {
    bool accumulate = false, rectified = false;
    float slope = 0;
  };

  Convolution(const Layer& layer, FeatureSize input, int channels, After after);
  ~Convolution();
  Convolution(Convolution&&) noexcept;

  FeatureSize output() const;
  void run(Features in, Features out) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// What the layer makes of `input`.
FeatureSize convolved(const Layer& layer, FeatureSize input, int channels);

}  // namespace phasecast
