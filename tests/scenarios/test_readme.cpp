#include <catch2/catch.hpp>
#include <sstream>

#include "tests/paths.hpp"
#include "tests/scenarios/process.hpp"

using namespace phasecast::test;

namespace {

/// The `phasecast …` lines of the README's code blocks, continued lines joined.
std::vector<std::vector<std::string>> commands_in_readme() {
  std::istringstream text(read_file(std::string(PHASECAST_SOURCE_DIR) + "/README.md"));
  std::vector<std::vector<std::string>> commands;
  bool code = false, continued = false;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("```")) code = !code;
    if (!code || (!continued && !line.starts_with("phasecast "))) continue;
    std::istringstream words(line);
    if (!continued) commands.emplace_back();
    continued = line.ends_with('\\');
    for (std::string word; words >> word;)
      if (word != "\\" && word != "&") commands.back().push_back(word);
  }
  return commands;
}

}  // namespace

SCENARIO("a newcomer types what the README says") {
  GIVEN("the commands in the README's code blocks") {
    const auto commands = commands_in_readme();
    REQUIRE(commands.size() >= 4);
    THEN("each is a subcommand, and each of its options is one") {
      TemporaryFolder folder;
      for (const auto& command : commands) {
        CAPTURE(command);
        Process help(folder.path(), "help", {command.at(1), "--help"});
        REQUIRE(help.wait() == 0);
        for (const auto& word : command)
          if (word.starts_with("--")) CHECK(help.output().find(word + " ") != std::string::npos);
      }
    }
  }
}
