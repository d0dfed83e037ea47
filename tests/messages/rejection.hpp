#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <limits>

#include "messages/wire/codec.hpp"

namespace phasecast::test {

/// One way to spoil a good message, and how its rejection must read.
template <class Plain>
struct Spoiled {
  std::string field;
  std::string cause;
  std::function<void(Plain&)> spoil;
};

inline void check_rejected(const Parts& parts, const std::string& field, const std::string& cause) {
  const auto result = decode(parts);
  INFO("field " << field << ", expected cause " << cause);
  REQUIRE_FALSE(result.ok());
  INFO(result.error().text());
  CHECK(result.error().cause == cause);
  CHECK(result.error().field == field);
  CHECK_FALSE(result.error().expected.empty());
}

template <class Plain>
void check_rejected(const Plain& good, const std::vector<Spoiled<Plain>>& cases) {
  REQUIRE(decode(encode(good)).ok());
  for (const auto& spoiled : cases) {
    auto message = good;
    spoiled.spoil(message);
    check_rejected(encode(message), spoiled.field, spoiled.cause);
  }
}

inline const double infinity = std::numeric_limits<double>::infinity();
inline const double not_a_number = std::numeric_limits<double>::quiet_NaN();
inline const std::string long_text(4097, 'x');

/// What may not become part of a file name.
inline const std::string bad_ids[] = {"",    ".",   "..",   ".hidden",     "-rf",
                                      "a/b", "a b", "a\nb", "..\\windows", std::string(65, 'a'),
                                      "é",   "a:b", "a*",   "$HOME",       std::string("a\0b", 3)};

}  // namespace phasecast::test
