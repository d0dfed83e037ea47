#include "pipeline/region_spectrum.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "tests/stages/synthetic.hpp"

using namespace phasecast;

namespace {

constexpr Shape shape{4, 5};
constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();

/// Pixel k has scale 1 + k / 10 and a composition of its own; noise-free absorbance in half precision.
struct Held {
  std::vector<double> energies_ev = synthetic::energies();
  Dictionary dictionary = synthetic::dictionary(2, synthetic::config(Normalization::pre_edge), energies_ev);
  std::vector<std::vector<Half>> halves;
  std::vector<HeldFrame> frames;
  PhaseMap map;

  Held() {
    map.map_number = 12;
    map.shape = shape;
    map.states = dictionary.names();
    const std::size_t n = shape.pixels();
    map.fraction.resize(2 * n);
    map.uncertainty.assign(2 * n, 0.03f);
    map.scale.resize(n);
    map.mask.assign(n, 0);
    for (std::size_t k = 0; k < n; ++k) {
      map.scale[k] = 1 + 0.1f * static_cast<float>(k);
      map.fraction[k] = static_cast<float>(k) / static_cast<float>(n);
      map.fraction[n + k] = 1 - map.fraction[k];
    }
    for (std::size_t e = 0; e < energies_ev.size(); ++e) {
      std::vector<float> frame(n);
      for (std::size_t k = 0; k < n; ++k) frame[k] = static_cast<float>(truth(e, k));
      halves.emplace_back(n);
      to_half(frame, halves.back());
    }
    for (std::size_t e = 0; e < energies_ev.size(); ++e)
      frames.push_back({static_cast<std::uint32_t>(e), energies_ev[e], e >= 30, halves[e]});
  }

  double truth(std::size_t e, std::size_t k) const {
    const Eigen::Vector2d x{map.fraction[k], map.fraction[shape.pixels() + k]};
    return 0.4 + map.scale[k] * dictionary.row(energies_ev[e]).dot(x);
  }
  void spoil(std::size_t e, std::size_t k) {
    const float value = nan_value;
    to_half({&value, 1}, std::span(halves[e]).subspan(k, 1));
  }
  RegionSpectrum of(const Region& region, bool with_map = true) const {
    auto found = region_spectrum(frames, shape, region, dictionary, with_map ? &map : nullptr);
    if (!found) throw std::runtime_error(found.error().text());
    return *found;
  }
};

constexpr double half_precision = 1.0 / 1024;

}  // namespace

TEST_CASE("a pixel's spectrum is what was measured there, and its map explains it") {
  const Held held;
  const auto spectrum = held.of({3, 2, 1, 1});
  const std::size_t place = 2 * 5 + 3;
  CHECK(spectrum.pixels == 1);
  REQUIRE(spectrum.energies_ev == held.energies_ev);
  CHECK(spectrum.energies_carried.size() == 10);
  CHECK(spectrum.energies_carried.front() == 30);
  REQUIRE(spectrum.of_map);
  CHECK(spectrum.of_map->map_number == 12);
  CHECK(spectrum.of_map->scale == Approx(held.map.scale[place]).epsilon(half_precision));
  CHECK(spectrum.of_map->fraction[0] == Approx(held.map.fraction[place]));
  CHECK(spectrum.of_map->uncertainty[0] == Approx(0.03));
  for (std::size_t e = 0; e < held.frames.size(); ++e) {
    CHECK(spectrum.absorbance[e] == Approx(held.truth(e, place)).epsilon(half_precision));
    CHECK(spectrum.of_map->fit[e] == Approx(held.truth(e, place)).epsilon(2 * half_precision));
  }
}

TEST_CASE("a region's spectrum is the mean of its pixels, its composition weighted by their scale") {
  const Held held;
  const auto spectrum = held.of({1, 1, 3, 2});
  double weight = 0, fraction = 0, variance = 0;
  std::vector<double> mean(held.frames.size());
  for (const std::size_t k : {6, 7, 8, 11, 12, 13}) {
    weight += held.map.scale[k];
    fraction += held.map.scale[k] * held.map.fraction[k];
    variance += std::pow(0.03 * held.map.scale[k], 2);
    for (std::size_t e = 0; e < mean.size(); ++e) mean[e] += held.truth(e, k) / 6;
  }
  CHECK(spectrum.pixels == 6);
  CHECK(spectrum.of_map->fraction[0] == Approx(fraction / weight));
  CHECK(spectrum.of_map->uncertainty[1] == Approx(std::sqrt(variance) / weight));
  for (std::size_t e = 0; e < mean.size(); ++e) {
    CHECK(spectrum.absorbance[e] == Approx(mean[e]).epsilon(half_precision));
    CHECK(spectrum.of_map->fit[e] == Approx(mean[e]).epsilon(2 * half_precision));
  }
}

TEST_CASE("pixels without a value in the map or in any frame do not count") {
  Held held;
  held.map.mask[6] = static_cast<std::uint8_t>(PixelMask::no_element);
  held.spoil(17, 7);
  const auto spectrum = held.of({1, 1, 3, 1});
  CHECK(spectrum.pixels == 1);
  CHECK(spectrum.absorbance[0] == Approx(held.truth(0, 8)).epsilon(half_precision));
  CHECK(held.of({1, 1, 3, 1}, false).pixels == 2);

  const auto none = held.of({1, 1, 2, 1});
  CHECK(none.pixels == 0);
  CHECK(none.absorbance.empty());
  CHECK_FALSE(none.of_map);
}

TEST_CASE("without a map, or where it has no scale, a spectrum comes without a fit") {
  Held held;
  CHECK_FALSE(held.of({0, 0, 5, 4}, false).of_map);
  held.map.scale[0] = 0;
  CHECK_FALSE(held.of({0, 0, 1, 1}).of_map);
}

TEST_CASE("a region that leaves the image is refused by its columns and rows") {
  const Held held;
  for (const Region region :
       {Region{5, 0, 1, 1}, Region{4, 3, 2, 1}, Region{0, 4, 1, 1}, Region{0, 1, 5, 4}}) {
    const auto refused = region_spectrum(held.frames, shape, region, held.dictionary, nullptr);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().cause == "shape");
    CHECK(refused.error().field == "region");
  }
}

TEST_CASE("of a region too large to add up in passing every n-th row is taken, and the count says so") {
  const Held held;
  const Shape large{1024, 256};
  std::vector<float> rows(large.pixels());
  for (std::size_t k = 0; k < rows.size(); ++k) rows[k] = static_cast<float>(k / 256);  // the row's number
  std::vector<Half> halves(rows.size());
  to_half(rows, halves);
  const std::vector<HeldFrame> frames{{0, 8200, false, halves}};
  const auto found = region_spectrum(frames, large, {0, 0, 256, 1024}, held.dictionary, nullptr);
  REQUIRE(found.ok());
  CHECK(found->pixels == most_region_pixels);
  CHECK(found->absorbance[0] == Approx(510.0));  // mean of 0, 4, 8, ..., 1020
}
