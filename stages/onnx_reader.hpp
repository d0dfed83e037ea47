#pragma once

#include <map>
#include <string>
#include <vector>

#include "stages/network.hpp"
#include "stages/onnx_node.hpp"
#include "stages/onnx_tensor.hpp"

namespace phasecast {

namespace onnx {
class Graph;
class Value;
}  // namespace onnx

/// Brings an ONNX graph down to the layers of a Network, node by node; throws OnnxRefusal.
class OnnxReader {
 public:
  OnnxReader(const onnx::Graph& graph, const std::string& name);
  Network read();

 private:
  void read_input(const onnx::Value& input);
  void read_node(const OnnxNode& node);
  void read_convolution(const OnnxNode& node);
  void read_transposed(const OnnxNode& node);
  void read_batch_norm(const OnnxNode& node);
  void read_rectifier(const OnnxNode& node);
  void read_arithmetic(const OnnxNode& node);
  void read_concatenation(const OnnxNode& node);
  void read_reordering(const OnnxNode& node);
  void read_pad(const OnnxNode& node);
  void read_alias(const OnnxNode& node);
  void read_constant(const OnnxNode& node);
  void read_output();

  /// Input k of the node, computed before; a constant, from the file, or none.
  int computed(const OnnxNode& node, int k) const;
  NetworkValue value(int index) const { return network_.values[static_cast<std::size_t>(index)]; }
  const OnnxConstant* constant(const OnnxNode& node, int k) const;
  const OnnxConstant& weight_of(const OnnxNode& node) const;
  std::vector<float> bias_of(const OnnxNode& node, int channels) const;
  std::vector<float> per_channel(const OnnxNode& node, const OnnxConstant& values, int channels) const;

  void require_divisible(const OnnxNode& node, NetworkValue input, int block) const;

  Layer layer(const OnnxNode& node, LayerKind kind) const;
  /// Appends the layer; its output is a new value, named as the node's first output.
  void append(Layer made, NetworkValue output, const OnnxNode& node);

  const onnx::Graph& graph_;
  Network network_;
  std::map<std::string, int> values_;
  std::map<std::string, OnnxConstant> constants_;
};

}  // namespace phasecast
