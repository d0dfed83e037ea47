#include "pipeline/files/xrm_name.hpp"

#include <algorithm>
#include <charconv>
#include <regex>

namespace phasecast {

namespace {

/// Takes the first match out of `text`, with one of the underscores around it.
bool take(std::string& text, const std::regex& pattern, std::smatch& match) {
  const std::string before = text;
  if (!std::regex_search(before, match, pattern)) return false;
  std::string front = match.prefix().str(), back = match.suffix().str();
  text = front + (front.empty() || back.empty() ? "" : "_") + back;
  return true;
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
  std::smatch match;
  if (take(name.series, of_many, match)) {
    name.repeat = count(match[1]);
    name.repeats = count(match[2]);
  }
  std::smatch found;
  name.flat = take(name.series, reference, found);
  std::smatch energies;
  const std::string text = name.series;
  if (take(name.series, two_parts, energies))
    name.energy_ev = number(energies[1].str() + "." + energies[2].str());
  else if (take(name.series, energy, energies))
    name.energy_ev = number(energies[1].str());
  return name;
}

}  // namespace phasecast
