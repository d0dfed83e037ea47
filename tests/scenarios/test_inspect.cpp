#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/paths.hpp"
#include "tests/scenarios/process.hpp"

using namespace phasecast::test;

namespace {

const std::filesystem::path data = PHASECAST_SOURCE_DIR "/../shared/data";

std::vector<std::string> words_of(const std::string& command) {
  std::istringstream text(command);
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

/// Kind, path and layout of every real file, as tests/oracles/real_files.py found them without phasecast.
struct Known {
  std::string kind, path, layout;
};
std::vector<Known> known_files() {
  std::ifstream file(PHASECAST_SOURCE_DIR "/tests/oracles/real_files.txt");
  std::vector<Known> all;
  for (std::string line; std::getline(file, line);) {
    const std::size_t space = line.find(' '), bar = line.find(" | "), next = line.find(" | ", bar + 3);
    Known known{line.substr(0, space), line.substr(space + 1, bar - space - 1),
                line.substr(bar + 3, next - bar - 3)};
    if (known.kind == "energies") known.layout = "list of energies";
    all.push_back(known);
  }
  return all;
}

}  // namespace

SCENARIO("someone asks what the files of a beamtime are") {
  GIVEN("every real file there is") {
    if (!std::filesystem::exists(data)) {
      WARN("skipped: " << data << " is absent");
      return;
    }
    TemporaryFolder folder;
    WHEN("inspect is asked, for a program") {
      const auto known = known_files();
      REQUIRE(known.size() > 15);
      std::vector<std::string> arguments{"inspect", "--json"};
      for (const Known& one : known)
        if (one.layout != "TIFF stack") arguments.push_back((data / one.path).string());
      Process inspect(folder.path(), "inspect", arguments);
      const int status = inspect.wait();
      INFO(inspect.log());
      REQUIRE(status == 0);
      const auto answers = nlohmann::json::parse(inspect.output());
      THEN("each is told by kind and layout, and has a command to go on with") {
        CHECK(answers.size() == arguments.size() - 2);
        for (const auto& answer : answers) {
          const std::string path =
              std::filesystem::relative(answer["file"].get<std::string>(), data).string();
          CAPTURE(path);
          const auto one =
              std::find_if(known.begin(), known.end(), [&](const Known& k) { return k.path == path; });
          REQUIRE(one != known.end());
          CHECK(answer["kind"] == one->kind);
          CHECK(answer["layout"] == one->layout);
          CHECK(answer["next"].size() >= 1);
        }
      }
    }
    WHEN("it is asked about the iron scan, and what it says is typed") {
      Process inspect(folder.path(), "inspect",
                      {"inspect", (data / "scans/als_fe2p_fxi.h5").string(), "--json"});
      REQUIRE(inspect.wait() == 0);
      const auto answer = nlohmann::json::parse(inspect.output()).at(0);
      THEN("the pre-edge is before the edge, and the command finds two states") {
        CHECK(answer["edge"]["near"] == "Fe L3 (706.8 eV)");
        CHECK(answer["edge"]["pre_edge"]["high_ev"] < 708);
        CHECK(answer["noise"]["absorbance"].get<double>() ==
              Approx(0.015).epsilon(0.5));  // as its README says
        auto words = words_of(answer["next"][0]);
        REQUIRE(words.front() == "phasecast");
        words.erase(words.begin());
        words.back() = (folder / "found").string();
        Process next(folder.path(), "next", words);
        const int status = next.wait();
        INFO(next.log());
        CHECK(status == 0);
        CHECK(std::filesystem::exists(folder / "found/state2.txt"));
      }
    }
    WHEN("a stack of pictures is asked about, without and with its energies") {
      const std::string stack = (data / "formats/tiff_nor/test_stack.tiff").string(),
                        energies = (data / "formats/tiff_nor/test_energy.txt").string();
      Process without(folder.path(), "without", {"inspect", stack});
      CHECK(without.wait() == 1);
      CHECK_THAT(without.log(), Catch::Contains("test_stack.tiff") && Catch::Contains("--energies"));
      Process with(folder.path(), "with", {"inspect", stack, "--energies", energies});
      CHECK(with.wait() == 0);
      THEN("it says what is missing, and then what the stack is") {
        CHECK_THAT(with.output(),
                   Catch::Contains("57 energies, 91 x 95 pixels") && Catch::Contains("absorbance"));
        CHECK_THAT(with.output(),
                   Catch::Contains("phasecast endmembers " + stack + " --energies " + energies));
      }
    }
  }
}

SCENARIO("someone asks what a file is that nobody can read") {
  GIVEN("a file of noise, an empty one, a folder without images, and text that is no spectrum") {
    TemporaryFolder folder;
    std::ofstream(folder / "noise.h5", std::ios::binary) << std::string("\x89HDF\r\n\x1a\n\0\0\xff", 11);
    std::ofstream(folder / "empty.h5").flush();
    std::filesystem::create_directory(folder / "folder");
    std::ofstream(folder / "letter.txt") << "Dear Sir or Madam,\nwith this I beg to announce\n";
    WHEN("inspect is asked") {
      Process inspect(folder.path(), "inspect",
                      {"inspect", (folder / "noise.h5").string(), (folder / "empty.h5").string(),
                       (folder / "folder").string(), (folder / "letter.txt").string()});
      THEN("each is named with what is wrong, and nothing crashes") {
        CHECK(inspect.wait() == 1);
        for (const char* name : {"noise.h5", "empty.h5", "folder", "letter.txt"})
          CHECK_THAT(inspect.log(), Catch::Contains(name));
      }
    }
  }
}
