#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "messages/result.hpp"
#include "pipeline/files/failure.hpp"

namespace phasecast::bridge {

/// Walks over CBOR (RFC 8949) where it lies: nothing is copied, no length is believed before its bytes are
/// there, nesting ends at 32. Strings in pieces (indefinite length) are refused. Every call throws a Failure
/// with cause "cbor" that says where.
class CborReader {
 public:
  enum class Major : std::uint8_t { whole, negative, bytes, text, array, map, tag, simple };
  struct Head {
    Major major;
    std::uint8_t info;       ///< the low five bits; 31: of a length that only its end tells
    std::uint64_t argument;  ///< value, length, tag or bits
  };

  CborReader(std::span<const std::byte> message, std::string name)
      : left_(message), size_(message.size()), name_(std::move(name)) {}

  bool at_end() const { return left_.empty(); }
  Head next();
  std::uint64_t whole(const char* what);
  std::string text(const char* what);
  std::span<const std::byte> bytes(const char* what);
  std::uint64_t tag(const char* what);
  /// Calls `item()` as often as the array has items; it reads one.
  template <class Item>
  void array(const char* what, Item item) {
    items(next(), Major::array, what, item);
  }
  /// Calls `item(key)`, which reads the value; keys are texts.
  template <class Item>
  void map(const char* what, Item item) {
    items(next(), Major::map, what, [&] { item(text("a key")); });
  }
  /// Anything, without its bytes (null) and its tags; at most `most_items` of a reader in all.
  nlohmann::json any(int depth = 0);

  [[noreturn]] void fail(const std::string& found, const std::string& expected) const;

 private:
  static constexpr std::size_t most_items = 100'000;
  static constexpr int deepest = 32;

  template <class Item>
  void items(const Head& head, Major major, const char* what, Item item) {
    if (head.major != major) fail("another item", what);
    if (head.info == 31)
      while (!take_break()) item();
    else
      for (std::uint64_t k = 0; k < head.argument; ++k) item();
  }
  bool take_break();
  std::span<const std::byte> take(std::uint64_t count);
  nlohmann::json simple(const Head& head) const;

  std::span<const std::byte> left_;
  std::size_t size_, items_ = 0;
  std::string name_;
};

}  // namespace phasecast::bridge
