#include "tools/bridge/tally.hpp"

#include <spdlog/fmt/fmt.h>

#include <cstdio>

namespace phasecast::bridge {

void Tally::reject(const Error& error) {
  constexpr std::uint64_t said_each_time = 5, then_every = 1000;
  const std::uint64_t times = ++counts_["rejected_" + error.cause];
  if (times <= said_each_time) return say(error.text());
  if (times % then_every == 0) say(fmt::format("{}; {} times by now", error.text(), times));
}

std::uint64_t Tally::of(const std::string& name) const {
  const auto found = counts_.find(name);
  return found == counts_.end() ? 0 : found->second;
}

std::string Tally::text() const {
  std::string lines;
  for (const auto& [name, n] : counts_) lines += fmt::format("{} {}\n", name, n);
  return lines;
}

std::string printable(std::string text) {
  constexpr std::size_t most = 256;
  if (text.size() > most) text.resize(most);
  for (char& letter : text)
    if (letter < ' ' || letter > '~') letter = '?';
  return text;
}

void say(const std::string& line) {
  fmt::print(stderr, "{}\n", line);
}

}  // namespace phasecast::bridge
