#include "stages/onnx_reader.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "stages/onnx.pb.h"

namespace phasecast {
namespace {

/// What is beyond this is no denoiser, and would overflow further down.
constexpr int most_channels = 1 << 16, most_reduction = 64, longest_kernel = 64, most_multiple = 256;

}  // namespace

OnnxReader::OnnxReader(const onnx::Graph& graph, const std::string& name) : graph_(graph) {
  network_.name = name;
}

Network OnnxReader::read() {
  for (const auto& tensor : graph_.initializer()) constants_[tensor.name()] = onnx_constant(tensor);
  network_.inputs = 0;
  for (const auto& input : graph_.input())
    if (!constants_.contains(input.name())) read_input(input);
  if (network_.inputs == 0) throw OnnxRefusal{"inputs", "none", "the image"};
  for (int position = 0; const auto& node : graph_.node()) read_node(OnnxNode(node, position++));
  read_output();
  for (const auto& value : network_.values) {
    network_.multiple = std::lcm(network_.multiple, value.reduction);
    if (network_.multiple > most_multiple)
      throw OnnxRefusal{"strides and blocks", "together " + std::to_string(network_.multiple),
                        "at most " + std::to_string(most_multiple)};
  }
  return std::move(network_);
}

void OnnxReader::read_input(const onnx::Value& input) {
  const auto& shape = input.type().tensor_type().shape();
  const auto channels = shape.dim_size() == 4 ? shape.dim(1).dim_value() : 0;
  const int most = network_.inputs == 0 ? 2 : 1;
  if (channels < 1 || channels > most)
    throw OnnxRefusal{
        "input " + input.name(),
        shape.dim_size() == 4 ? std::to_string(channels) + " channels"
                              : std::to_string(shape.dim_size()) + " dimensions",
        "[1, 1, H, W], the image; or [1, 2, H, W], image and noise level; or one input for each"};
  if (network_.inputs == 2 || (network_.inputs == 1 && network_.values[0].channels == 2))
    throw OnnxRefusal{"input " + input.name(), "one too many", "at most the image and the noise level"};
  values_[input.name()] = network_.inputs++;
  network_.values.push_back({static_cast<int>(channels), 1});
}

void OnnxReader::read_node(const OnnxNode& node) {
  using Read = void (OnnxReader::*)(const OnnxNode&);
  static const std::map<std::string, Read> operators{
      {"Add", &OnnxReader::read_arithmetic},          {"BatchNormalization", &OnnxReader::read_batch_norm},
      {"Concat", &OnnxReader::read_concatenation},    {"Constant", &OnnxReader::read_constant},
      {"Conv", &OnnxReader::read_convolution},        {"ConvTranspose", &OnnxReader::read_transposed},
      {"DepthToSpace", &OnnxReader::read_reordering}, {"Dropout", &OnnxReader::read_alias},
      {"Identity", &OnnxReader::read_alias},          {"LeakyRelu", &OnnxReader::read_rectifier},
      {"Mul", &OnnxReader::read_arithmetic},          {"Pad", &OnnxReader::read_pad},
      {"Relu", &OnnxReader::read_rectifier},          {"SpaceToDepth", &OnnxReader::read_reordering},
      {"Sub", &OnnxReader::read_arithmetic},
  };
  const auto known = operators.find(node.kind());
  const auto& domain = node.message().domain();
  if (known == operators.end() || !(domain.empty() || domain == "ai.onnx")) {
    std::string expected = "one of the operators";
    for (const auto& [name, read] : operators) expected += " " + name;
    throw OnnxRefusal{node.field(), domain.empty() ? node.kind() : domain + "." + node.kind(), expected};
  }
  (this->*known->second)(node);
}

void OnnxReader::read_output() {
  if (graph_.output_size() != 1)
    throw OnnxRefusal{"outputs", std::to_string(graph_.output_size()), "one, the clean image"};
  const auto& name = graph_.output(0).name();
  const auto found = values_.find(name);
  if (found == values_.end() || found->second < network_.inputs)
    throw OnnxRefusal{"output " + name, "not computed", "what a node gives"};
  network_.output = found->second;
  const auto& value = network_.values[static_cast<std::size_t>(network_.output)];
  if (value.channels != 1 || value.reduction != 1)
    throw OnnxRefusal{"output " + name,
                      std::to_string(value.channels) + " channels at 1/" + std::to_string(value.reduction) +
                          " of the resolution",
                      "1 channel at full resolution"};
}

int OnnxReader::computed(const OnnxNode& node, int k) const {
  const auto& inputs = node.message().input();
  if (k >= inputs.size()) node.refuse(std::to_string(inputs.size()) + " inputs", "more of them");
  const auto found = values_.find(inputs[k]);
  if (found == values_.end()) node.refuse("input " + inputs[k], "an input or what an earlier node gives");
  return found->second;
}

const OnnxConstant* OnnxReader::constant(const OnnxNode& node, int k) const {
  const auto& inputs = node.message().input();
  if (k >= inputs.size() || inputs[k].empty()) return nullptr;
  const auto found = constants_.find(inputs[k]);
  return found == constants_.end() ? nullptr : &found->second;
}

const OnnxConstant& OnnxReader::weight_of(const OnnxNode& node) const {
  const auto* weight = constant(node, 1);
  if (!weight) node.refuse("computed weights", "constant ones");
  const auto& dims = weight->dims;
  const auto size_is = [&](std::size_t k) { return dims[k] >= 1 && dims[k] <= longest_kernel; };
  if (dims.size() != 4 || dims[0] < 1 || dims[1] < 1 || !size_is(2) || !size_is(3))
    node.refuse("weights " + onnx_dims(dims),
                "four dimensions, kernels of 1 to " + std::to_string(longest_kernel));
  node.integer("group", 1, 1, 1);
  node.integers("kernel_shape", {dims[2], dims[3]}, 1, longest_kernel);
  if (const auto pad = node.text("auto_pad", "NOTSET"); pad != "NOTSET")
    node.refuse("auto_pad " + pad, "explicit pads");
  return *weight;
}

std::vector<float> OnnxReader::bias_of(const OnnxNode& node, int channels) const {
  const auto& inputs = node.message().input();
  if (inputs.size() < 3 || inputs[2].empty()) return {};
  const auto* bias = constant(node, 2);
  if (!bias) node.refuse("a computed bias", "a constant one");
  if (bias->dims != std::vector{channels})
    node.refuse("bias " + onnx_dims(bias->dims), onnx_dims({channels}));
  return bias->values;
}

std::vector<float> OnnxReader::per_channel(const OnnxNode& node, const OnnxConstant& values,
                                           int channels) const {
  if (values.values.size() == 1)
    return std::vector<float>(static_cast<std::size_t>(channels), values.values[0]);
  if (values.dims != std::vector{channels, 1, 1} && values.dims != std::vector{1, channels, 1, 1})
    node.refuse("a constant " + onnx_dims(values.dims),
                "one number, or [1, " + std::to_string(channels) + ", 1, 1]");
  return values.values;
}

Layer OnnxReader::layer(const OnnxNode& node, LayerKind kind) const {
  Layer made;
  made.kind = kind;
  made.name = node.field() + " (" + node.kind() + ")";
  return made;
}

void OnnxReader::append(Layer made, NetworkValue output, const OnnxNode& node) {
  if (output.channels > most_channels) node.refuse(std::to_string(output.channels) + " channels", "fewer");
  if (output.reduction > most_reduction)
    node.refuse("1/" + std::to_string(output.reduction) + " of the resolution",
                "1/" + std::to_string(most_reduction) + " or more");
  if (node.message().output().empty()) node.refuse("no output", "one");
  made.output = static_cast<int>(network_.values.size());
  values_[node.message().output(0)] = made.output;
  network_.values.push_back(output);
  network_.layers.push_back(std::move(made));
}

void OnnxReader::require_divisible(const OnnxNode& node, NetworkValue input, int block) const {
  if (input.reduction % block != 0)
    node.refuse("1/" + std::to_string(input.reduction) + " of the resolution enlarged " +
                    std::to_string(block) + " times",
                "no more than the image's resolution");
}

}  // namespace phasecast
