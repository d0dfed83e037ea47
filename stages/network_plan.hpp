#pragma once

#include <tbb/cache_aligned_allocator.h>

#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "messages/image.hpp"
#include "stages/features.hpp"
#include "stages/network.hpp"

namespace phasecast {

/// Layers that do not fit each other at some image size.
struct NetworkMisfit : std::invalid_argument {
  NetworkMisfit(std::string l, std::string f, std::string e)
      : std::invalid_argument(l + " is given " + f + ", expected " + e),
        layer(std::move(l)),
        found(std::move(f)),
        expected(std::move(e)) {}

  std::string layer, found, expected;
};

/// Convolutions take over the affine layers (batch norm) that follow them.
Network folded(Network network);

/// A network laid out for images of one size: memory that is used again as soon as it is free, and steps in
/// order, with sums and rectifiers done while a convolution's output is still in the cache.
class NetworkPlan {
 public:
  /// Height and width are multiples of network.multiple. Throws NetworkMisfit if
  /// layers do not fit each other at this size.
  NetworkPlan(const Network& network, Shape shape);
  NetworkPlan(const NetworkPlan&) = delete;

  /// To be filled before each run: [height][width][channels].
  std::span<float> input(int k) { return {at(k).data, at(k).size.values()}; }
  /// The clean image, [height][width]; valid until the next run.
  std::span<const float> run();

  std::size_t bytes() const;
  double flops() const { return flops_; }  ///< of the convolutions, two for a multiplication and an addition

 private:
  /// A value's users that are not yet part of a step; the network's output has one more, the caller.
  struct Placed {
    FeatureSize size;
    int slot = -1, uses = 0;
  };
  struct Fusion {
    int into = -1;  ///< the value whose memory the result is added to, or none
    int output = 0;
    bool rectified = false;
    float slope = 0;
  };

  Features at(int value);
  Fusion fuse(std::size_t layer);
  bool can_add_into(int value, std::size_t producer, int sum) const;
  void place(int value, FeatureSize size);
  void release(int value);
  FeatureSize size_of(const Layer& layer) const;
  void add_step(const Layer& layer, const Fusion& fusion);

  const Network network_;
  std::vector<Placed> placed_;
  std::vector<bool> done_;
  std::vector<std::vector<float, tbb::cache_aligned_allocator<float>>> slots_;
  std::vector<std::size_t> free_;
  std::vector<std::function<void()>> steps_;
  double flops_ = 0;
};

}  // namespace phasecast
