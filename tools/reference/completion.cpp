#include <spdlog/fmt/fmt.h>

#include "tools/reference/reference.hpp"

namespace phasecast {
namespace {

std::string names_in(const std::vector<CommandText>& commands) {
  std::vector<std::string> names;
  for (const CommandText& command : commands) names.push_back(command.name);
  return joined(names, " ");
}

std::string options_of(const CommandText& command) {
  std::string text = "--help";
  for (const OptionText& option : command.options)
    if (!option.positional) text += fmt::format(" {}", joined(option.names, " "));
  return text;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

/// One argument of _arguments: '(-o --output)'{-o,--output}'[what it is]:DIR:_files -/'.
std::string zsh_argument(const OptionText& option) {
  std::string what = option.description;
  for (const char* special : {"\\", "[", "]", ":"})
    what = replaced(what, special, std::string("\\") + special);
  std::string action = "_files";
  if (!option.choices.empty()) action = fmt::format("({})", joined(option.choices, " "));
  if (option.value == "DIR") action = "_files -/";
  const std::string message = replaced(option.value, ":", "\\:");
  if (option.positional)
    return "'" + std::string(option.repeats ? "*" : "") + ":" + message + ":" + action + "'";
  std::string text;
  for (const std::string& name : option.names)
    text +=
        fmt::format("{}'{}{}[{}]{}'", text.empty() ? "" : " ", option.repeats ? "*" : "", name,
                    replaced(what, "'", "'\\''"), option.value.empty() ? "" : ":" + message + ":" + action);
  return text;
}

}  // namespace

std::string as_bash_completion(const ProgramText& program) {
  std::string values, options;
  for (const CommandText& command : program.commands) {
    options += fmt::format("    {}) words='{}' ;;\n", command.name, options_of(command));
    for (const OptionText& option : command.options)
      for (const std::string& name : option.names)
        if (!option.positional && !option.choices.empty())
          values +=
              fmt::format("    '{} {}') words='{}' ;;\n", command.name, name, joined(option.choices, " "));
        else if (!option.positional && option.value == "DIR")
          values += fmt::format("    '{} {}') action=-d ;;\n", command.name, name);
  }
  return fmt::format(
      R"(# Completion of phasecast in bash. Made by: phasecast help --as bash
_phasecast() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} words='' action=-f
  if [[ $COMP_CWORD -eq 1 ]]; then
    words='{} --help --version'
  else
    case "${{COMP_WORDS[1]}} ${{COMP_WORDS[COMP_CWORD - 1]}}" in
{}    'help help') words='{} --help --as --write' ;;
    esac
    if [[ -z $words && $current == -* ]]; then
    case "${{COMP_WORDS[1]}}" in
{}    esac
    fi
  fi
  if [[ -n $words ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  else
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen "$action" -- "$current")
  fi
}}
complete -F _phasecast phasecast
)",
      names_in(program.commands), values, names_in(program.commands), options);
}

std::string as_zsh_completion(const ProgramText& program) {
  std::string commands, arguments;
  for (const CommandText& command : program.commands) {
    commands += fmt::format("    '{}:{}'\n", command.name, replaced(command.description, "'", "'\\''"));
    arguments += fmt::format("    {}) _arguments '--help[what there is]'", command.name);
    for (const OptionText& option : command.options) arguments += " \\\n      " + zsh_argument(option);
    arguments += " ;;\n";
  }
  return fmt::format(
      R"(#compdef phasecast
# Completion of phasecast in zsh. Made by: phasecast help --as zsh
_phasecast() {{
  local -a commands=(
{}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
{}  esac
}}
_phasecast "$@"
)",
      commands, arguments);
}

}  // namespace phasecast
