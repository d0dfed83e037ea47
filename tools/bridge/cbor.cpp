#include "tools/bridge/cbor.hpp"

#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>

namespace phasecast::bridge {
namespace {

using nlohmann::json;

constexpr std::uint8_t no_length = 31;

/// IEEE 754 binary16.
double half(std::uint64_t bits) {
  const int exponent = static_cast<int>(bits >> 10) & 0x1f;
  const double fraction = static_cast<double>(bits & 0x3ff);
  const double value = exponent == 0    ? std::ldexp(fraction, -24)
                       : exponent == 31 ? (fraction == 0 ? HUGE_VAL : std::nan(""))
                                        : std::ldexp(fraction + 1024, exponent - 25);
  return bits & 0x8000 ? -value : value;
}

}  // namespace

void CborReader::fail(const std::string& found, const std::string& expected) const {
  throw Failure({"cbor", name_ + ": byte " + std::to_string(size_ - left_.size()), "", found, expected});
}

std::span<const std::byte> CborReader::take(std::uint64_t count) {
  if (count > left_.size()) fail("the end", std::to_string(count) + " more bytes");
  const auto taken = left_.first(static_cast<std::size_t>(count));
  left_ = left_.subspan(static_cast<std::size_t>(count));
  return taken;
}

CborReader::Head CborReader::next() {
  const auto first = std::to_integer<std::uint8_t>(take(1)[0]);
  Head head{static_cast<Major>(first >> 5), static_cast<std::uint8_t>(first & 0x1f), 0};
  if (head.info < 24) {
    head.argument = head.info;
  } else if (head.info < 28) {
    for (const std::byte b : take(std::uint64_t{1} << (head.info - 24)))
      head.argument = head.argument << 8 | std::to_integer<std::uint64_t>(b);
  } else if (head.info != no_length || head.major < Major::bytes || head.major == Major::tag) {
    fail("a reserved length", "an item of RFC 8949");
  }
  return head;
}

std::uint64_t CborReader::whole(const char* what) {
  const Head head = next();
  if (head.major != Major::whole) fail("another item", what);
  return head.argument;
}

std::span<const std::byte> CborReader::bytes(const char* what) {
  const Head head = next();
  if (head.major != Major::bytes || head.info == no_length) fail("another item", what);
  return take(head.argument);
}

std::string CborReader::text(const char* what) {
  const Head head = next();
  if (head.major != Major::text || head.info == no_length) fail("another item", what);
  const auto letters = take(head.argument);
  return {reinterpret_cast<const char*>(letters.data()), letters.size()};
}

std::uint64_t CborReader::tag(const char* what) {
  const Head head = next();
  if (head.major != Major::tag) fail("another item", what);
  return head.argument;
}

bool CborReader::take_break() {
  constexpr std::byte stop{0xff};
  if (left_.empty()) fail("the end", "more items or a break");
  if (left_.front() != stop) return false;
  left_ = left_.subspan(1);
  return true;
}

json CborReader::simple(const Head& head) const {
  switch (head.info) {
    case 20:
      return false;
    case 21:
      return true;
    case 25:
      return half(head.argument);
    case 26:
      return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(head.argument)));
    case 27:
      return std::bit_cast<double>(head.argument);
    case no_length:
      fail("a break", "an item");
    default:
      return nullptr;
  }
}

json CborReader::any(int depth) {
  if (depth > deepest) fail("more than 32 levels", "fewer");
  if (++items_ > most_items) fail("more than 100000 items", "fewer");
  const Head head = next();
  switch (head.major) {
    case Major::whole:
      return head.argument;
    case Major::negative:
      return -1.0 - static_cast<double>(head.argument);
    case Major::bytes:
    case Major::text: {
      if (head.info == no_length) fail("a string in pieces", "one of a stated length");
      const auto content = take(head.argument);
      if (head.major == Major::bytes) return nullptr;
      return std::string(reinterpret_cast<const char*>(content.data()), content.size());
    }
    case Major::array: {
      json values = json::array();
      items(head, Major::array, "an array", [&] { values.push_back(any(depth + 1)); });
      return values;
    }
    case Major::map: {
      json values = json::object();
      items(head, Major::map, "a map", [&] {
        json key = any(depth + 1);
        json value = any(depth + 1);
        if (key.is_string()) values[key.get<std::string>()] = std::move(value);
      });
      return values;
    }
    case Major::tag:
      return any(depth + 1);
    case Major::simple:
      return simple(head);
  }
  return nullptr;
}

}  // namespace phasecast::bridge
