#pragma once

#include <string>
#include <vector>

namespace phasecast {

namespace onnx {
class Tensor;
}

/// Why a file is not taken: thrown by the steps of reading, caught by read_onnx.
struct OnnxRefusal {
  std::string field, value, expected;
};

/// A constant of the file as float: weights, or counts such as the margins of Pad.
struct OnnxConstant {
  std::vector<int> dims;
  std::vector<float> values;
};

OnnxConstant onnx_constant(const onnx::Tensor& tensor);

/// "[64, 2, 3, 3]"
std::string onnx_dims(const std::vector<int>& dims);

}  // namespace phasecast
