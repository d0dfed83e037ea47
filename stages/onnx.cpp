#include "stages/onnx.hpp"

#include <limits>

#include "stages/onnx.pb.h"
#include "stages/onnx_reader.hpp"
#include "stages/onnx_tensor.hpp"

namespace phasecast {
namespace {

Error refused(const std::string& name, const OnnxRefusal& why) {
  return {"network", name, why.field, why.value, why.expected};
}

}  // namespace

Result<Network> read_onnx(std::string_view bytes, const std::string& name) {
  onnx::Model model;
  if (bytes.size() > std::numeric_limits<int>::max())
    return refused(name, {"", std::to_string(bytes.size()) + " bytes", "less than 2 GiB"});
  if (bytes.empty()) return refused(name, {"", "empty", "an ONNX file"});
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !model.has_graph())
    return refused(name,
                   {"", std::to_string(bytes.size()) + " bytes that are no ONNX model", "a whole ONNX file"});
  try {
    return OnnxReader(model.graph(), name).read();
  } catch (const OnnxRefusal& why) {
    return refused(name, why);
  }
}

}  // namespace phasecast
