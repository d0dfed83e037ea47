#pragma once

#include <string>
#include <string_view>

#include "messages/result.hpp"
#include "stages/network.hpp"

namespace phasecast {

/// Reads a denoising network from the bytes of an ONNX file; `name` stands for the file in errors. It takes
/// [1, 1, H, W], the image; or [1, 2, H, W], the image and the noise level everywhere; or two inputs
/// [1, 1, H, W] with these. It gives [1, 1, H, W]. Operators: Add, BatchNormalization, Concat (channels),
/// Constant, Conv, ConvTranspose (kernel = stride), DepthToSpace, Dropout, Identity, LeakyRelu, Mul, Pad,
/// Relu, SpaceToDepth, Sub; weights in float32 or float16.
Result<Network> read_onnx(std::string_view bytes, const std::string& name);

}  // namespace phasecast
