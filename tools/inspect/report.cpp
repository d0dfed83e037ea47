#include "tools/inspect/report.hpp"

#include <spdlog/fmt/fmt.h>

namespace phasecast {

std::string quoted(const std::string& argument) {
  const std::string safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  if (!argument.empty() && argument.find_first_not_of(safe) == std::string::npos) return argument;
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

std::string text_of(const Report& report) {
  std::string text = report.file + "\n";
  for (const auto& [about, said] : report.lines) text += fmt::format("  {:<12} {}\n", about, said);
  for (const std::string& command : report.next)
    text += fmt::format("  {:<12} {}\n", &command == &report.next.front() ? "next" : "", command);
  return text;
}

nlohmann::ordered_json json_of(const Report& report) {
  nlohmann::ordered_json json = {{"file", report.file}, {"kind", report.kind}};
  json.update(report.facts);
  json["next"] = report.next;
  return json;
}

}  // namespace phasecast
