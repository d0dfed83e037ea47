#pragma once

#include <array>
#include <string>
#include <vector>

namespace phasecast {

/// What a layer of a denoising network computes. Everything ONNX says about one is brought down to these.
enum class LayerKind {
  convolution,     ///< zero-padded; ConvTranspose is a 1 × 1 convolution and a depth_to_space
  rectify,         ///< x where positive, slope · x elsewhere
  affine,          ///< weight[c] · x + bias[c]: batch norm, sums and products with constants
  add,             ///< first + second
  subtract,        ///< first − second
  multiply,        ///< first · second
  concatenate,     ///< channels of all inputs one after the other
  space_to_depth,  ///< block × block pixels become channels, ordered (dy, dx, c)
  depth_to_space,  ///< the reverse; ordered (c, dy, dx) if channel_first
  pad,
};

enum class PadMode { constant, reflect, edge };

/// Top, left, bottom, right.
using Margins = std::array<int, 4>;

struct Layer {
  LayerKind kind{};
  std::string name;         ///< of the ONNX node, for messages
  std::vector<int> inputs;  ///< indices into Network::values
  int output = 0;

  std::vector<float> weight;  ///< convolution [out][in][kernel height][kernel width]; affine [channel]
  std::vector<float> bias;    ///< [out]; empty: none
  int kernel_height = 1, kernel_width = 1, stride = 1, dilation = 1;
  Margins margins{};  ///< of convolution and pad
  PadMode pad_mode = PadMode::constant;
  float slope = 0;
  int block = 1;
  bool channel_first = false;
};

/// Something a layer reads or writes: this many channels, at 1/reduction of the image's height and width.
struct NetworkValue {
  int channels = 0;
  int reduction = 1;
};

/// A denoising network in the order of computation. Values 0 ... inputs - 1 are given; the last layer's
/// output is the clean image: one channel at full resolution.
struct Network {
  std::string name;
  int inputs = 1;  ///< 1: the image, perhaps with the noise level as second channel; 2: image, noise level
  std::vector<NetworkValue> values;
  std::vector<Layer> layers;
  int output = 0;
  int multiple = 1;  ///< height and width of what it is given must be multiples of this
};

}  // namespace phasecast
