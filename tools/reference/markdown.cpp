#include <spdlog/fmt/fmt.h>

#include "tools/reference/reference.hpp"

namespace phasecast {
namespace {

/// A table's cell ends at |, also inside code.
std::string cell(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '<') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string code(const std::string& text) {
  std::string escaped;
  for (const char c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return text.empty() ? "" : "`" + escaped + "`";
}

std::string row(const OptionText& option) {
  const std::string typed = joined(option.names, ", ");
  const bool words = !option.choices.empty();  // they are told beside
  const std::string value = option.value.empty() || words || option.positional ? "" : " " + option.value;
  const std::string conditions = phasecast::conditions(option);
  return fmt::format("| {} | {} | {}{} |\n", code(option.positional ? option.value : typed + value),
                     code(option.initial), cell(option.description),
                     conditions.empty() ? "" : cell(" (" + conditions + ")"));
}

}  // namespace

std::string as_markdown(const ProgramText& program) {
  std::string text = fmt::format(
      "<!-- Made by `phasecast help --as markdown`, not by hand; a test compares. -->\n"
      "# Commands and options\n\n{}\n\n"
      "Every command has `--help`. Exit status: 0 done, 1 failed, 2 bad options; why is said on stderr.\n\n"
      "| command | does |\n|---|---|\n",
      program.description);
  for (const CommandText& command : program.commands) {
    std::string anchor = "phasecast-" + command.name;
    for (char& c : anchor) c = c == ' ' ? '-' : c;
    text += fmt::format("| [`{}`](#{}) | {} |\n", command.name, anchor, cell(command.description));
  }
  for (const CommandText& command : program.commands) {
    text += fmt::format("\n## phasecast {}\n\n{}.\n\n```\n{}\n```\n", command.name, command.description,
                        synopsis(command));
    if (command.options.empty()) continue;
    text += "\n| option | default | is |\n|---|---|---|\n";
    for (const OptionText& option : command.options) text += row(option);
  }
  return text;
}

}  // namespace phasecast
