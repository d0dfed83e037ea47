#include <catch2/catch.hpp>
#include <cmath>

#include "tests/small_scan.hpp"
#include "tests/tools/example_map.hpp"
#include "tests/tools/scratch_folder.hpp"
#include "tools/watch/truth.hpp"

namespace phasecast {
namespace {

Truth truth_of(const PhaseMap& map, float error) {
  Truth truth{map.shape, map.states, map.fraction, map.scale};
  for (float& value : truth.fraction) value = 0.5F + error;
  return truth;
}

}  // namespace

TEST_CASE("a constant error of 0.1 is a PSNR of 20 dB, whatever the masked pixels hold") {
  const PhaseMap map = example_map({6, 8}, 5);
  const auto quality = psnr(map, truth_of(map, 0.1F));
  REQUIRE(quality);
  CHECK(quality.value().db == Approx(20).margin(1e-5));
  CHECK(quality.value().pixels == 43);
}

TEST_CASE("the error of an uneven map is the root mean square over pixels and states") {
  PhaseMap map = example_map({1, 2});
  map.fraction = {0.5F, 0.75F, 0.5F, 0.25F};
  const auto quality = psnr(map, truth_of(map, 0));
  REQUIRE(quality);
  CHECK(quality.value().db == Approx(-10 * std::log10((0 + 0.0625 + 0 + 0.0625) / 4)));
}

TEST_CASE("pixels without material have no truth; shown or masked wrongly they are counted") {
  const PhaseMap map = example_map({1, 5}, 2);
  Truth truth = truth_of(map, 0.1F);
  for (const std::size_t empty : {0, 3, 4}) truth.fraction[empty] = truth.fraction[5 + empty] = NAN;
  const auto quality = psnr(map, truth);
  REQUIRE(quality);
  CHECK(quality.value().db == Approx(20).margin(1e-5));
  CHECK(quality.value().pixels == 1);
  CHECK(quality.value().empty_shown == 2);
  CHECK(quality.value().material_masked == 1);
}

TEST_CASE("states are matched by name, in any order") {
  PhaseMap map = example_map({1, 1});
  map.fraction = {0.9F, 0.1F};
  const Truth swapped{map.shape, {"LiNiO2", "NiO"}, {0.1F, 0.8F}, {1}};
  const auto quality = psnr(map, swapped);
  REQUIRE(quality);
  CHECK(quality.value().db == Approx(-10 * std::log10(0.01 / 2)).epsilon(1e-5));
}

TEST_CASE("a truth of other states or another shape is refused") {
  const PhaseMap map = example_map();
  Truth other = truth_of(map, 0);
  other.states = {"NiO", "Ni2O3"};
  CHECK(psnr(map, other).error().text() ==
        "truth: field states is 'NiO, Ni2O3', expected the map's NiO, LiNiO2 [states]");
  other = truth_of(map, 0);
  other.shape = {8, 6};
  CHECK(psnr(map, other).error().cause == "shape");
  const PhaseMap empty = example_map({6, 8}, 48);
  CHECK(psnr(empty, truth_of(empty, 0)).error().cause == "mask");
}

TEST_CASE("a truth file that cannot be read yet is waited for and named once") {
  TruthComparison comparison({"/nonexistent/truth.h5"});
  auto map = std::make_shared<PhaseMap>(example_map());
  map->scan_index = 0;
  comparison.take(map);
  const std::vector<std::string> lines = comparison.compare();
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines.front(),
             Catch::StartsWith("truth scan 0 waiting") && Catch::Contains("/nonexistent/truth.h5"));
  CHECK(comparison.compare().empty());
  CHECK(comparison.waiting());
  CHECK_FALSE(comparison.failed());
}

TEST_CASE("a map is compared as soon as its truth file is written") {
  const ScratchFolder folder;
  const std::filesystem::path path = folder.path / "sent_000.h5";
  TruthComparison comparison({path});
  auto map = std::make_shared<PhaseMap>(example_map({4, 6}));
  map->scan_index = 0;
  comparison.take(map);
  CHECK(comparison.compare().size() == 1);
  ScanFileWriter(path, test::small_scan("scan")).finish({"scan", 0, ScanStatus::aborted, "nothing sent"});
  CHECK(comparison.compare().size() == 1);  // readable, but without a truth yet
  CHECK(comparison.waiting());
  const std::vector<float> fraction(2 * 24, 0.4F), scale(24, 1);
  write_truth(path, {4, 6}, map->states, fraction, scale);
  CHECK(comparison.compare() ==
        std::vector<std::string>{"truth scan 0 psnr_db 20.00 pixels 24 empty_shown 0 material_masked 0"});
  CHECK_FALSE(comparison.waiting());
}

TEST_CASE("a scan beyond the truth files is a failure that says so") {
  TruthComparison comparison({"a.h5", "b.h5", "c.h5"});
  comparison.take(std::make_shared<PhaseMap>(example_map()));
  CHECK(comparison.compare() == std::vector<std::string>{"truth scan 3 failed \"only 3 truth files given\""});
  CHECK(comparison.failed());
  CHECK_FALSE(comparison.waiting());
}

}  // namespace phasecast
