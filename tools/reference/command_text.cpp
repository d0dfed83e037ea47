#include "tools/reference/command_text.hpp"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

namespace phasecast {
namespace {

/// CLI11's own words for what a validator wants, in the words of this manual.
std::optional<std::string> limits_in(const std::string& validator) {
  const std::map<std::string, std::string> known{{"POSITIVE", "above 0"},
                                                 {"NONNEGATIVE", "0 or more"},
                                                 {"FILE", ""},
                                                 {"DIR", ""},
                                                 {"PATH(existing)", ""}};
  if (const auto found = known.find(validator); found != known.end()) return found->second;
  const std::string range = " in [";
  const auto begin = validator.find(range);
  if (begin == std::string::npos || !validator.ends_with(']')) return std::nullopt;
  std::string limits = validator.substr(begin + range.size());
  limits.pop_back();
  if (const auto dash = limits.find(" - "); dash != std::string::npos) limits.replace(dash, 3, " to ");
  return limits;
}

/// "TEXT:{lcf,rum-tv}" and "PX:INT in [16 - 65536]" taken apart; "LO:HI eV" is one word.
void read_type(OptionText& option, const std::string& type) {
  option.value = type;
  bool is_file = false;
  for (auto colon = option.value.rfind(':'); colon != std::string::npos; colon = option.value.rfind(':')) {
    const std::string validator = option.value.substr(colon + 1);
    if (validator.starts_with('{') && validator.ends_with('}')) {
      option.choices = CLI::detail::split(validator.substr(1, validator.size() - 2), ',');
    } else if (const auto limits = limits_in(validator)) {
      option.limits = *limits;
      is_file |= validator == "FILE";
    } else {
      break;
    }
    option.value.erase(colon);
  }
  if (is_file && option.value == "TEXT") option.value = "FILE";
  const bool words =
      option.value.find('|') != std::string::npos && option.value.find('.') == std::string::npos;
  if (words && option.choices.empty()) option.choices = CLI::detail::split(option.value, '|');
}

std::vector<std::string> names_of(const std::set<CLI::Option*>& options) {
  std::vector<std::string> names;
  for (const CLI::Option* option : options) names.push_back(option->get_name());
  std::sort(names.begin(), names.end());  // the set is in the order of addresses
  return names;
}

OptionText text_of(const CLI::Option& option) {
  OptionText text;
  text.positional = option.get_positional();
  if (text.positional) {
    text.names = {option.get_name(true)};
  } else {
    for (const auto& name : option.get_snames()) text.names.push_back("-" + name);
    for (const auto& name : option.get_lnames()) text.names.push_back("--" + name);
  }
  if (option.get_type_size() != 0) read_type(text, option.get_type_name());
  if (option.get_default_str() != "[]") text.initial = option.get_default_str();
  text.description = option.get_description();
  text.required = option.get_required();
  text.repeats = option.get_expected_max() == CLI::detail::expected_max_vector_size;
  text.needs = names_of(option.get_needs());
  text.excludes = names_of(option.get_excludes());
  return text;
}

CommandText text_of(const std::string& name, const CLI::App& app) {
  CommandText command{name, app.get_description(), {}};
  for (const CLI::Option* option : app.get_options())
    if (option != app.get_help_ptr() && !option->get_group().empty())
      command.options.push_back(text_of(*option));
  std::stable_partition(command.options.begin(), command.options.end(),
                        [](const OptionText& option) { return option.positional; });
  return command;
}

void add_commands(std::vector<CommandText>& commands, const std::string& prefix, const CLI::App& app) {
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_group().empty()) continue;
    commands.push_back(text_of(prefix + command->get_name(), *command));
    add_commands(commands, prefix + command->get_name() + " ", *command);
  }
}

}  // namespace

ProgramText text_of(const CLI::App& app) {
  ProgramText program{"phasecast", app.get_description(), {}};
  add_commands(program.commands, "", app);
  return program;
}

const CommandText& command_of(const ProgramText& program, const std::string& name) {
  const auto found = std::find_if(program.commands.begin(), program.commands.end(),
                                  [&](const CommandText& command) { return command.name == name; });
  if (found != program.commands.end()) return *found;
  std::string known;
  for (const auto& command : program.commands) known += (known.empty() ? "" : ", ") + command.name;
  throw std::runtime_error(fmt::format("{}: no such command, expected one of {}", name, known));
}

}  // namespace phasecast
