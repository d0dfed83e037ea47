#include <catch2/catch.hpp>
#include <cmath>

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

}  // namespace

TEST_CASE("two columns are energy and mu, however they are parted") {
  const TemporaryFolder folder;
  const std::string content = GENERATE(as<std::string>{}, "8330 0.5\n8333.5 1.5\n8340 1e0\n",
                                       "# energy_eV mu\n8330\t0.5\n\n8333.5\t1.5\n8340\t1\n",
                                       "energy,mu\r\n8330,0.5\r\n8333.5,+1.5\r\n8340,1\r\n",
                                       "Energy (eV); mu\n8330; 0.5\n 8333.5; 1.5\n8340; 1\n",
                                       "\xef\xbb\xbf"
                                       "8330 0.5\n# a note between\n8333.5 1.5\n8340 1");
  const Spectrum spectrum = read(folder.text("nio.txt", content));
  CHECK(spectrum.name == "nio");
  CHECK(spectrum.energy_ev == std::vector<double>{8330, 8333.5, 8340});
  CHECK(spectrum.mu == std::vector<double>{0.5, 1.5, 1.0});
}

TEST_CASE("an argument may carry a name and a shift, and its path may hold the same signs") {
  const TemporaryFolder folder;
  const std::string path = folder.text("a=b@2:c.txt", "8330 1\n8340 2\n");
  CHECK(read(path).name == "a=b@2:c");
  CHECK(read(path + "=NiO").name == "NiO");
  CHECK(read(path + "=Ni O (2+)").name == "Ni O (2+)");
  CHECK(read(path + "@-0.25").energy_ev == std::vector<double>{8329.75, 8339.75});
  CHECK(read(path + "@+1").energy_ev[0] == 8331);
  const Spectrum both = read(path + "=NiO@2.5");
  CHECK(both.name == "NiO");
  CHECK(both.energy_ev[1] == 8342.5);
  CHECK_THAT(error_of(path + "@banana"), Contains("'banana'") && Contains("a number of eV"));
  CHECK_THAT(error_of(path + "@1 eV"), Contains("'1 eV'"));
  CHECK_THAT(error_of(path + "@inf"), Contains("'inf'"));
  CHECK_THAT(error_of(path + "~"), Contains("followed by ~"));
  CHECK_THAT(error_of((folder / "none.txt").string() + "=NiO"), Contains("none.txt is 'not a file'"));
  CHECK_THAT(error_of(folder.path().string()), Contains("not a file"));
}

TEST_CASE("a unit in the header decides; without one the size of the numbers does, and it is said") {
  const TemporaryFolder folder;
  struct Case {
    std::string header;
    double value, ev;
    bool assumed;
  };
  const Case c = GENERATE(values<Case>({{"", 8.3, 8300, true},
                                        {"", 83, 83, true},
                                        {"# energy_keV mu\n", 83, 83000, false},
                                        {"# Energy (eV)  mu\n", 8.3, 8.3, false},
                                        {"energy [keV],mu\n", 8.3, 8300, false},
                                        {"# energy in eV\n# measured on Monday\n", 8.3, 8.3, false},
                                        {"# Column.1: energy keV\n# Column.2: mu\n", 83, 83000, false},
                                        {"# energy calibrated at the 8333 eV edge\n", 8.3, 8300, true},
                                        {"# energy evaluated, mu\n", 8.3, 8300, true}}));
  const std::string path = folder.text(
      "a.txt", c.header + std::to_string(c.value) + " 1\n" + std::to_string(c.value + 1) + " 2\n");
  std::string assumed;
  CHECK(read(path, &assumed).energy_ev[0] == Approx(c.ev));
  CHECK(assumed.empty() != c.assumed);
  if (c.assumed)
    CHECK_THAT(assumed, Contains("a.txt") && Contains(c.ev == 83 ? "taken as eV" : "taken as keV"));
}

TEST_CASE("a header that names both units is refused") {
  const TemporaryFolder folder;
  const std::string path = folder.text("a.txt", "# energy keV\n# energy eV\n8.3 1\n8.4 2\n");
  CHECK_THAT(error_of(path), Contains("line 2") && Contains("an earlier line says keV"));
}

TEST_CASE("what is wrong in a text is told with its line") {
  const TemporaryFolder folder;
  const auto error = [&](const std::string& content) { return error_of(folder.text("a.txt", content)); };
  CHECK_THAT(error("# c\n8330 1\n8340 banana\n"), Contains("line 3 is 'banana', expected a number"));
  CHECK_THAT(error("8330 1\n8340 nan\n"), Contains("line 2 is 'nan'"));
  CHECK_THAT(error("8330 1\n8340 inf\n"), Contains("line 2 is 'inf'"));
  CHECK_THAT(error("8330 1\n8340 1x\n"), Contains("line 2 is '1x'"));
  CHECK_THAT(error("8330 1\n8340 1e999\n"), Contains("line 2 is '1e999'"));
  CHECK_THAT(error("8330 1\n8340 1 2\n"), Contains("line 2 is '3 numbers', expected 2"));
  CHECK_THAT(error("8330 1\n8340 2\n8340 3\n"), Contains("line 3") && Contains("above the 8340"));
  CHECK_THAT(error("8340 1\n\n8330 2\n"), Contains("line 3") && Contains("above the 8340"));
  CHECK_THAT(error("8330 1\n"), Contains("a single point"));
  CHECK_THAT(error("energy mu\nmore words\n8330 1\n"), Contains("line 2 is 'more words'"));
  CHECK_THAT(error("-5 1\n8330 1\n"), Contains("-5") && Contains("above zero"));
  CHECK_THAT(error("# nothing\n"), Contains("without numbers"));
  CHECK_THAT(error(""), Contains("without numbers"));
  CHECK_THAT(error("8330 1\n,;\n"), Contains("line 2 is ',;'"));
  CHECK_THAT(error("# Column.99999999999999999999: mu\n8330 1\n"),
             Contains("line 1") && Contains("Column.N"));
  CHECK_THAT(error("8330\n8340\n"), Contains("1 columns") && Contains("two columns"));
}

TEST_CASE("of many columns one is chosen by name, and an error lists them") {
  const TemporaryFolder folder;
  const std::string path =
      folder.text("a.nor",
                  "# Column.1: energy eV\n# Column.2: foil\n# Column.3: oxide.avg\n#---\n"
                  "7100 0.1 0.2\n7101 0.3 0.4\n");
  CHECK_THAT(error_of(path), Contains("3 columns") && Contains("foil, oxide.avg"));
  CHECK_THAT(error_of(path + ":column=banana"), Contains("'banana'") && Contains("foil, oxide.avg"));
  CHECK_THAT(error_of(path + ":column=energy"), Contains("foil, oxide.avg"));
  const Spectrum oxide = read(path + ":column=oxide.avg");
  CHECK(oxide.name == "oxide.avg");
  CHECK(oxide.mu == std::vector<double>{0.2, 0.4});
  const Spectrum foil = read(path + ":column=foil=Fe@-1");
  CHECK(foil.name == "Fe");
  CHECK(foil.energy_ev == std::vector<double>{7099, 7100});
  CHECK(foil.mu == std::vector<double>{0.1, 0.3});
}

TEST_CASE("mu is found by its name, or made of i0 and itrans") {
  const TemporaryFolder folder;
  const std::string named =
      folder.text("a.csv", "i0,Energy (eV),mutrans,itrans\n9,7100,0.5,1\n9,7101,0.6,1\n");
  CHECK(read(named).energy_ev == std::vector<double>{7100, 7101});
  CHECK(read(named).mu == std::vector<double>{0.5, 0.6});
  const std::string raw =
      folder.text("a.xdi", "# XDI/1.0\n#  energy  i0  itrans\n7100 200 100\n7101 300 50\n");
  CHECK(read(raw).mu == std::vector<double>{std::log(2.0), std::log(6.0)});
  CHECK(read(raw + ":column=itrans").mu[0] == 100);
  const std::string dead = folder.text("b.xdi", "# energy i0 itrans\n7100 200 100\n7101 300 0\n");
  CHECK_THAT(error_of(dead), Contains("line 3") && Contains("i0 / itrans") && Contains("above zero"));
  const std::string two = folder.text("c.csv", "energy,mutrans,mufluor\n7100,1,2\n7101,1,2\n");
  CHECK_THAT(error_of(two), Contains("mutrans, mufluor"));
}

TEST_CASE("XDI's intensities become mu of the kind that the columns allow, or that is asked for") {
  const TemporaryFolder folder;
  const auto xdi = [&](const std::string& columns, const std::string& rows) {
    return folder.text("a.xdi", "# XDI/1.0\n# Column.1: energy eV\n" + columns + "# ///\n#---\n" + rows);
  };
  const std::string fluorescence =
      xdi("# Column.2: i0\n# Column.3: ifluor\n", "7100 200 100\n7101 400 300\n");
  CHECK(read(fluorescence).mu == std::vector<double>{0.5, 0.75});
  const std::string both = xdi("# Column.2: i0\n# Column.3: itrans\n# Column.4: ifluor\n# Column.5: irefer\n",
                               "7100 200 100 50 10\n7101 400 300 100 20\n");
  CHECK_THAT(error_of(both), Contains("mutrans, mufluor, murefer"));
  CHECK(read(both + ":column=mutrans").mu == std::vector<double>{std::log(2.0), std::log(400.0 / 300)});
  CHECK(read(both + ":column=mufluor").mu == std::vector<double>{0.25, 0.25});
  CHECK(read(both + ":column=murefer").mu == std::vector<double>{std::log(10.0), std::log(15.0)});
  const std::string measured =
      xdi("# Column.2: mutrans\n# Column.3: murefer\n", "7100 0.5 0.1\n7101 0.6 0.2\n");
  CHECK(read(measured).mu == std::vector<double>{0.5, 0.6});
  CHECK(read(xdi("# Column.2: i0\n# Column.3: normtrans\n", "7100 9 0.1\n7101 9 1\n")).mu[1] == 1);
  CHECK_THAT(error_of(xdi("# Column.2: i0\n# Column.3: ifluor\n", "7100 0 1\n7101 1 1\n")),
             Contains("line 7") && Contains("ifluor / i0") && Contains("finite"));
}

TEST_CASE("angles, wave numbers and unknown units in place of energies are refused") {
  const TemporaryFolder folder;
  CHECK_THAT(error_of(folder.text("a.xdi",
                                  "# XDI/1.0\n# Column.1: angle degrees\n# Column.2: mutrans\n14 1\n15 2\n")),
             Contains("angle") && Contains("a column of energies in eV or keV"));
  CHECK_THAT(error_of(folder.text("b.xdi", "# XDI/1.0\n# Column.1: k\n# Column.2: chi\n1 1\n2 2\n")),
             Contains("field k") && Contains("energies"));
  CHECK_THAT(error_of(folder.text("c.xdi", "# Column.1: energy nm\n# Column.2: mutrans\n14 1\n15 2\n")),
             Contains("line 1") && Contains("energy in nm"));
  CHECK(read(folder.text("d.xdi", "# Column.1: energy keV\n# Column.2: mutrans\n7.1 1\n7.2 2\n"))
            .energy_ev[0] == Approx(7100));
}

TEST_CASE("a shift that leaves no increasing energies above zero is refused") {
  const TemporaryFolder folder;
  const std::string path = folder.text("a.txt", "8330 1\n8340 2\n");
  CHECK_THAT(error_of(path + "@-9000"), Contains("above zero"));
  CHECK_THAT(error_of(path + "@1e20"), Contains("line 2") && Contains("before it"));
}

TEST_CASE("the real references load: keV and eV, XDI and Athena's columns") {
  if (shared_data("references").empty()) return;
  std::string assumed;
  const Spectrum nio = read(shared_data("references/ref_NiO.txt"), &assumed);
  CHECK(nio.name == "ref_NiO");
  CHECK(nio.energy_ev.front() == Approx(8200));
  CHECK(nio.mu.front() == 0.0007);
  CHECK_THAT(assumed, Contains("taken as keV"));
  CHECK(read(shared_data("references/ref_LiNiO2.txt")).energy_ev.front() == Approx(8200));

  const Spectrum reduced = read(shared_data("references/als_fe2p_reduced.txt"), &assumed);
  CHECK(assumed.empty());
  CHECK(reduced.energy_ev[1] == 700.375);
  CHECK(reduced.mu[1] == 0.019583);

  const std::string nor = shared_data("formats/tiff_nor/test_ref_athena.nor");
  CHECK_THAT(error_of(nor), Contains("Fepowder_BN_July17_2sc_fl_cl.avg"));
  const Spectrum pyrite = read(nor + ":column=Pyrite_NMNH_recal_2_15_tr.avg=FeS2");
  CHECK(pyrite.name == "FeS2");
  CHECK(pyrite.energy_ev[1] == 7100.5);
  CHECK(pyrite.mu[1] == 0.13840164e-2);

  const Spectrum hematite = read(shared_data("formats/xdi/Fe2O3_rt_01.xdi"), &assumed);
  CHECK(assumed.empty());
  CHECK(hematite.energy_ev.front() == 6911.8277);
  CHECK(hematite.mu.front() == std::log(272002.0 / 121091.203452));
  CHECK(hematite.energy_ev.back() == 8084.2337);
  CHECK(hematite.mu.back() == std::log(410812.22 / 175576.594650));
  for (const char* name : {"FeO_rt_01", "Ni2O3_rt_01", "NiOH2_rt_01", "Ni_metal_rt_01"})
    CHECK(read(shared_data("formats/xdi/" + std::string(name) + ".xdi")).mu.size() > 100);
}
