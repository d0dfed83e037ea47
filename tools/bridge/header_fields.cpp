#include "tools/bridge/header_fields.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "messages/units.hpp"
#include "tools/bridge/tally.hpp"

namespace phasecast::bridge {
namespace {

using nlohmann::json;

constexpr std::size_t most_header_bytes = 1 << 20;
constexpr int deepest_header = 32;

std::string shown(const json* value) {
  constexpr std::size_t most_shown = 80;
  if (!value) return "absent";
  return value->dump(-1, ' ', false, json::error_handler_t::replace).substr(0, most_shown);
}

Error field_error(const FieldPath& path, const json* value, const std::string& expected) {
  return {"field", "header", path, shown(value), expected};
}

/// A number, or a text that is one: slsDetector's addJsonHeader has texts alone.
std::optional<double> number_in(const json* value) {
  if (value && value->is_number()) return value->get<double>();
  if (!value || !value->is_string()) return std::nullopt;
  const std::string& text = value->get_ref<const std::string&>();
  double number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<double> number_at(const json& header, const FieldPath& path) {
  const json* value = find(header, path);
  const auto number = number_in(value);
  if (!number || !std::isfinite(*number)) return field_error(path, value, "a number");
  return *number;
}

Result<Ok> read_kind(const json& header, const Mapping& mapping, ForeignFrame& frame) {
  const json* value = find(header, mapping.kind);
  if (!value) return field_error(mapping.kind, value, "what kind of frame it is");
  const auto kind = mapping.kinds.find(value->dump(-1, ' ', false, json::error_handler_t::replace));
  if (kind == mapping.kinds.end())
    return Error{"kind", "header", mapping.kind, shown(value), "a value that the mapping's kinds list"};
  frame.kind = kind->second;
  return Ok{};
}

}  // namespace

const json* find(const json& header, const FieldPath& path) {
  const json* at = &header;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    begin = end + 1;
    if (at->is_object()) {
      const auto member = at->find(name);
      if (member == at->end()) return nullptr;
      at = &*member;
    } else if (at->is_array()) {
      std::size_t index = 0;
      const auto [stop, failed] = std::from_chars(name.data(), name.data() + name.size(), index);
      if (failed != std::errc{} || stop != name.data() + name.size() || index >= at->size()) return nullptr;
      at = &(*at)[index];
    } else {
      return nullptr;
    }
  }
  return at;
}

Result<json> parse_header(std::span<const std::byte> bytes, const std::string& where) {
  if (bytes.size() > most_header_bytes)
    return Error{"header", where, "", std::to_string(bytes.size()) + " bytes",
                 "a JSON header of at most 1 MiB"};
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  bool too_deep = false;  // to be printed, say in an error: that recurses
  const auto shallow = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > deepest_header;
    return !too_deep;
  };
  json header = json::parse(text, text + bytes.size(), shallow, false);
  if (too_deep)
    return Error{"header", where, "", "nested deeper than " + std::to_string(deepest_header),
                 "a JSON header as sources send it"};
  if (!header.is_object())
    return Error{"header", where, "", std::to_string(bytes.size()) + " bytes that are no JSON object",
                 "a JSON object"};
  return header;
}

Result<double> energy_in_ev(double value, const std::string& unit, const std::string& where,
                            const std::string& field, std::set<std::string>& assumed_kev) {
  constexpr double largest_kev = 70, largest_ev = 1e7;
  const bool assumed = unit.empty() && value < largest_kev;
  const double energy_ev = assumed || unit == "keV" ? value * ev_per_kev : value;
  if (!(energy_ev > 0) || !(energy_ev < largest_ev))
    return Error{"energy", where, field, fmt::format("{}", value), "an energy above 0"};
  if (assumed && assumed_kev.insert(field).second)
    say(fmt::format("{}: {} is below 70: taken as keV, here and from now on", field, value));
  return energy_ev;
}

bool ends_scan(const json& header, const Mapping& mapping) {
  for (const auto& [path, wanted] : mapping.end) {
    const json* value = find(header, path);
    if (value && value->dump(-1, ' ', false, json::error_handler_t::replace) == wanted) return true;
  }
  return false;
}

Result<Ok> read_fields(const json& header, const Mapping& mapping, ForeignFrame& frame,
                       std::set<std::string>& assumed_kev) {
  for (const auto& [path, wanted] : mapping.require) {
    const json* value = find(header, path);
    if (!value || value->dump(-1, ' ', false, json::error_handler_t::replace) != wanted)
      return Error{"require", "header", path, shown(value), wanted + ", which the mapping requires"};
  }
  const json* number = find(header, mapping.number);
  if (!number || !number->is_number_unsigned()) return field_error(mapping.number, number, "a whole number");
  frame.number = number->get<std::uint64_t>();
  if (!mapping.kind.empty())
    if (const auto read = read_kind(header, mapping, frame); !read) return read;
  if (!mapping.energy.empty()) {
    const auto value = number_at(header, mapping.energy);
    if (!value) return value.error();
    const auto energy = energy_in_ev(*value, mapping.energy_unit, "frame " + std::to_string(frame.number),
                                     mapping.energy, assumed_kev);
    if (!energy) return energy.error();
    frame.energy_ev = *energy;
  }
  if (!mapping.exposure.empty()) {
    const auto exposure = number_at(header, mapping.exposure);
    if (!exposure) return exposure.error();
    if (*exposure < 0) return field_error(mapping.exposure, find(header, mapping.exposure), "at least 0");
    frame.exposure_s = *exposure * mapping.exposure_unit_s;
  }
  if (!mapping.timestamp.empty()) {
    const auto time = number_at(header, mapping.timestamp);
    if (!time) return time.error();
    const double ns = *time * mapping.timestamp_unit_s * ns_per_s;
    constexpr double latest_ns = 9e18;  // an int64_t ends in 2262
    if (!(ns >= 0 && ns < latest_ns))
      return field_error(mapping.timestamp, find(header, mapping.timestamp), "a time since 1970");
    frame.start_utc_ns = static_cast<std::int64_t>(ns);
  }
  if (!mapping.i0.empty()) {
    const auto i0 = number_at(header, mapping.i0);
    if (!i0) return i0.error();
    frame.i0 = *i0;
  }
  if (!mapping.scan.empty()) {
    const json* name = find(header, mapping.scan);
    if (!name) return field_error(mapping.scan, name, "the scan's name or number");
    frame.scan = printable(shown(name));
  }
  return Ok{};
}

}  // namespace phasecast::bridge
