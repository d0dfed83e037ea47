#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>

#include "pipeline/files/map_file.hpp"
#include "tests/pipeline/file_fixtures.hpp"

using namespace phasecast;
using namespace phasecast::test;
using Catch::Matchers::Contains;

namespace {

const std::vector<std::string> states = {"NiO", "LiNiO\u2082"};
const std::map<std::string, std::string> configuration = {{"method", "rum-tv"}, {"lambda", "auto"}};

/// Map k of a series of 3 x 4 pixels; tests/oracles/files.py holds the same numbers.
PhaseMap make_map(int k) {
  PhaseMap map;
  map.scan_id = k == 0 ? "scan-a" : "scan-b";
  map.scan_index = static_cast<std::uint32_t>(4 + k);
  map.final = true;
  map.scan_status = k == 0 ? ScanStatus::complete : ScanStatus::aborted;
  map.energies_ev = {8330, 8333, 8340};
  map.energies_used = {0, 2};
  map.energies_carried = {1};
  if (k == 1) {
    map.energies_ev.push_back(8350);
    map.energies_used.push_back(3);
    map.energies_carried.clear();
  }
  map.iterations = static_cast<std::uint32_t>(30 + k);
  map.relative_error = k == 0 ? 1e-3 : 2e-3;
  map.map_distance = k == 0 ? 4e-3 : 5e-3;
  map.converged = k == 0;
  map.noise_sigma = k == 0 ? 0.01 : 0.02;
  map.lambda = 0.5 + k;
  map.rho = 5 + 10 * k;
  map.received_utc_ns = 1'000'000'000'000'000'000 + 30'500'000'000 * k;
  map.shape = {3, 4};
  map.pixel_size_um = 0.04;
  map.states = states;
  for (int i = 0; i < 12; ++i)
    map.fraction.push_back(static_cast<float>(i) / 16.0F + static_cast<float>(k) / 32.0F);
  map.fraction[0] = std::numeric_limits<float>::quiet_NaN();
  for (int i = 0; i < 12; ++i) map.fraction.push_back(1.0F - map.fraction[static_cast<std::size_t>(i)]);
  map.uncertainty.assign(24, 0.25F + static_cast<float>(k));
  map.scale.assign(12, 1.5F + static_cast<float>(k));
  map.residual.assign(12, 0.125F + static_cast<float>(k));
  map.mask.assign(12, 0);
  map.mask[0] = 1;
  if (k == 1) map.drift = {{0, 1.5, -0.25, 1.002, 0.9, true}, {2, 4, 5, 0.99, 0.1, false}};
  if (k == 1)
    map.reference_check = ReferenceCheck{{1.5, std::numeric_limits<double>::quiet_NaN()},
                                         {0.1, 2},
                                         true,
                                         3.5,
                                         {8330, 8340},
                                         {0.25, -0.5},
                                         true,
                                         {0.5, 1}};
  return map;
}

template <class T>
bool same_memory(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

void require_same(const PhaseMap& a, const PhaseMap& b) {
  CHECK(a.scan_id == b.scan_id);
  CHECK(a.scan_index == b.scan_index);
  CHECK(a.scan_status == b.scan_status);
  CHECK(a.energies_ev == b.energies_ev);
  CHECK(a.energies_used == b.energies_used);
  CHECK(a.energies_carried == b.energies_carried);
  CHECK(a.iterations == b.iterations);
  CHECK(a.relative_error == b.relative_error);
  CHECK(a.map_distance == b.map_distance);
  CHECK(a.converged == b.converged);
  CHECK(a.noise_sigma == b.noise_sigma);
  CHECK(a.lambda == b.lambda);
  CHECK(a.rho == b.rho);
  CHECK(a.received_utc_ns == b.received_utc_ns);
  CHECK(a.shape == b.shape);
  CHECK(a.pixel_size_um == b.pixel_size_um);
  CHECK(a.states == b.states);
  CHECK(same_memory(a.fraction, b.fraction));
  CHECK(same_memory(a.uncertainty, b.uncertainty));
  CHECK(same_memory(a.scale, b.scale));
  CHECK(same_memory(a.residual, b.residual));
  CHECK(same_memory(a.mask, b.mask));
  REQUIRE(a.drift.size() == b.drift.size());
  for (std::size_t i = 0; i < a.drift.size(); ++i) {
    CHECK(a.drift[i].energy_index == b.drift[i].energy_index);
    CHECK(a.drift[i].x == b.drift[i].x);
    CHECK(a.drift[i].y == b.drift[i].y);
    CHECK(a.drift[i].magnification == b.drift[i].magnification);
    CHECK(a.drift[i].quality == b.drift[i].quality);
    CHECK(a.drift[i].trusted == b.drift[i].trusted);
  }
  REQUIRE(a.reference_check.has_value() == b.reference_check.has_value());
  if (!a.reference_check) return;
  const ReferenceCheck &one = *a.reference_check, &other = *b.reference_check;
  CHECK(same_memory(one.shift_ev, other.shift_ev));
  CHECK(one.shift_uncertainty_ev == other.shift_uncertainty_ev);
  CHECK(one.shift_applied == other.shift_applied);
  CHECK(one.residual_structure == other.residual_structure);
  CHECK(one.residual_ev == other.residual_ev);
  CHECK(one.residual == other.residual);
  CHECK(one.structured == other.structured);
  CHECK(one.suggested == other.suggested);
}

void require_maps(const std::filesystem::path& path, const std::vector<PhaseMap>& expected) {
  const auto maps = read_maps(path);
  INFO((maps.ok() ? "" : maps.error().text()));
  REQUIRE(maps.ok());
  REQUIRE(maps.value().size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) require_same(maps.value()[i], expected[i]);
}

PhaseMap large_map(int k) {
  PhaseMap map = make_map(k);
  map.shape = {200, 200};
  map.fraction.assign(80'000, 0.25F + static_cast<float>(k));
  map.uncertainty.assign(80'000, 0.5F);
  map.scale.assign(40'000, 2.0F);
  map.residual.assign(40'000, static_cast<float>(k));
  map.mask.assign(40'000, 2);
  return map;
}

}  // namespace

TEST_CASE("maps are read back as they were written, NaN where masked") {
  const TemporaryFolder folder;
  {
    MapFileWriter writer(folder / "maps.h5", {3, 4}, states, configuration);
    for (int k = 0; k < 2; ++k) REQUIRE(writer.append(make_map(k)).ok());
  }
  require_maps(folder / "maps.h5", {make_map(0), make_map(1)});
}

TEST_CASE("a check of the references that suggests no state is read back so") {
  const TemporaryFolder folder;
  PhaseMap checked = make_map(1);
  checked.reference_check->suggested.clear();
  {
    MapFileWriter writer(folder / "maps.h5", {3, 4}, states, configuration);
    REQUIRE(writer.append(checked).ok());
  }
  require_maps(folder / "maps.h5", {checked});
}

TEST_CASE("a map of more energies whose check suggests no state is read beside one that suggests it") {
  const TemporaryFolder folder;
  PhaseMap longer = make_map(1);
  ReferenceCheck& check = *longer.reference_check;
  check.suggested.clear();
  check.residual_ev.push_back(check.residual_ev.back() + 1);
  check.residual.push_back(0.5);
  {
    MapFileWriter writer(folder / "maps.h5", {3, 4}, states, configuration);
    REQUIRE(writer.append(make_map(1)).ok());
    REQUIRE(writer.append(longer).ok());
  }
  require_maps(folder / "maps.h5", {make_map(1), longer});
}

TEST_CASE("a drift of an energy that the scan lacks is refused, and the file stays whole") {
  const TemporaryFolder folder;
  PhaseMap stray = make_map(1);
  stray.drift.back().energy_index = static_cast<std::uint32_t>(stray.energies_ev.size());
  {
    MapFileWriter writer(folder / "maps.h5", {3, 4}, states, configuration);
    const auto refused = writer.append(stray);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().field == "drift");
    REQUIRE(writer.append(make_map(1)).ok());
  }
  require_maps(folder / "maps.h5", {make_map(1)});
}

TEST_CASE("maps are read one at a time, in any order, with the method of the configuration") {
  const TemporaryFolder folder;
  {
    MapFileWriter writer(folder / "maps.h5", {3, 4}, states, configuration);
    for (int k = 0; k < 2; ++k) REQUIRE(writer.append(make_map(k)).ok());
  }
  const auto reader = MapFileReader::open(folder / "maps.h5");
  REQUIRE(reader.ok());
  REQUIRE(reader.value().outlines().size() == 2);
  for (const int k : {1, 0, 1}) {
    const auto place = static_cast<std::size_t>(k);
    const auto map = reader.value().map(place);
    REQUIRE(map.ok());
    require_same(map.value(), make_map(k));
    CHECK(map.value().method == "rum-tv");
    const PhaseMap& outline = reader.value().outlines()[place];
    CHECK(outline.scan_id == make_map(k).scan_id);
    CHECK(outline.fraction.empty());
  }
}

TEST_CASE("a map file without maps is empty, not wrong") {
  const TemporaryFolder folder;
  { MapFileWriter writer(folder / "maps.h5", {3, 4}, states, configuration); }
  require_maps(folder / "maps.h5", {});
}

TEST_CASE("h5py finds the documented paths, types and values while the map file is written") {
  if (!have_h5py()) return;
  const TemporaryFolder folder;
  MapFileWriter writer(folder / "maps.h5", {3, 4}, states, configuration);
  for (int k = 0; k < 2; ++k) REQUIRE(writer.append(make_map(k)).ok());
  const OracleAnswer answer = ask_oracle("maps " + (folder / "maps.h5").string());
  INFO(answer.text);
  CHECK(answer.right);
}

TEST_CASE("hundreds of maps keep their order and numbers") {
  const TemporaryFolder folder;
  std::vector<PhaseMap> maps;
  {
    MapFileWriter writer(folder / "maps.h5", {3, 4}, states, configuration);
    for (int k = 0; k < 150; ++k) {
      maps.push_back(make_map(k % 2));
      maps.back().scan_index = static_cast<std::uint32_t>(k);
      maps.back().energies_ev.resize(static_cast<std::size_t>(4 + k), 9000.0);
      maps.back().energies_carried.clear();
      REQUIRE(writer.append(maps.back()).ok());
    }
  }
  require_maps(folder / "maps.h5", maps);
}

TEST_CASE("a map of another shape, other states or missing pixels is refused by name") {
  const TemporaryFolder folder;
  MapFileWriter writer(folder / "maps.h5", {3, 4}, states, configuration);
  REQUIRE(writer.append(make_map(0)).ok());
  PhaseMap map = make_map(1);
  std::string expected;
  SECTION("shape") {
    map.shape = {4, 3};
    expected = "2 states, 4 x 3";
  }
  SECTION("states") {
    map.states.push_back("Ni");
    expected = "3 states, 3 x 4";
  }
  SECTION("fraction") {
    map.fraction.pop_back();
    expected = "fraction is '23 values', expected 24";
  }
  SECTION("mask") {
    map.mask.clear();
    expected = "mask is '0 values', expected 12";
  }
  SECTION("energy index") {
    map.energies_used.push_back(4);
    expected = "energies is '4', expected below 4";
  }
  SECTION("scan id") {
    map.scan_id.assign(65, 'x');
    expected = "at most 64 bytes";
  }
  const Result<Ok> appended = writer.append(map);
  REQUIRE_FALSE(appended.ok());
  CHECK(appended.error().cause == "shape");
  CHECK_THAT(appended.error().text(), Contains("maps.h5") && Contains(expected));
  require_maps(folder / "maps.h5", {make_map(0)});
}

TEST_CASE("a map file that exists is not overwritten, and a half-made one is removed") {
  const TemporaryFolder folder;
  const std::string path = folder.text("maps.h5", "something precious");
  CHECK_THROWS_WITH(MapFileWriter(path, {3, 4}, states, configuration),
                    Contains(path) && Contains("File exists"));
  CHECK(std::filesystem::file_size(path) == 18);
  CHECK_THROWS_WITH(MapFileWriter(folder / "b.h5", {3, 4}, states, {{"signal", "mine"}}),
                    Contains("@signal"));
  CHECK_FALSE(std::filesystem::exists(folder / "b.h5"));
  CHECK_FALSE(std::filesystem::exists(folder / "b.h5.partial"));
}

TEST_CASE("maps that met a full disk are appended once there is room, and none is lost") {
  SmallDisk disk(4 << 20);
  if (!disk.mounted()) {
    WARN("may not mount a small disk: not tested");
    return;
  }
  {
    MapFileWriter writer(disk / "maps.h5", {200, 200}, states, configuration);
    REQUIRE(writer.append(large_map(0)).ok());
    const std::size_t pages = GENERATE(0U, 1U, 30U, 100U, 200U, range(240U, 256U));  // a map is 244 pages
    disk.fill(pages * 4096);
    Result<Ok> appended = writer.append(large_map(1));
    CHECK((appended.ok() || pages < 250));
    CHECK((!appended.ok() || pages >= 244));
    if (!appended.ok()) {
      CHECK(appended.error().cause == "disk");
      CHECK_THAT(appended.error().text(), Contains("maps.h5") && Contains("No space left on device"));
      disk.free_space();
      appended = writer.append(large_map(1));
      INFO(pages << " " << (appended.ok() ? "" : appended.error().text()));
      CHECK(appended.ok());
    }
  }
  require_maps(disk / "maps.h5", {large_map(0), large_map(1)});
}

TEST_CASE("maps appended to a disk that is full again and again are all there") {
  SmallDisk disk(2 << 20);
  if (!disk.mounted()) {
    WARN("may not mount a small disk: not tested");
    return;
  }
  std::vector<PhaseMap> maps;
  std::size_t refused = 0;
  {
    MapFileWriter writer(disk / "maps.h5", {3, 4}, states, configuration);
    for (std::uint32_t k = 0; k < 70; ++k) {
      maps.push_back(make_map(static_cast<int>(k % 2)));
      maps.back().scan_index = k;
      maps.back().energies_ev.resize(4 + k, 9000.0);
      disk.fill(k % 5 * 4096);  // so that here the pixels have no room, there the index
      const bool fitted = writer.append(maps.back()).ok();
      disk.free_space();
      if (fitted) continue;
      ++refused;
      const Result<Ok> again = writer.append(maps.back());
      INFO(k << " " << (again.ok() ? "" : again.error().text()));
      REQUIRE(again.ok());
    }
  }
  CHECK(refused > 5);
  require_maps(disk / "maps.h5", maps);
}

TEST_CASE("maps given up on a full disk leave those before them readable") {
  SmallDisk disk(2 << 20);
  if (!disk.mounted()) {
    WARN("may not mount a small disk: not tested");
    return;
  }
  const std::uint32_t pages = GENERATE(range(0U, 6U));
  std::vector<PhaseMap> maps;
  for (bool fitted = true; fitted;) {
    {
      MapFileWriter writer(disk / "maps.h5", {3, 4}, states, configuration);
      for (const PhaseMap& map : maps) REQUIRE(writer.append(map).ok());
      maps.push_back(make_map(static_cast<int>(maps.size() % 2)));
      disk.fill(pages * 4096);
      fitted = writer.append(maps.back()).ok();
    }
    if (!fitted) maps.pop_back();
    disk.free_space();
    require_maps(disk / "maps.h5", maps);
    std::filesystem::remove(disk / "maps.h5");
  }
}

TEST_CASE("reading maps from what is no map file says so") {
  const TemporaryFolder folder;
  CHECK_THAT(read_maps(folder / "none.h5").error().text(), Contains("No such file or directory"));
  CHECK_THAT(read_maps(folder.text("text.h5", "x")).error().text(), Contains("file signature not found"));
}
