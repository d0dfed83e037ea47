#pragma once

#include <string>
#include <utility>
#include <variant>

namespace phasecast {

/// What is wrong, told so that a person at the beamline can put it right.
struct Error {
  std::string cause;     ///< short fixed name, used as the counter's name: "crc", "shape", "energy", ...
  std::string where;     ///< the file, message or option at fault
  std::string field;     ///< the field within it; empty if it is the whole
  std::string value;     ///< what was found
  std::string expected;  ///< what would be right

  /// "frame.h5: field X_eng is 'banana', expected a list of energies [energy]"
  std::string text() const {
    std::string line = where;
    if (!field.empty()) line += ": field " + field;
    if (!value.empty()) line += " is '" + value + "'";
    if (!expected.empty()) line += ", expected " + expected;
    return line + " [" + cause + "]";
  }
};

/// A value or the reason why there is none. The data path returns these; only set-up throws.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::move(value)) {}
  Result(Error error) : content_(std::move(error)) {}

  bool ok() const { return std::holds_alternative<T>(content_); }
  explicit operator bool() const { return ok(); }

  T& value() & { return std::get<T>(content_); }
  const T& value() const& { return std::get<T>(content_); }
  T&& value() && { return std::get<T>(std::move(content_)); }
  const Error& error() const { return std::get<Error>(content_); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Error> content_;
};

/// Success without a value.
using Ok = std::monostate;

}  // namespace phasecast
