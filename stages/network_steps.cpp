#include <algorithm>
#include <memory>

#include "stages/convolution.hpp"
#include "stages/network_plan.hpp"

namespace phasecast {
namespace {

std::string text_of(FeatureSize size) {
  return std::to_string(size.channels) + " × " + std::to_string(size.height) + " × " +
         std::to_string(size.width);
}

[[noreturn]] void misfit(const Layer& layer, FeatureSize found, const std::string& expected) {
  throw NetworkMisfit(layer.name, text_of(found), expected);
}

}  // namespace

FeatureSize NetworkPlan::size_of(const Layer& layer) const {
  const auto size = [&](int value) { return placed_[static_cast<std::size_t>(value)].size; };
  const auto in = size(layer.inputs[0]);
  const int channels = network_.values[static_cast<std::size_t>(layer.output)].channels;
  switch (layer.kind) {
    case LayerKind::convolution: {
      const auto out = convolved(layer, in, channels);
      if (out.height < 1 || out.width < 1) misfit(layer, in, "at least the kernel's height and width");
      return out;
    }
    case LayerKind::space_to_depth:
      if (in.height % layer.block != 0 || in.width % layer.block != 0)
        misfit(layer, in, "multiples of " + std::to_string(layer.block));
      return {channels, in.height / layer.block, in.width / layer.block};
    case LayerKind::depth_to_space:
      return {channels, in.height * layer.block, in.width * layer.block};
    case LayerKind::pad: {
      const auto [top, left, bottom, right] = layer.margins;
      if (layer.pad_mode == PadMode::reflect &&
          (std::max(top, bottom) >= in.height || std::max(left, right) >= in.width))
        misfit(layer, in, "more than the margins, which mirror it");
      return {channels, in.height + top + bottom, in.width + left + right};
    }
    default:
      for (int value : layer.inputs)
        if (size(value).height != in.height || size(value).width != in.width)
          misfit(layer, size(value), text_of(in) + " as its other input");
      return {channels, in.height, in.width};
  }
}

void NetworkPlan::add_step(const Layer& layer, const Fusion& fusion) {
  const auto size = size_of(layer);
  const int in = layer.inputs[0], out = fusion.output;
  const bool accumulate = fusion.into >= 0;
  if (accumulate) {
    auto& into = placed_[static_cast<std::size_t>(fusion.into)];
    if (into.size != size) misfit(layer, into.size, text_of(size) + ", to which it is added");
    placed_[static_cast<std::size_t>(out)].size = size;
    placed_[static_cast<std::size_t>(out)].slot = into.slot;
    into.uses = 0;
  } else {
    place(out, size);
  }

  std::function<void()> step;
  switch (layer.kind) {
    case LayerKind::convolution: {
      const auto input = placed_[static_cast<std::size_t>(in)].size;
      const auto convolution = std::make_shared<Convolution>(
          layer, input, size.channels, Convolution::After{accumulate, fusion.rectified, fusion.slope});
      flops_ += 2.0 * static_cast<double>(layer.weight.size()) * size.height * size.width;
      step = [=, this] { convolution->run(at(in), at(out)); };
      break;
    }
    case LayerKind::rectify:
      step = [=, this, slope = layer.slope] { rectify(at(in), slope, at(out)); };
      break;
    case LayerKind::affine:
      step = [=, this, &layer] { apply_affine(at(in), layer.weight, layer.bias, at(out)); };
      break;
    case LayerKind::add:
    case LayerKind::subtract:
    case LayerKind::multiply:
      step = [=, this, &layer] { combine(layer.kind, at(layer.inputs[0]), at(layer.inputs[1]), at(out)); };
      break;
    case LayerKind::concatenate:
      step = [=, this, &layer] {
        std::vector<Features> parts;
        for (int value : layer.inputs) parts.push_back(at(value));
        concatenate(parts, at(out));
      };
      break;
    case LayerKind::space_to_depth:
      step = [=, this, &layer] { space_to_depth(at(in), layer.block, at(out)); };
      break;
    case LayerKind::depth_to_space:
      step = [=, this, &layer] {
        depth_to_space(at(in), layer.block, layer.channel_first, accumulate, at(out));
      };
      break;
    case LayerKind::pad:
      step = [=, this, &layer] { pad(at(in), layer.margins, layer.pad_mode, at(out)); };
      break;
  }
  steps_.push_back(std::move(step));
  for (int value : layer.inputs) release(value);
}

}  // namespace phasecast
