#include <sys/mman.h>

#include <catch2/catch.hpp>
#include <random>
#include <string_view>
#include <vector>

#include "messages/crc32c.hpp"

namespace phasecast {
namespace {

std::uint32_t crc_of(std::string_view text) {
  return crc32c(std::as_bytes(std::span(text)));
}

std::uint32_t bitwise_crc32c(std::span<const std::byte> bytes) {
  std::uint32_t remainder = 0xffffffffu;
  for (const auto byte : bytes) {
    remainder ^= static_cast<std::uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) remainder = remainder >> 1 ^ (remainder & 1 ? 0x82f63b78u : 0);
  }
  return ~remainder;
}

/// Product of two polynomials modulo Castagnoli's; the highest bit is x⁰.
std::uint32_t times(std::uint32_t a, std::uint32_t b) {
  std::uint32_t product = 0;
  for (; a != 0; a <<= 1) {
    if (a & 0x80000000u) product ^= b;
    b = b >> 1 ^ (b & 1 ? 0x82f63b78u : 0);
  }
  return product;
}

/// Each zero byte multiplies the remainder by x⁸.
std::uint32_t crc32c_of_zeros(std::size_t count) {
  std::uint32_t remainder = 0xffffffffu;
  for (std::uint32_t power = 0x80000000u >> 8; count != 0; count >>= 1, power = times(power, power)) {
    if (count & 1) remainder = times(remainder, power);
  }
  return ~remainder;
}

std::vector<std::byte> random_bytes(std::mt19937& random, std::size_t count) {
  std::vector<std::byte> bytes(count);
  for (auto& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

}  // namespace

TEST_CASE("crc32c gives the published values of RFC 3720") {
  CHECK(crc_of("") == 0);
  CHECK(crc_of("123456789") == 0xe3069283);
  CHECK(crc_of(std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32)) ==
        0x8a9136aa);
  CHECK(crc_of(std::string(32, '\xff')) == 0x62a8ab43);
}

TEST_CASE("crc32c equals the bitwise division at every length and alignment") {
  std::mt19937 random(1);
  const auto bytes = random_bytes(random, 3000);
  for (std::size_t offset = 0; offset < 9; ++offset) {
    for (std::size_t size = 0; size + offset < bytes.size(); size = size < 300 ? size + 1 : size * 3 / 2) {
      const auto part = std::span(bytes).subspan(offset, size);
      REQUIRE(crc32c(part) == bitwise_crc32c(part));
    }
  }
}

TEST_CASE("crc32c goes on from the CRC of what came before") {
  std::mt19937 random(2);
  const auto bytes = random_bytes(random, 1000);
  for (std::size_t cut = 0; cut <= bytes.size(); cut += 37) {
    const auto head = std::span(bytes).first(cut), tail = std::span(bytes).subspan(cut);
    REQUIRE(crc32c(tail, crc32c(head)) == bitwise_crc32c(bytes));
  }
}

TEST_CASE("crc32c takes buffers longer than an int can say") {
  constexpr std::size_t size = (std::size_t{1} << 32) + 5;
  void* zeros = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  REQUIRE(zeros != MAP_FAILED);
  madvise(zeros, size, MADV_HUGEPAGE);  // fewer page faults, where the system allows
  CHECK(crc32c({static_cast<const std::byte*>(zeros), size}) == crc32c_of_zeros(size));
  munmap(zeros, size);

  CHECK(crc32c_of_zeros(32) == 0x8a9136aa);
}

}  // namespace phasecast
