#pragma once

#include <string>
#include <string_view>

#include "messages/result.hpp"
#include "stages/denoiser.hpp"

namespace phasecast {

/// The networks that phasecast brings along, as ONNX bytes: "fast", "dncnn". tools/train made them.
std::string_view shipped_network(std::string_view name);

/// A denoising network as a plug-and-play prior; `name` stands for its file in errors. What a network may be
/// made of: stages/onnx.hpp. The image goes in with mean 0.5 and a standard deviation of 0.25, so that it
/// about fills [0, 1]; a noise level goes in as a map in the same units, which is at most 0.25. A network
/// without that input sees the image alone. Height and width are mirrored up to what the network divides them
/// by. One call at a time; others wait. Memory: 110 bytes a pixel for "fast", 530 for "dncnn".
Result<Denoiser> cnn(std::string_view onnx, const std::string& name);

}  // namespace phasecast
