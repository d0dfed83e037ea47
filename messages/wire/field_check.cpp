#include "messages/wire/field_check.hpp"

#include <algorithm>
#include <cmath>

#include "messages/wire/limits.hpp"

namespace phasecast {
namespace {

bool is_control(char c) {
  return (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 127;
}

/// A value from the wire as it may stand in a log: short and printable.
std::string shown(std::string_view value) {
  constexpr std::size_t longest = 64;
  std::string text(value.substr(0, longest));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return value.size() > longest ? text + "..." : text;
}

}  // namespace

std::string message_name(std::string_view kind, std::optional<std::uint64_t> number,
                         std::string_view scan_id) {
  std::string name(kind);
  if (number) name.append(" ").append(number_text(*number));
  if (is_id(scan_id)) name.append(" of scan ").append(scan_id);
  return name;
}

void FieldCheck::fault(std::string_view cause, std::string_view field, std::string_view value,
                       std::string_view expected) {
  if (ok())
    error_ = Error{std::string(cause), message_, std::string(field), shown(value), std::string(expected)};
}

const std::string& FieldCheck::id(std::string_view field, const std::string& value) {
  if (!is_id(value)) fault("scan_id", field, value, id_rule);
  return value;
}

const std::string& FieldCheck::text(std::string_view field, const std::string& value) {
  if (value.size() > limits::text_bytes) {
    fault("value", field, value, "at most " + number_text(limits::text_bytes) + " bytes");
  }
  if (std::any_of(value.begin(), value.end(), is_control)) {
    fault("value", field, value, "text without control characters");
  }
  return value;
}

const std::string& FieldCheck::name(std::string_view field, const std::string& value) {
  if (value.empty()) fault("value", field, "an empty name", "a name");
  return text(field, value);
}

double FieldCheck::not_negative(std::string_view field, double value) {
  if (!std::isfinite(value) || value < 0)
    fault("value", field, number_text(value), "a finite number, 0 or more");
  return value;
}

std::int64_t FieldCheck::instant(std::string_view field, std::int64_t value) {
  if (value < 0) fault("value", field, number_text(value), "nanoseconds since 1970");
  return value;
}

double FieldCheck::energy(std::string_view field, double value) {
  const bool possible = value > 0 && value < limits::energy_ev;
  if (!possible) {
    fault("energy", field, number_text(value), "eV above 0 and below " + number_text(limits::energy_ev));
  }
  return value;
}

std::vector<double> FieldCheck::energies(const google::protobuf::RepeatedField<double>& values) {
  const auto count = static_cast<std::size_t>(values.size());
  range("energy", "energies_ev", count, std::size_t{1}, limits::energies);
  if (!ok()) return {};
  for (const double value : values) energy("energies_ev", value);
  return {values.begin(), values.end()};
}

Shape FieldCheck::shape(const wire::Shape& shape) {
  range("shape", "shape.height", shape.height(), 1u, limits::side);
  range("shape", "shape.width", shape.width(), 1u, limits::side);
  const auto pixels = std::uint64_t{shape.height()} * shape.width();
  if (pixels > limits::pixels) {
    fault("shape", "shape", number_text(pixels) + " pixels",
          "at most " + number_text(limits::pixels) + " pixels");
  }
  return {static_cast<int>(shape.height()), static_cast<int>(shape.width())};
}

Region FieldCheck::region(const wire::Region& region) {
  present("shape", "region.x", region.has_x());
  present("shape", "region.y", region.has_y());
  range("shape", "region.x", region.x(), 0u, limits::side - 1);
  range("shape", "region.y", region.y(), 0u, limits::side - 1);
  range("shape", "region.width", region.width(), 1u, limits::side - region.x());
  range("shape", "region.height", region.height(), 1u, limits::side - region.y());
  const auto pixels = std::uint64_t{region.width()} * region.height();
  range("shape", "region", pixels, std::uint64_t{1}, limits::pixels);
  return {region.x(), region.y(), region.width(), region.height()};
}

void FieldCheck::as_many(std::string_view field, int found, std::size_t expected) {
  if (static_cast<std::size_t>(found) != expected)
    fault("value", field, number_text(found) + " values", number_text(expected));
}

std::vector<double> FieldCheck::finite(std::string_view field,
                                       const google::protobuf::RepeatedField<double>& values,
                                       std::size_t count) {
  as_many(field, values.size(), count);
  for (const double value : values)
    if (!std::isfinite(value)) fault("value", field, number_text(value), "a finite number");
  return {values.begin(), values.end()};
}

std::vector<std::string> FieldCheck::states(const google::protobuf::RepeatedPtrField<std::string>& values) {
  range("states", "states", static_cast<std::size_t>(values.size()), std::size_t{1}, limits::states);
  if (!ok()) return {};
  for (auto state = values.begin(); state != values.end(); ++state) {
    text("states", *state);
    const bool fresh = std::find(values.begin(), state, *state) == state;
    if (state->empty() || !fresh) fault("states", "states", *state, "distinct names");
  }
  return {values.begin(), values.end()};
}

void FieldCheck::list_size(std::string_view field, std::size_t size) {
  if (size > limits::list_entries) {
    fault("value", field, number_text(size) + " entries", "at most " + number_text(limits::list_entries));
  }
}

}  // namespace phasecast
