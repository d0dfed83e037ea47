#include <algorithm>
#include <cmath>
#include <utility>

#include "stages/onnx.pb.h"
#include "stages/onnx_reader.hpp"

namespace phasecast {
namespace {

constexpr int longest = 64;  // kernels, strides, dilations, blocks and margins beyond this are a damaged file

}  // namespace

void OnnxReader::read_convolution(const OnnxNode& node) {
  auto made = layer(node, LayerKind::convolution);
  made.inputs = {computed(node, 0)};
  const auto& weight = weight_of(node);
  const auto strides = node.integers("strides", {1, 1}, 1, longest);
  const auto dilations = node.integers("dilations", {1, 1}, 1, longest);
  const auto pads = node.integers("pads", {0, 0, 0, 0}, 0, longest);
  if (strides[0] != strides[1]) node.refuse("strides " + onnx_dims(strides), "the same in both directions");
  if (dilations[0] != dilations[1])
    node.refuse("dilations " + onnx_dims(dilations), "the same in both directions");
  const auto input = value(made.inputs[0]);
  if (weight.dims[1] != input.channels)
    node.refuse("weights " + onnx_dims(weight.dims) + " on " + std::to_string(input.channels) + " channels",
                "[out, " + std::to_string(input.channels) + ", height, width]");
  made.kernel_height = weight.dims[2];
  made.kernel_width = weight.dims[3];
  made.stride = strides[0];
  made.dilation = dilations[0];
  std::copy(pads.begin(), pads.end(), made.margins.begin());
  const int reach_y = made.dilation * (made.kernel_height - 1),
            reach_x = made.dilation * (made.kernel_width - 1);
  if (std::max(pads[0], pads[2]) > reach_y || std::max(pads[1], pads[3]) > reach_x)
    node.refuse("pads " + onnx_dims(pads), "margins that the kernel reaches across");
  made.weight = weight.values;
  made.bias = bias_of(node, weight.dims[0]);
  append(std::move(made), {weight.dims[0], input.reduction * strides[0]}, node);
}

void OnnxReader::read_transposed(const OnnxNode& node) {
  const auto& weight = weight_of(node);
  const int from = weight.dims[0], to = weight.dims[1], block = weight.dims[2];
  const auto strides = node.integers("strides", {1, 1}, 1, longest);
  node.integers("dilations", {1, 1}, 1, 1);
  node.integers("pads", {0, 0, 0, 0}, 0, 0);
  node.integers("output_padding", {0, 0}, 0, 0);
  if (weight.dims[3] != block || strides != std::vector{block, block})
    node.refuse("weights " + onnx_dims(weight.dims) + " and strides " + onnx_dims(strides),
                "a kernel equal to its stride");
  const int source = computed(node, 0);
  const auto input = value(source);
  if (from != input.channels)
    node.refuse("weights " + onnx_dims(weight.dims) + " on " + std::to_string(input.channels) + " channels",
                "[" + std::to_string(input.channels) + ", out, height, width]");
  require_divisible(node, input, block);

  auto product = layer(node, LayerKind::convolution);
  product.inputs = {source};
  const auto in = static_cast<std::size_t>(from), out = static_cast<std::size_t>(to);
  const auto area = static_cast<std::size_t>(block) * static_cast<std::size_t>(block);
  product.weight.resize(area * out * in);  // [in][out][dy dx] -> [dy dx][out][in]
  for (std::size_t i = 0; i < in; ++i)
    for (std::size_t o = 0; o < out; ++o)
      for (std::size_t d = 0; d < area; ++d)
        product.weight[(d * out + o) * in + i] = weight.values[(i * out + o) * area + d];
  const auto bias = bias_of(node, to);
  for (std::size_t d = 0; d < area && !bias.empty(); ++d)
    product.bias.insert(product.bias.end(), bias.begin(), bias.end());
  append(std::move(product), {static_cast<int>(area * out), input.reduction}, node);

  auto spread = layer(node, LayerKind::depth_to_space);
  spread.inputs = {static_cast<int>(network_.values.size()) - 1};
  spread.block = block;
  append(std::move(spread), {to, input.reduction / block}, node);
}

void OnnxReader::read_batch_norm(const OnnxNode& node) {
  auto made = layer(node, LayerKind::affine);
  made.inputs = {computed(node, 0)};
  const auto input = value(made.inputs[0]);
  std::vector<float> parameter[4];  // scale, shift, mean, variance
  for (int k = 0; k < 4; ++k) {
    const auto* given = constant(node, k + 1);
    if (!given) node.refuse("a computed input " + std::to_string(k + 1), "a constant");
    if (given->dims != std::vector{input.channels})
      node.refuse("a parameter " + onnx_dims(given->dims), onnx_dims({input.channels}));
    parameter[k] = given->values;
  }
  const float epsilon = node.number("epsilon", 1e-5f);
  for (std::size_t c = 0; c < parameter[0].size(); ++c) {
    const float weight = parameter[0][c] / std::sqrt(parameter[3][c] + epsilon);
    if (!std::isfinite(weight)) node.refuse("variance " + std::to_string(parameter[3][c]), "a positive one");
    made.weight.push_back(weight);
    made.bias.push_back(parameter[1][c] - weight * parameter[2][c]);
  }
  append(std::move(made), input, node);
}

void OnnxReader::read_rectifier(const OnnxNode& node) {
  auto made = layer(node, LayerKind::rectify);
  made.inputs = {computed(node, 0)};
  made.slope = node.kind() == "LeakyRelu" ? node.number("alpha", 0.01f) : 0;
  append(std::move(made), value(made.inputs[0]), node);
}

void OnnxReader::read_arithmetic(const OnnxNode& node) {
  const bool product = node.kind() == "Mul", difference = node.kind() == "Sub";
  const auto *first = constant(node, 0), *second = constant(node, 1);
  if (first && second) node.refuse("two constants", "at least one computed input");
  if (first || second) {  // ±x + c or c x
    auto made = layer(node, LayerKind::affine);
    made.inputs = {computed(node, first ? 1 : 0)};
    const auto input = value(made.inputs[0]);
    const auto c = per_channel(node, first ? *first : *second, input.channels);
    made.weight = product ? c : std::vector<float>(c.size(), difference && first ? -1.f : 1.f);
    made.bias = product ? std::vector<float>(c.size()) : c;
    if (difference && second)
      for (auto& b : made.bias) b = -b;
    return append(std::move(made), input, node);
  }
  auto made = layer(node, product ? LayerKind::multiply : difference ? LayerKind::subtract : LayerKind::add);
  made.inputs = {computed(node, 0), computed(node, 1)};
  const auto a = value(made.inputs[0]), b = value(made.inputs[1]);
  if (a.channels != b.channels || a.reduction != b.reduction)
    node.refuse(std::to_string(a.channels) + " and " + std::to_string(b.channels) + " channels at 1/" +
                    std::to_string(a.reduction) + " and 1/" + std::to_string(b.reduction) +
                    " of the resolution",
                "inputs of the same shape");
  append(std::move(made), a, node);
}

void OnnxReader::read_concatenation(const OnnxNode& node) {
  auto made = layer(node, LayerKind::concatenate);
  node.integer("axis", 1, 1, 1);
  NetworkValue output{0, value(computed(node, 0)).reduction};
  for (int k = 0; k < node.message().input_size(); ++k) {
    made.inputs.push_back(computed(node, k));
    const auto input = value(made.inputs.back());
    if (input.reduction != output.reduction)
      node.refuse("1/" + std::to_string(input.reduction) + " and 1/" + std::to_string(output.reduction) +
                      " of the resolution",
                  "inputs of the same height and width");
    output.channels += input.channels;
  }
  append(std::move(made), output, node);
}

void OnnxReader::read_reordering(const OnnxNode& node) {
  const bool together = node.kind() == "SpaceToDepth";
  auto made = layer(node, together ? LayerKind::space_to_depth : LayerKind::depth_to_space);
  made.inputs = {computed(node, 0)};
  made.block = node.integer("blocksize", 1, 1, longest);
  const auto input = value(made.inputs[0]);
  const int area = made.block * made.block;
  if (together) return append(std::move(made), {input.channels * area, input.reduction * made.block}, node);

  const auto mode = node.text("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") node.refuse("mode " + mode, "DCR or CRD");
  made.channel_first = mode == "CRD";
  if (input.channels % area != 0)
    node.refuse(std::to_string(input.channels) + " channels", "a multiple of " + std::to_string(area));
  require_divisible(node, input, made.block);
  append(std::move(made), {input.channels / area, input.reduction / made.block}, node);
}

void OnnxReader::read_alias(const OnnxNode& node) {
  if (node.message().output().empty()) node.refuse("no output", "one");
  const auto& output = node.message().output(0);
  if (const auto* given = constant(node, 0))
    constants_[output] = *given;
  else
    values_[output] = computed(node, 0);
}

void OnnxReader::read_constant(const OnnxNode& node) {
  const auto* given = node.find("value");
  if (!given || node.message().output().empty()) node.refuse("no tensor", "one in its attribute value");
  constants_[node.message().output(0)] = onnx_constant(given->t());
}

void OnnxReader::read_pad(const OnnxNode& node) {
  static const std::map<std::string, PadMode> modes{
      {"constant", PadMode::constant}, {"reflect", PadMode::reflect}, {"edge", PadMode::edge}};
  auto made = layer(node, LayerKind::pad);
  made.inputs = {computed(node, 0)};
  const auto mode = node.text("mode", "constant");
  if (!modes.contains(mode)) node.refuse("mode " + mode, "constant, reflect or edge");
  made.pad_mode = modes.at(mode);
  std::vector<int> pads = node.integers("pads", std::vector<int>(8), 0, longest);
  if (const auto* given = constant(node, 1)) pads.assign(given->values.begin(), given->values.end());
  const auto bad = std::find_if(pads.begin(), pads.end(), [](int p) { return p < 0 || p > longest; });
  if (pads.size() != 8 || bad != pads.end() || pads[0] + pads[1] + pads[4] + pads[5] != 0)
    node.refuse("pads " + onnx_dims(pads),
                "margins of height and width only, 0 to " + std::to_string(longest));
  const auto* fill = constant(node, 2);
  if (fill && (fill->values.size() != 1 || fill->values[0] != 0)) node.refuse("a fill value", "zero");
  made.margins = {pads[2], pads[3], pads[6], pads[7]};
  append(std::move(made), value(made.inputs[0]), node);
}

}  // namespace phasecast
