#include "stages/onnx.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "stages/cnn.hpp"
#include "tests/paths.hpp"

using namespace phasecast;

namespace {

std::string bytes_of(const std::string& name) {
  std::ifstream file(PHASECAST_SOURCE_DIR "/tests/oracles/networks/" + name + ".onnx", std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  REQUIRE(!bytes.empty());
  return bytes;
}

std::string replaced(std::string bytes, const std::string& from, const std::string& to) {
  REQUIRE(from.size() == to.size());
  const auto at = bytes.find(from);
  REQUIRE(at != std::string::npos);
  return bytes.replace(at, from.size(), to);
}

/// The error's text; empty if the bytes are taken.
std::string refusal(const std::string& bytes) {
  const auto denoiser = cnn(bytes, "mine.onnx");
  return denoiser ? "" : denoiser.error().text();
}

}  // namespace

TEST_CASE("a network that cannot be run is refused, naming file, node and what would be right") {
  const std::pair<std::string, std::vector<std::string>> cases[] = {
      {"unknown_operator", {"node 1 softplus_1 is 'Softplus'", "one of the operators", "LeakyRelu"}},
      {"wrong_channels", {"node 1 conv_1", "weights [1, 3, 3, 3] on 4 channels", "[out, 4, height, width]"}},
      {"color_image", {"input image is '3 channels'", "[1, 1, H, W]"}},
      {"three_inputs", {"input level is 'one too many'"}},
      {"color_output", {"output v0 is '3 channels at 1/1", "1 channel at full resolution"}},
      {"half_size", {"output v0 is '1 channels at 1/2"}},
      {"groups", {"node 1 conv_1 is 'Conv with group 2', expected 1"}},
      {"unknown_input", {"node 0 relu_0", "input nowhere"}},
      {"overlapping_transposed", {"node 1 convtranspose_1", "pads 1"}},
      {"smaller_output", {"the output is '126 × 126', expected 128 × 128"}},
      {"misfit_sum", {"node 1 conv_1", "'1 × 128 × 128', expected 1 × 126 × 126"}},
      {"enlarged", {"node 1 depthtospace_1", "enlarged 2 times"}},
      {"constant_along_width", {"node 1 mul_1", "a constant [3]", "[1, 3, 1, 1]"}},
      {"idle_margin", {"node 0 conv_0", "pads [3, 1, 0, 1]"}},
      {"infinite_weight", {"tensor w0", "finite"}},
      {"computed_weight", {"node 1 conv_1", "computed weights"}},
  };
  for (const auto& [name, parts] : cases) {
    const auto text = refusal(bytes_of("refused/" + name));
    CAPTURE(name, text);
    CHECK(text.starts_with("mine.onnx: "));
    for (const auto& part : parts) CHECK(text.find(part) != std::string::npos);
  }
}

TEST_CASE("an operator that ONNX does not know is named") {
  CHECK(refusal(replaced(bytes_of("plain"), "Relu", "Gelu")).find("'Gelu'") != std::string::npos);
  CHECK(refusal(bytes_of("plain")).empty());
}

TEST_CASE("what is no ONNX file is refused") {
  CHECK(refusal("").find("'empty', expected an ONNX file") != std::string::npos);
  CHECK(refusal("hello").find("5 bytes that are no ONNX model") != std::string::npos);
  CHECK(refusal(std::string(4096, '\0')).find("no ONNX model") != std::string::npos);
}

TEST_CASE("a file that was cut off is refused wherever the cut is") {
  const auto whole = bytes_of("level");
  // The last field, the version of the operator set, is the only one that reading does without.
  const std::size_t graph_end = whole.size() - 6;
  for (std::size_t size = 0; size < graph_end; ++size) {
    CAPTURE(size);
    CHECK_FALSE(read_onnx(whole.substr(0, size), "cut.onnx").ok());
  }
}

TEST_CASE("damaged bytes are refused or read, never more") {
  const auto whole = bytes_of("skips");
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    refused += !read_onnx(damaged, "damaged.onnx").ok();
  }
  CHECK(refused > 100);
}
