#include "pipeline/files/xim_image.hpp"

#include <charconv>
#include <cmath>
#include <string_view>

#include "pipeline/files/failure.hpp"

namespace phasecast {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

}  // namespace

std::vector<double> read_xim(const std::string& text, Shape shape, const std::string& path) {
  const auto width = static_cast<std::size_t>(shape.width), height = static_cast<std::size_t>(shape.height);
  const auto refuse = [&](std::size_t line, const std::string& value, const std::string& expected) {
    return Failure({"shape", path, "line " + std::to_string(line), value, expected});
  };
  std::vector<double> values;
  std::size_t line = 0, rows = 0;
  for (std::string_view rest = text; !rest.empty();) {
    ++line;
    const std::size_t length = std::min(rest.find('\n'), rest.size());
    const std::string_view row = rest.substr(0, length);
    rest.remove_prefix(std::min(length + 1, rest.size()));
    const std::size_t before = values.size();
    for (const char *at = row.data(), *end = row.data() + row.size(); at != end;) {
      if (is_blank(*at)) {
        ++at;
        continue;
      }
      double value = 0;
      const auto [stop, error] = std::from_chars(at, end, value);
      if (error != std::errc() || !std::isfinite(value) || (stop != end && !is_blank(*stop)))
        throw refuse(line, std::string(at, static_cast<std::size_t>(std::min<std::ptrdiff_t>(end - at, 20))),
                     "a number");
      values.push_back(value);
      at = stop;
    }
    if (values.size() == before) continue;
    if (values.size() - before != width)
      throw refuse(line, std::to_string(values.size() - before) + " numbers",
                   std::to_string(width) + ", one per column (PAxis)");
    if (++rows > height) throw refuse(line, "a row too many", std::to_string(height) + " rows (QAxis)");
  }
  if (rows != height)
    throw Failure({"shape", path, "", std::to_string(rows) + " rows", std::to_string(height) + " (QAxis)"});
  return values;
}

}  // namespace phasecast
