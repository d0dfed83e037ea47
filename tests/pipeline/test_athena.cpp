#include <zlib.h>

#include <catch2/catch.hpp>

#include "pipeline/files/references.hpp"
#include "tests/pipeline/file_fixtures.hpp"

using namespace phasecast;
using namespace phasecast::test;
using Catch::Matchers::Contains;

namespace {

Spectrum read(const std::string& argument, std::string* assumed = nullptr) {
  std::vector<std::string> assumptions;
  const Result<Spectrum> spectrum = read_reference(argument, assumptions);
  INFO((spectrum.ok() ? "" : spectrum.error().text()));
  REQUIRE(spectrum.ok());
  if (assumed) *assumed = assumptions.empty() ? "" : assumptions.front();
  return spectrum.value();
}

std::string error_of(const std::string& argument) {
  std::vector<std::string> assumptions;
  const Result<Spectrum> spectrum = read_reference(argument, assumptions);
  REQUIRE_FALSE(spectrum.ok());
  return spectrum.error().text();
}

const std::string perl = R"(# Athena project file -- Athena version 0.8.039
$old_group = 'wosk';
@args = ('bkg_eshift','0','is_xmu',1,'label','it\'s FeS2','titles',['%name: (FeS2)',['x'],'b']);
@x = ('7100','7101.5','7103');
@y = ('0.1','0.5','1.1');
[record]   # create object and set arrays in ifeffit
$old_group = 'qrst';
@args = ('label','foil','bkg_eshift',-0.5);
@x = (7100,7102,7104);
@y = (0.2,0.4,1.2);
@i0 = (1,2,3);
[record]   #
@journal = ('Project: x');
1;
)";

const std::string json = R"({"_____header1": "# Athena project file -- Demeter version 0.9.26",
"g1": {"args": {"label":"sulfide","bkg_eshift":"0"}, "x": ["8300","8301"], "y": ["1","2.5"], "i0": ["9","9"]},
"g2": {"args": {"label":"oxide","bkg_eshift":1.5}, "x": [8300, 8301], "y": [3, 4e0]},
"g3": {"args": {"label":"waves","datatype":"chi"}, "x": [1, 2], "y": [3, 4]},
"_____order": ["g1", "g2", "g3"]}
)";

std::string zipped(const TemporaryFolder& folder, const std::string& name, const std::string& content) {
  const std::string path = (folder / name).string();
  gzFile file = gzopen(path.c_str(), "wb");
  REQUIRE(file != nullptr);
  REQUIRE(gzwrite(file, content.data(), static_cast<unsigned>(content.size())) ==
          static_cast<int>(content.size()));
  REQUIRE(gzclose(file) == Z_OK);
  return path;
}

}  // namespace

TEST_CASE("of an Athena project one group is chosen by its label, in perl and in JSON, plain and gzipped") {
  const TemporaryFolder folder;
  const bool gzip = GENERATE(false, true);
  const std::string old = gzip ? zipped(folder, "old.prj", perl) : folder.text("old.prj", perl);
  const std::string recent = gzip ? zipped(folder, "new.prj", json) : folder.text("new.prj", json);
  const Spectrum sulfide = read(old + ":column=it's FeS2");
  CHECK(sulfide.name == "it's FeS2");
  CHECK(sulfide.energy_ev == std::vector<double>{7100, 7101.5, 7103});
  CHECK(sulfide.mu == std::vector<double>{0.1, 0.5, 1.1});
  CHECK(read(old + ":column=qrst").mu == std::vector<double>{0.2, 0.4, 1.2});
  CHECK(read(recent + ":column=sulfide").mu == std::vector<double>{1, 2.5});
  const Spectrum named = read(recent + ":column=g1=NiS@2");
  CHECK(named.name == "NiS");
  CHECK(named.energy_ev == std::vector<double>{8302, 8303});
}

TEST_CASE("the shift that Athena keeps for a group is applied, and said") {
  const TemporaryFolder folder;
  std::string assumed;
  CHECK(read(folder.text("a.prj", perl) + ":column=foil", &assumed).energy_ev.front() == 7099.5);
  CHECK_THAT(assumed, Contains("foil is shifted by -0.5"));
  CHECK(read(folder.text("b.prj", json) + ":column=oxide").energy_ev.front() == 8301.5);
}

TEST_CASE("a project of several groups lists them when none or no known one is chosen") {
  const TemporaryFolder folder;
  const std::string path = folder.text("a.prj", perl);
  CHECK_THAT(error_of(path), Contains("'2 groups'") && Contains("it's FeS2 (wosk), foil (qrst)"));
  CHECK_THAT(error_of(path + ":column=banana"), Contains("group 'banana' is '0 groups'") && Contains("foil"));
  std::string twins = perl;
  twins.replace(twins.find("it\\'s FeS2"), 10, "foil");
  CHECK_THAT(error_of(folder.text("b.prj", twins) + ":column=foil"),
             Contains("'2 groups'") && Contains("(wosk)"));
  const std::string one = perl.substr(0, perl.find("$old_group = 'qrst'"));
  CHECK(read(folder.text("c.prj", one)).name == "it's FeS2");
}

TEST_CASE("what is wrong in an Athena project is told with its place") {
  const TemporaryFolder folder;
  const auto with = [&](const std::string& text, const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return folder.text("a.prj", changed);
  };
  CHECK_THAT(error_of(with(perl, "'0.5'", "'banana'") + ":column=wosk"),
             Contains("a.prj") && Contains("y point 2 is 'banana', expected a number"));
  CHECK_THAT(error_of(with(perl, "'0.5'", "'nan'") + ":column=wosk"), Contains("point 2 is 'nan'"));
  CHECK_THAT(error_of(with(perl, ",'0.5'", "") + ":column=wosk"), Contains("'2 values', expected 3"));
  CHECK_THAT(error_of(with(perl, "'7103')", "'7103'") + ":column=wosk"), Contains("line 4 is 'cut short'"));
  CHECK_THAT(error_of(with(perl, "'0.5'", "'0.5") + ":column=wosk"), Contains("line 5"));
  CHECK_THAT(error_of(with(perl, "'7103'", "'7101'") + ":column=wosk"),
             Contains("point 3") && Contains("above the 7101.5"));
  CHECK_THAT(error_of(with(json, "[8300, 8301]", "[8300, 8301") + ":column=g2"),
             Contains("a.prj") && Contains("JSON"));
  CHECK_THAT(error_of(with(json, "[8300, 8301]", std::string(20, '[')) + ":column=g2"),
             Contains("nested more than"));
  CHECK_THAT(error_of(folder.text("b.prj", json) + ":column=waves"), Contains("not mu(E)"));
  CHECK_THAT(error_of(folder.text("c.prj", "# Athena project file\n1;\n")), Contains("without groups"));
}

TEST_CASE("a file that inflates beyond any project is refused, and so is a damaged one") {
  const TemporaryFolder folder;
  CHECK_THAT(error_of(zipped(folder, "bomb.prj", std::string(33 << 20, ' '))),
             Contains("bomb.prj") && Contains("longer than 32 MiB"));
  const std::string path = zipped(folder, "cut.prj", json);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  CHECK_THAT(error_of(path + ":column=g1"), Contains("cut.prj") && Contains("damaged"));
}

TEST_CASE("real Athena projects of both kinds load") {
  if (shared_data("formats/athena_prj").empty()) return;
  const Spectrum pyrite = read(shared_data("formats/athena_prj/FeS2.prj"));
  CHECK(pyrite.name == "fes2_rt01_mar02.xmu");
  CHECK(pyrite.energy_ev.front() == 6911.8277);
  CHECK(pyrite.mu.size() == pyrite.energy_ev.size());
  CHECK(pyrite.mu.size() == 353);
  const std::string nickel = shared_data("formats/athena_prj/Ni_FeNiS20_RT.prj");
  CHECK_THAT(error_of(nickel), Contains("8 groups") && Contains("fenis_ni_rt_xafs_003 (fens_003)"));
  const Spectrum third = read(nickel + ":column=fenis_ni_rt_xafs_003=NiS");
  CHECK(third.energy_ev[1] == 8238.174);
  CHECK(third.mu[1] == 10090);
}
