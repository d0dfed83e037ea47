#include <spdlog/fmt/fmt.h>

#include <charconv>

#include "tools/reference/reference.hpp"

namespace phasecast {
namespace {

bool is_number(const std::string& text) {
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc() && end == text.data() + text.size();
}

std::string value_of(const OptionText& option) {
  if (option.value.empty()) return "false";
  const std::string& value = option.initial.empty() ? option.value : option.initial;
  const std::string written = !option.initial.empty() && is_number(value) ? value : '"' + value + '"';
  return option.repeats ? "[" + written + "]" : written;
}

}  // namespace

std::string as_toml(const CommandText& command) {
  std::string text = fmt::format(
      "# Every option of phasecast {0} with its default, or what it takes. Made by: phasecast help {0} --as "
      "toml\n",
      command.name);
  for (const OptionText& option : command.options) {
    if (option.positional || !option.name().starts_with("--") || option.name() == "--config") continue;
    const std::string conditions = phasecast::conditions(option);
    text += fmt::format("\n# {}{}{}\n#{} = {}\n", option.description, conditions.empty() ? "" : "; ",
                        conditions, option.name().substr(2), value_of(option));
  }
  return text;
}

}  // namespace phasecast
