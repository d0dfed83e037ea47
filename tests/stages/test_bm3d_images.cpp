#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "stages/bm3d.hpp"
#include "tests/paths.hpp"

using namespace phasecast;

namespace {

const std::filesystem::path folder = std::filesystem::path(PHASECAST_SOURCE_DIR) / "../shared/data/denoise";

/// The last values of a file: the clean images have a header, the noisy ones have not.
std::vector<float> last_values(const std::string& name, std::size_t count) {
  std::ifstream file(folder / name, std::ios::binary);
  file.seekg(-static_cast<std::streamoff>(count * sizeof(float)), std::ios::end);
  std::vector<float> values(count);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(float)));
  REQUIRE(file);
  return values;
}

double psnr(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += std::pow(static_cast<double>(a[k]) - b[k], 2);
  return -10 * std::log10(sum / static_cast<double>(a.size()));
}

}  // namespace

TEST_CASE("the high profile denoises photographs and discs at most 0.2 dB worse than IPOL's bm3d") {
  if (!std::filesystem::exists(folder)) {
    WARN("skipped: no test images in " << folder);
    return;
  }
  struct Case {
    const char* image;
    Shape shape;
    int sigma;
    double of_ipol;
  };
  // Lebrun, "An analysis and implementation of the BM3D image denoising method", IPOL (2012), run on these
  // files.
  for (const Case& c : {Case{"camera", {512, 512}, 15, 31.96}, Case{"camera", {512, 512}, 25, 29.91},
                        Case{"camera", {512, 512}, 50, 27.70}, Case{"phantom", {379, 520}, 15, 38.24},
                        Case{"phantom", {379, 520}, 25, 35.08}, Case{"phantom", {379, 520}, 50, 30.38}}) {
    CAPTURE(c.image, c.sigma);
    const std::string name = c.image;
    const auto clean = last_values(name + ".npy", c.shape.pixels());
    const auto noisy = last_values(name + "_s" + std::to_string(c.sigma) + ".f32", c.shape.pixels());
    std::vector<float> result(noisy.size());
    bm3d(bm3d_high)(c.shape, noisy, static_cast<float>(c.sigma) / 255, result);
    CHECK(psnr(result, clean) > c.of_ipol - 0.2);
  }
}
