#include "stages/onnx_node.hpp"

#include <cmath>

#include "stages/onnx.pb.h"
#include "stages/onnx_tensor.hpp"

namespace phasecast {

OnnxNode::OnnxNode(const onnx::Node& node, int position)
    : node_(node),
      field_("node " + std::to_string(position) + (node.name().empty() ? "" : " " + node.name())) {}

const std::string& OnnxNode::kind() const {
  return node_.op_type();
}

const onnx::Attribute* OnnxNode::find(const std::string& name) const {
  for (const auto& attribute : node_.attribute())
    if (attribute.name() == name) return &attribute;
  return nullptr;
}

int OnnxNode::integer(const std::string& name, int fallback, int least, int most) const {
  const auto* attribute = find(name);
  if (!attribute) return fallback;
  if (attribute->i() < least || attribute->i() > most)
    refuse(name + " " + std::to_string(attribute->i()),
           least == most ? std::to_string(least) : std::to_string(least) + " to " + std::to_string(most));
  return static_cast<int>(attribute->i());
}

std::vector<int> OnnxNode::integers(const std::string& name, std::vector<int> fallback, int least,
                                    int most) const {
  const auto* attribute = find(name);
  if (!attribute) return fallback;
  std::vector<int> values;
  for (auto value : attribute->ints()) {
    if (value < least || value > most)
      refuse(name + " " + std::to_string(value), std::to_string(least) + " to " + std::to_string(most));
    values.push_back(static_cast<int>(value));
  }
  if (values.size() != fallback.size())
    refuse(name + " " + onnx_dims(values), std::to_string(fallback.size()) + " values");
  return values;
}

float OnnxNode::number(const std::string& name, float fallback) const {
  const auto* attribute = find(name);
  if (attribute && !std::isfinite(attribute->f())) refuse(name + " NaN or infinity", "a finite value");
  return attribute ? attribute->f() : fallback;
}

std::string OnnxNode::text(const std::string& name, const std::string& fallback) const {
  const auto* attribute = find(name);
  return attribute ? attribute->s() : fallback;
}

void OnnxNode::refuse(const std::string& value, const std::string& expected) const {
  throw OnnxRefusal{field_, kind() + (value.empty() ? "" : " with " + value), expected};
}

}  // namespace phasecast
