#include <catch2/catch.hpp>
#include <cstring>

#include "tools/view/framing.hpp"

using namespace phasecast;

namespace {

PixelBuffer part(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return PixelBuffer::take({first, first + text.size()});
}

std::string text_of(const PixelBuffer& buffer) {
  return {reinterpret_cast<const char*>(buffer.bytes.data()), buffer.bytes.size()};
}

}  // namespace

TEST_CASE(
    "a framed message has its number of parts, their lengths, and each part at a multiple of four bytes") {
  const std::string block = to_frame({part("status"), part(""), part("abcd")});
  using namespace std::string_literals;
  CHECK(block == "\x03\0\0\0\x06\0\0\0\0\0\0\0\x04\0\0\0status\0\0abcd"s);
}

TEST_CASE("a framed message comes back as it was, whatever the lengths of its parts") {
  Parts parts;
  for (const std::size_t bytes : {0, 1, 2, 3, 4, 5, 1000}) parts.push_back(part(std::string(bytes, 'x')));
  const auto back = from_frame(to_frame(parts));
  REQUIRE(back.ok());
  REQUIRE(back->size() == parts.size());
  for (std::size_t k = 0; k < parts.size(); ++k) CHECK(text_of((*back)[k]) == text_of(parts[k]));
}

TEST_CASE("a block that is cut anywhere, or goes on, is no framed message") {
  const std::string block = to_frame({part("control_request"), part("abcde")});
  for (std::size_t bytes = 0; bytes < block.size(); ++bytes)
    CHECK_FALSE(from_frame(block.substr(0, bytes)).ok());
  CHECK_FALSE(from_frame(block + "more").ok());
}

TEST_CASE("lengths that no block has are refused before memory is reserved for them") {
  CHECK_FALSE(from_frame(std::string("\xff\xff\xff\xff", 4)).ok());
  CHECK_FALSE(from_frame(std::string("\x01\0\0\0\xff\xff\xff\xff", 8)).ok());
}
