#include "stages/onnx_tensor.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "stages/onnx.pb.h"

namespace phasecast {
namespace {

constexpr int float32 = 1, int64 = 7, float16 = 10;

float half_from_bits(int bits) {
  return static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(static_cast<std::uint16_t>(bits)));
}

template <class T>
std::vector<float> from_bytes(const std::string& bytes, std::size_t count, const std::string& field) {
  if (bytes.size() != count * sizeof(T))
    throw OnnxRefusal{field, std::to_string(bytes.size()) + " bytes",
                      std::to_string(count * sizeof(T)) + ", as its dims say"};
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<float>(value);
  }
  return values;
}

template <class Listed, class Convert>
std::vector<float> from_list(const Listed& listed, std::size_t count, const std::string& field,
                             Convert convert) {
  if (static_cast<std::size_t>(listed.size()) != count)
    throw OnnxRefusal{field, std::to_string(listed.size()) + " values",
                      std::to_string(count) + ", as its dims say"};
  std::vector<float> values(count);
  std::transform(listed.begin(), listed.end(), values.begin(), convert);
  return values;
}

std::vector<float> values_of(const onnx::Tensor& tensor, std::size_t count, const std::string& field) {
  const bool raw = tensor.has_raw_data();
  switch (tensor.data_type()) {
    case float32:
      return raw ? from_bytes<float>(tensor.raw_data(), count, field)
                 : from_list(tensor.float_data(), count, field, [](float v) { return v; });
    case float16:
      return raw ? from_bytes<Eigen::half>(tensor.raw_data(), count, field)
                 : from_list(tensor.int32_data(), count, field, half_from_bits);
    case int64:
      return raw ? from_bytes<std::int64_t>(tensor.raw_data(), count, field)
                 : from_list(tensor.int64_data(), count, field, [](auto v) { return static_cast<float>(v); });
    default:
      throw OnnxRefusal{field, "data type " + std::to_string(tensor.data_type()),
                        "float32 (1), float16 (10) or int64 (7)"};
  }
}

}  // namespace

OnnxConstant onnx_constant(const onnx::Tensor& tensor) {
  const std::string field = "tensor " + tensor.name();
  if (tensor.data_location() != 0)
    throw OnnxRefusal{field, "kept in another file", "weights within this file"};
  OnnxConstant constant;
  std::int64_t count = 1;
  for (auto d : tensor.dims()) {
    constexpr std::int64_t most = std::numeric_limits<int>::max();
    if (d < 0 || d > most || (count *= d) > most)
      throw OnnxRefusal{field, std::to_string(d) + " as a dimension", "at most 2^31 - 1 values"};
    constant.dims.push_back(static_cast<int>(d));
  }
  constant.values = values_of(tensor, static_cast<std::size_t>(count), field);
  if (!std::all_of(constant.values.begin(), constant.values.end(), [](float v) { return std::isfinite(v); }))
    throw OnnxRefusal{field, "NaN or infinity", "finite values"};
  return constant;
}

std::string onnx_dims(const std::vector<int>& dims) {
  std::string text = "[";
  for (int d : dims) text += (text.size() > 1 ? ", " : "") + std::to_string(d);
  return text + "]";
}

}  // namespace phasecast
