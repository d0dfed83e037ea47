#include "tools/export/selection.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <numeric>
#include <set>
#include <string_view>

namespace phasecast {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != text.npos; text.remove_prefix(std::min(text.size(), end + 1))) {
    end = text.find(separator);
    parts.push_back(text.substr(0, end));
  }
  return parts;
}

/// All of the text is the number.
std::optional<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Region> region_in(std::string_view text) {
  const auto parts = split(text, ',');
  if (parts.size() != 4) return std::nullopt;
  Region region;
  std::size_t part = 0;
  for (std::uint32_t* side : {&region.x, &region.y, &region.width, &region.height}) {
    const auto value = number_in(parts[part++]);
    if (!value) return std::nullopt;
    *side = *value;
  }
  return region;
}

bool is_inside(const Region& region, Shape shape) {
  return region.width > 0 && region.height > 0 &&
         std::uint64_t{region.x} + region.width <= static_cast<std::uint64_t>(shape.width) &&
         std::uint64_t{region.y} + region.height <= static_cast<std::uint64_t>(shape.height);
}

Error refused(const std::string& option, const std::string& value, const std::string& expected) {
  return {"value", "command line", option, value, expected};
}

}  // namespace

Result<std::vector<std::size_t>> select_scans(const std::string& text, std::size_t count) {
  std::vector<std::size_t> all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (text.empty()) return all;
  std::set<std::size_t> chosen;
  for (const std::string_view part : split(text, ',')) {
    const auto ends = split(part, ':');
    const auto first = number_in(ends.front()), last = number_in(ends.back());
    if (ends.size() > 2 || !first || !last || *first > *last || *last >= count)
      return refused("scans", std::string(part),
                     fmt::format("a number or a range such as 3:5, of 0 to {}", count - 1));
    chosen.insert(all.begin() + *first, all.begin() + *last + 1);
  }
  return std::vector<std::size_t>(chosen.begin(), chosen.end());
}

Result<std::vector<std::size_t>> select_states(const std::string& name, std::span<const std::string> states) {
  std::vector<std::size_t> chosen;
  for (std::size_t state = 0; state < states.size(); ++state)
    if (name.empty() || states[state] == name) chosen.push_back(state);
  if (chosen.empty()) return refused("state", name, fmt::format("one of {}", fmt::join(states, ", ")));
  return chosen;
}

Result<std::vector<NamedRegion>> select_regions(std::span<const std::string> texts, Shape shape) {
  std::vector<NamedRegion> regions{{"whole", std::nullopt}};
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    const auto region = region_in(std::string_view(text).substr(0, equals));
    if (!region) return refused("region", text, "x,y,width,height in pixels, or x,y,width,height=name");
    if (!is_inside(*region, shape))
      return refused("region", text,
                     fmt::format("pixels of a map of {} columns and {} rows", shape.width, shape.height));
    const std::string name = equals == text.npos ? text : text.substr(equals + 1);
    const auto has_name = [&](const NamedRegion& other) { return other.name == name; };
    if (name.empty() || std::any_of(regions.begin(), regions.end(), has_name))
      return refused("region", text, "a name of its own behind the =");
    regions.push_back({name, region});
  }
  return regions;
}

}  // namespace phasecast
