#include "tools/bench/table.hpp"

#include <spdlog/fmt/fmt.h>

namespace phasecast {
namespace {

/// Three digits, and all of those before the point.
std::string number(double value) {
  if (value >= 100) return fmt::format("{:.0f}", value);
  return value >= 0.1 ? fmt::format("{:.3g}", value) : fmt::format("{:.2g}", value);
}

/// fmt counts code points, so that "×" is one.
std::string line(const std::string& what, const std::string& ours, const std::string& reference,
                 const std::string& unit, const std::string& ratio, const std::string& reference_is) {
  return fmt::format("{:<66}{:>10}{:>11}  {:<12}{:>8}  {}\n", what, ours, reference, unit, ratio,
                     reference_is);
}

std::string quoted(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '"') escaped += '\\';
    escaped += c;
  }
  return fmt::format("\"{}\"", escaped);
}

}  // namespace

std::string header_text() {
  return line("what", "ours", "reference", "unit", "ratio", "the reference, in the same run");
}

std::string text_of(const BenchRow& row) {
  return line(row.what, number(row.ours), number(row.reference), row.unit, number(row.ratio()),
              row.reference_is);
}

std::string csv(const BenchTable& table) {
  std::string text = "group,what,unit,ours,reference,ratio,reference_is,statistic\n";
  for (const auto& [group, statistic, row] : table.lines)
    text += fmt::format("{},\"{}\",{},{:.6g},{:.6g},{:.6g},\"{}\",\"{}\"\n", group, row.what, row.unit,
                        row.ours, row.reference, row.ratio(), row.reference_is, statistic);
  return text;
}

std::string json(const BenchTable& table) {
  std::string rows;
  for (const auto& [group, statistic, row] : table.lines)
    rows += fmt::format(
        "{}\n    {{\"group\": {}, \"what\": {}, \"unit\": {}, \"ours\": {:.6g}, \"reference\": {:.6g}, "
        "\"ratio\": {:.6g}, \"reference_is\": {}, \"statistic\": {}}}",
        rows.empty() ? "" : ",", quoted(group), quoted(row.what), quoted(row.unit), row.ours, row.reference,
        row.ratio(), quoted(row.reference_is), quoted(statistic));
  return fmt::format("{{\n  \"machine\": {},\n  \"rows\": [{}\n  ]\n}}\n", quoted(table.machine), rows);
}

}  // namespace phasecast
