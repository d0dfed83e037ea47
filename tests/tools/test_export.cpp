#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>

#include "tests/tools/map_series.hpp"
#include "tests/tools/scratch_folder.hpp"
#include "tools/export/csv.hpp"
#include "tools/export/series.hpp"
#include "tools/export/tiff.hpp"

using namespace phasecast;
using Catch::Matchers::Contains;

namespace {

using Names = std::set<std::string>;

Names names_in(const std::filesystem::path& folder) {
  Names names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.insert(entry.path().filename().string());
  return names;
}

void run_tiff(const ExportPlan& plan, const std::vector<PhaseMap>& maps) {
  TiffExport tiff(plan);
  for (const std::size_t scan : plan.scans) tiff.add(maps[scan]);
  tiff.finish();
}

void run_csv(const ExportPlan& plan, const std::vector<PhaseMap>& maps) {
  CsvExport csv(plan, {{"whole", std::nullopt}}, {});
  for (const std::size_t scan : plan.scans) csv.add(scan, maps[scan]);
  csv.finish();
}

void run_series(const ExportPlan& plan, const std::vector<PhaseMap>& maps, bool png, bool gif) {
  SeriesExport series(plan, png, gif);
  for (const std::size_t scan : plan.scans) series.add(scan, maps[scan]);
  series.finish();
}

void run_png(const ExportPlan& plan, const std::vector<PhaseMap>& maps) {
  run_series(plan, maps, true, false);
}

void run_gif(const ExportPlan& plan, const std::vector<PhaseMap>& maps) {
  run_series(plan, maps, false, true);
}

struct Format {
  std::string name, file;  // one of those it writes
  std::function<void(const ExportPlan&, const std::vector<PhaseMap>&)> run;
};

std::string content(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// No file of this process may grow beyond some bytes: a full disk.
struct FullDisk {
  rlimit before{};
  explicit FullDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit limit{bytes, before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before); }
  FullDisk(const FullDisk&) = delete;
};

}  // namespace

TEST_CASE("an export has a file per state and layer, a picture per scan, a table and an animation") {
  const ScratchFolder folder;
  const auto maps = numbered_maps(3);
  const ExportPlan plan{folder.path, false, maps, {0, 2}, {0, 1}};
  run_tiff(plan, maps);
  run_csv(plan, maps);
  run_series(plan, maps, true, true);
  CHECK(names_in(folder.path) == Names{"fraction_NiO.tif", "fraction_LiNiO2.tif", "uncertainty_NiO.tif",
                                       "uncertainty_LiNiO2.tif", "scale.tif", "residual.tif", "mask.tif",
                                       "means.csv", "map_0000.png", "map_0002.png", "maps.gif"});
}

TEST_CASE("one state alone can be exported") {
  const ScratchFolder folder;
  const auto maps = numbered_maps(1);
  run_tiff({folder.path, false, maps, {0}, {1}}, maps);
  CHECK(names_in(folder.path) ==
        Names{"fraction_LiNiO2.tif", "uncertainty_LiNiO2.tif", "scale.tif", "residual.tif", "mask.tif"});
}

TEST_CASE("no format replaces a file unless it is asked to, and then all of it") {
  const Format format = GENERATE(Format{"tiff", "mask.tif", run_tiff}, Format{"csv", "means.csv", run_csv},
                                 Format{"png", "map_0001.png", run_png}, Format{"gif", "maps.gif", run_gif});
  CAPTURE(format.name);
  const ScratchFolder folder;
  const auto maps = numbered_maps(2);
  ExportPlan plan{folder.path, false, maps, {0, 1}, {0, 1}};
  std::ofstream(folder.path / format.file) << "something precious";
  CHECK_THROWS_WITH(format.run(plan, maps), Contains(format.file) && Contains("--overwrite"));
  CHECK(names_in(folder.path) == Names{format.file});
  CHECK(content(folder.path / format.file) == "something precious");

  plan.overwrite = true;
  format.run(plan, maps);
  const std::string replaced = content(folder.path / format.file);
  std::filesystem::remove(folder.path / format.file);
  format.run(plan, maps);
  CHECK(replaced == content(folder.path / format.file));
}

TEST_CASE("an export that meets a full disk says which file, and leaves none of it") {
  const Format format =
      GENERATE(Format{"tiff", "fraction_NiO.tif", run_tiff}, Format{"csv", "means.csv", run_csv},
               Format{"png", "map_0000.png", run_png}, Format{"gif", "maps.gif", run_gif});
  const ScratchFolder folder;
  const auto maps = numbered_maps(2);
  const ExportPlan plan{folder.path, true, maps, {0, 1}, {0, 1}};
  format.run(plan, maps);
  const auto whole = std::filesystem::file_size(folder.path / format.file);
  std::filesystem::remove_all(folder.path);
  std::filesystem::create_directory(folder.path);
  for (const auto room : {std::uintmax_t{100}, whole / 2, whole - 1}) {
    CAPTURE(format.name, room, whole);
    const FullDisk disk(room);
    CHECK_THROWS_WITH(format.run(plan, maps), Contains(format.file));
    CHECK(names_in(folder.path) == Names{});
  }
}

TEST_CASE("two states never share a file, whatever their names") {
  CHECK(file_name_of("LiNiO₂ (HT)") == "LiNiO₂ (HT)");
  CHECK(file_name_of("a/b\\c%\n") == "a%2Fb%5Cc%25%0A");
  CHECK(file_name_of("a/b") != file_name_of("a%2Fb"));
}

TEST_CASE("scans are chosen by their places, in order and each once") {
  using Places = std::vector<std::size_t>;
  CHECK(select_scans("", 3).value() == Places{0, 1, 2});
  CHECK(select_scans("4,0,3:5,4", 6).value() == Places{0, 3, 4, 5});
  const std::string wrong = GENERATE("6", "5:6", "3:2", "a", "", "1:2:3", "-1", "1.5");
  const Result<Places> refused = select_scans("1," + wrong, 6);
  REQUIRE_FALSE(refused.ok());
  CHECK_THAT(refused.error().text(), Contains("scans is '" + wrong + "'") || Contains("scans,"));
  CHECK_THAT(refused.error().text(), Contains("of 0 to 5"));
}

TEST_CASE("a state is chosen by its name, and another name is answered with those there are") {
  const std::vector<std::string> states{"NiO", "LiNiO2"};
  CHECK(select_states("LiNiO2", states).value() == std::vector<std::size_t>{1});
  CHECK(select_states("", states).value() == std::vector<std::size_t>{0, 1});
  CHECK_THAT(select_states("Ni", states).error().text(), Contains("'Ni', expected one of NiO, LiNiO2"));
}

TEST_CASE("a region has to lie in the image and to have a name of its own") {
  const auto regions = select_regions(std::vector<std::string>{"1,2,3,3", "0,0,7,5=all of it"}, {5, 7});
  REQUIRE(regions.ok());
  CHECK(regions.value()[0].name == "whole");
  CHECK_FALSE(regions.value()[0].region);
  CHECK(regions.value()[1].name == "1,2,3,3");
  CHECK(regions.value()[1].region == Region{1, 2, 3, 3});
  CHECK(regions.value()[2].name == "all of it");
  const std::string wrong =
      GENERATE("1,2,3", "1,2,3,4,5", "0,0,8,5", "0,0,7,6", "7,0,1,1", "0,0,0,1", "a,0,1,1",
               "4294967295,0,2,1", "0,0,1,1=", "0,0,1,1=whole", "-1,0,1,1", "");
  CHECK_THAT(select_regions(std::vector<std::string>{wrong}, {5, 7}).error().text(),
             Contains("region") && Contains(wrong) && Contains("expected"));
}
