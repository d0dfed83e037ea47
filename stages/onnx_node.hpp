#pragma once

#include <string>
#include <vector>

namespace phasecast {

namespace onnx {
class Node;
class Attribute;
}  // namespace onnx

/// The attributes of one node, checked as they are read.
class OnnxNode {
 public:
  OnnxNode(const onnx::Node& node, int position);

  const std::string& field() const { return field_; }  ///< "node 3 conv_3", for errors
  const std::string& kind() const;
  const onnx::Node& message() const { return node_; }
  const onnx::Attribute* find(const std::string& name) const;

  /// A whole number in [least, most]; `fallback` where the attribute is absent.
  int integer(const std::string& name, int fallback, int least, int most) const;
  /// As many of them as `fallback` has.
  std::vector<int> integers(const std::string& name, std::vector<int> fallback, int least, int most) const;
  float number(const std::string& name, float fallback) const;
  std::string text(const std::string& name, const std::string& fallback) const;

  [[noreturn]] void refuse(const std::string& value, const std::string& expected) const;

 private:
  const onnx::Node& node_;
  std::string field_;
};

}  // namespace phasecast
