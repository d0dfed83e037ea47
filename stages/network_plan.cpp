#include "stages/network_plan.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

#include "stages/convolution.hpp"

namespace phasecast {
namespace {

bool reads(const Layer& layer, int value) {
  return std::find(layer.inputs.begin(), layer.inputs.end(), value) != layer.inputs.end();
}

/// The one layer that reads the value; -1 if there are none, several, or the caller does.
int only_user_of(const Network& network, int value) {
  int user = -1;
  if (value == network.output) return -1;
  for (int k = 0; k < static_cast<int>(network.layers.size()); ++k) {
    if (!reads(network.layers[static_cast<std::size_t>(k)], value)) continue;
    if (user >= 0) return -1;
    user = k;
  }
  return user;
}

void take_over(Layer& convolution, const Layer& affine) {
  const std::size_t channels = affine.weight.size(), kernel = convolution.weight.size() / channels;
  convolution.bias.resize(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t k = 0; k < kernel; ++k) convolution.weight[c * kernel + k] *= affine.weight[c];
    convolution.bias[c] = convolution.bias[c] * affine.weight[c] + affine.bias[c];
  }
  convolution.output = affine.output;
}

}  // namespace

Network folded(Network network) {
  for (std::size_t k = 0; k < network.layers.size();) {
    const int user = network.layers[k].kind == LayerKind::convolution
                         ? only_user_of(network, network.layers[k].output)
                         : -1;
    if (user < 0 || network.layers[static_cast<std::size_t>(user)].kind != LayerKind::affine) {
      ++k;
      continue;
    }
    take_over(network.layers[k], network.layers[static_cast<std::size_t>(user)]);
    network.layers.erase(network.layers.begin() + user);
  }
  return network;
}

NetworkPlan::NetworkPlan(const Network& network, Shape shape)
    : network_(network), placed_(network.values.size()), done_(network.layers.size()) {
  for (const auto& layer : network_.layers)
    for (int value : layer.inputs) ++placed_[static_cast<std::size_t>(value)].uses;
  ++placed_[static_cast<std::size_t>(network_.output)].uses;
  for (int k = 0; k < network_.inputs; ++k) {
    ++placed_[static_cast<std::size_t>(k)].uses;  // the caller fills it before every run: it is never free
    place(k, {network_.values[static_cast<std::size_t>(k)].channels, shape.height, shape.width});
  }
  for (std::size_t k = 0; k < network_.layers.size(); ++k) {
    if (done_[k]) continue;
    const auto& layer = network_.layers[k];
    add_step(layer, fuse(k));
  }
  const auto& output = placed_[static_cast<std::size_t>(network_.output)].size;
  if (output.height != shape.height || output.width != shape.width)
    throw NetworkMisfit(
        "the output", std::to_string(output.height) + " × " + std::to_string(output.width),
        std::to_string(shape.height) + " × " + std::to_string(shape.width) + ", the image's size");
}

std::span<const float> NetworkPlan::run() {
  tbb::this_task_arena::isolate([&] {
    for (const auto& step : steps_) step();
  });
  const auto output = at(network_.output);
  return {output.data, output.size.values()};
}

std::size_t NetworkPlan::bytes() const {
  std::size_t count = 0;
  for (const auto& slot : slots_) count += slot.size();
  return count * sizeof(float);
}

Features NetworkPlan::at(int value) {
  auto& placed = placed_[static_cast<std::size_t>(value)];
  return {placed.size, slots_[static_cast<std::size_t>(placed.slot)].data()};
}

bool NetworkPlan::can_add_into(int value, std::size_t producer, int sum) const {
  const auto& placed = placed_[static_cast<std::size_t>(value)];
  // Computed, and read by nobody from here on but the sum; not read by the producer itself.
  return placed.slot >= 0 && placed.uses == 1 && !reads(network_.layers[producer], value) &&
         reads(network_.layers[static_cast<std::size_t>(sum)], value);
}

NetworkPlan::Fusion NetworkPlan::fuse(std::size_t k) {
  const auto& layer = network_.layers[k];
  Fusion fusion;
  fusion.output = layer.output;
  const bool convolution = layer.kind == LayerKind::convolution;
  if (!convolution && layer.kind != LayerKind::depth_to_space) return fusion;

  int user = only_user_of(network_, fusion.output);
  const auto layer_at = [&](int index) -> const Layer& {
    return network_.layers[static_cast<std::size_t>(index)];
  };
  if (user >= 0 && layer_at(user).kind == LayerKind::add) {
    const auto& operands = layer_at(user).inputs;
    const int other = operands[0] == fusion.output ? operands[1] : operands[0];
    if (can_add_into(other, k, user)) {
      fusion.into = other;
      fusion.output = layer_at(user).output;
      done_[static_cast<std::size_t>(user)] = true;
      user = only_user_of(network_, fusion.output);
    }
  }
  if (convolution && user >= 0 && layer_at(user).kind == LayerKind::rectify) {
    fusion.rectified = true;
    fusion.slope = layer_at(user).slope;
    fusion.output = layer_at(user).output;
    done_[static_cast<std::size_t>(user)] = true;
  }
  return fusion;
}

void NetworkPlan::place(int value, FeatureSize size) {
  auto& placed = placed_[static_cast<std::size_t>(value)];
  placed.size = size;
  const auto fits =
      std::find_if(free_.begin(), free_.end(), [&](auto k) { return slots_[k].size() >= size.values(); });
  if (fits != free_.end()) {
    placed.slot = static_cast<int>(*fits);
    free_.erase(fits);
    return;
  }
  placed.slot = static_cast<int>(slots_.size());
  slots_.emplace_back(size.values());
}

void NetworkPlan::release(int value) {
  auto& placed = placed_[static_cast<std::size_t>(value)];
  if (--placed.uses == 0) free_.push_back(static_cast<std::size_t>(placed.slot));
}

}  // namespace phasecast
