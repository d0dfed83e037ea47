#include "pipeline/files/xrm_name.hpp"

#include <charconv>
#include <regex>
#include <vector>

namespace phasecast {

namespace {

/// Takes the first match out of `text`, with one of the underscores around it; what its groups held, or
/// nothing.
std::vector<std::string> take(std::string& text, const std::regex& pattern) {
  std::smatch match;
  if (!std::regex_search(text, match, pattern)) return {};
  std::vector<std::string> groups;
  for (const auto& group : match) groups.push_back(group.str());
  const std::string front = match.prefix().str(), back = match.suffix().str();
  text = front + (front.empty() || back.empty() ? "" : "_") + back;  // ends the match
  return groups;
}

double number(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::uint32_t count(const std::string& text) {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

XrmName read_xrm_name(const std::string& stem) {
  // std::regex takes a stack frame per character.
  constexpr std::size_t longest = 255;
  static const std::regex of_many("_(\\d{1,6})of(\\d{1,6})(?=_|$)"),
      reference("(?:^|_)(?:\\d{6}_)?ref(?:_|$)"), energy("(?:^|_)(\\d{2,6}(?:\\.\\d{1,6})?)_?eV(?:_|$)"),
      two_parts("(?:^|_)(\\d{2,6})_(\\d{1,2})eV(?:_|$)");
  XrmName name{stem, false, std::nullopt, 1, 0};
  if (stem.size() > longest) return name;
  if (const auto found = take(name.series, of_many); !found.empty()) {
    name.repeat = count(found[1]);
    name.repeats = count(found[2]);
  }
  name.flat = !take(name.series, reference).empty();
  if (const auto found = take(name.series, two_parts); !found.empty())
    name.energy_ev = number(found[1] + "." + found[2]);
  else if (const auto one = take(name.series, energy); !one.empty())
    name.energy_ev = number(one[1]);
  return name;
}

}  // namespace phasecast
