#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace phasecast {

/// What the command line says of one option: as it is typed, never as it is parsed.
struct OptionText {
  std::vector<std::string> names;    ///< "-o", "--output"; of a positional its name alone
  std::string value;                 ///< what it takes, "DIR"; empty: a flag
  std::vector<std::string> choices;  ///< what it takes, if that is one of a few words
  std::string limits;                ///< "16 to 65536"; empty: said nowhere
  std::string initial;               ///< its default as typed; empty: none
  std::string description;
  std::vector<std::string> needs, excludes;
  bool positional = false, required = false, repeats = false;

  const std::string& name() const { return names.back(); }
};

struct CommandText {
  std::string name;  ///< "run"
  std::string description;
  std::vector<OptionText> options;  ///< positionals first; without --help, which all have
};

struct ProgramText {
  std::string name, description;
  std::vector<CommandText> commands;
};

/// Everything that a parser tells about its commands: what manual, reference and shell completion are made
/// of.
ProgramText text_of(const CLI::App& app);

/// Throws std::runtime_error with the names that there are.
const CommandText& command_of(const ProgramText& program, const std::string& name);

}  // namespace phasecast
