#pragma once

#include <string>

#include "tools/reference/command_text.hpp"

/// The command line's own description of itself, written for readers of other kinds.
namespace phasecast {

/// One page with a table of options for each command.
std::string as_markdown(const ProgramText& program);
/// phasecast(1), roff of the man macros.
std::string as_man_page(const ProgramText& program, const std::string& version);
/// phasecast-COMMAND(1).
std::string as_man_page(const CommandText& command, const std::string& version);
/// A configuration file with every option that has a long name, commented out.
std::string as_toml(const CommandText& command);
std::string as_bash_completion(const ProgramText& program);
std::string as_zsh_completion(const ProgramText& program);

/// "lcf, rum-tv"
std::string joined(const std::vector<std::string>& words, const std::string& between);
/// "phasecast export MAPS.h5 -o DIR [OPTIONS]": what has to be typed.
std::string synopsis(const CommandText& command);
/// "--rate, 16 to 65536, needs --to": what the description leaves out, as half a sentence; may be empty.
std::string conditions(const OptionText& option);

}  // namespace phasecast
