#include <spdlog/fmt/fmt.h>

#include "tools/reference/reference.hpp"

namespace phasecast {

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += between;
    text += word;
  }
  return text;
}

std::string synopsis(const CommandText& command) {
  std::string text = "phasecast " + command.name;
  bool optional = false;
  for (const OptionText& option : command.options) {
    if (option.positional)
      text += option.required ? " " + option.value : " [" + option.value + "]";
    else if (option.required)
      text += " " + option.names.front() + " " + option.value;
    else
      optional = true;
  }
  return optional ? text + " [OPTIONS]" : text;
}

std::string conditions(const OptionText& option) {
  std::vector<std::string> said;
  if (option.required && !option.positional) said.push_back("required");
  if (!option.choices.empty()) said.push_back(fmt::format("one of {}", joined(option.choices, ", ")));
  if (!option.limits.empty()) said.push_back(option.limits);
  if (option.repeats && !option.value.ends_with("...")) said.push_back("one or more");
  if (!option.needs.empty()) said.push_back(fmt::format("with {}", joined(option.needs, ", ")));
  if (!option.excludes.empty()) said.push_back(fmt::format("not with {}", joined(option.excludes, ", ")));
  return joined(said, "; ");
}

}  // namespace phasecast
