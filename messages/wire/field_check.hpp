#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "messages/image.hpp"
#include "messages/result.hpp"
#include "messages/wire/conversions.hpp"
#include "messages/wire/scan_id.hpp"

namespace phasecast {

/// "frame 17 of scan ab12"; without the number or the scan where the message does not tell them.
std::string message_name(std::string_view kind, std::optional<std::uint64_t> number,
                         std::string_view scan_id);

template <class Number>
std::string number_text(Number value) {
  char text[40];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

/// Reads the fields of one header. Each check hands its value through and records what is wrong with it; the
/// first fault is the message's error. Values read after a fault are not to be used.
class FieldCheck {
 public:
  explicit FieldCheck(std::string message) : message_(std::move(message)) {}

  bool ok() const { return !error_; }
  const Error& error() const { return *error_; }

  void fault(std::string_view cause, std::string_view field, std::string_view value,
             std::string_view expected);

  const std::string& id(std::string_view field, const std::string& value);
  /// At most limits::text_bytes, no control characters but tab, line feed and carriage return.
  const std::string& text(std::string_view field, const std::string& value);
  double not_negative(std::string_view field, double value);  ///< and finite
  std::int64_t instant(std::string_view field, std::int64_t value);
  double energy(std::string_view field, double value);
  std::vector<double> energies(const google::protobuf::RepeatedField<double>& values);
  Shape shape(const wire::Shape& shape);
  Region region(const wire::Region& region);
  void as_many(std::string_view field, int found, std::size_t expected);
  /// `values` as many as `count`, all finite.
  std::vector<double> finite(std::string_view field, const google::protobuf::RepeatedField<double>& values,
                             std::size_t count);
  /// 1 to limits::states names, no two alike.
  std::vector<std::string> states(const google::protobuf::RepeatedPtrField<std::string>& values);

  void present(std::string_view cause, std::string_view field, bool is_present) {
    if (!is_present) fault(cause, field, "absent", "a value");
  }

  template <class Number>
  Number range(std::string_view cause, std::string_view field, Number value, Number low, Number high) {
    if (!(value >= low && value <= high)) {  // NaN is in no range
      fault(cause, field, number_text(value), number_text(low) + " to " + number_text(high));
    }
    return value;
  }

  /// A measure that may be unknown: absent on the wire, NaN here.
  double known_or_nan(std::string_view field, bool is_present, double value) {
    return is_present ? not_negative(field, value) : std::numeric_limits<double>::quiet_NaN();
  }

  template <class Plain, class Wire, std::size_t N>
  Plain enumerator(std::string_view cause, std::string_view field, const std::pair<Plain, Wire> (&table)[N],
                   Wire value) {
    const auto plain = to_plain(table, value);
    if (!plain) fault(cause, field, number_text(static_cast<int>(value)), "1 to " + number_text(N));
    return plain.value_or(Plain{});
  }

  /// A text that is not empty.
  const std::string& name(std::string_view field, const std::string& value);
  /// At most limits::list_entries entries.
  template <class ProtobufMap>
  void names(std::string_view field, const ProtobufMap& map) {
    list_size(field, map.size());
    if (!ok()) return;
    for (const auto& entry : map) name(field, entry.first);
  }
  void list_size(std::string_view field, std::size_t size);

 private:
  std::string message_;
  std::optional<Error> error_;
};

}  // namespace phasecast
