#include "tools/bridge/compression.hpp"

#include <lz4.h>

#include <algorithm>
#include <cstring>

#include "pipeline/files/failure.hpp"

namespace phasecast::bridge {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::size_t most_expansion = 255;  // of LZ4: a byte of length stands for at most 255 bytes
constexpr std::size_t most_block = std::size_t{1} << 30;
constexpr std::size_t at_once = 8;  // elements that bitshuffle needs for a byte of each bit plane

[[noreturn]] void fail(const std::string& value, const std::string& expected) {
  throw Failure({"compression", "image", "", value, expected});
}

Bytes take(Bytes& left, std::size_t count) {
  if (count > left.size()) fail("the end of the data", std::to_string(count) + " more bytes");
  const Bytes taken = left.first(count);
  left = left.subspan(count);
  return taken;
}

std::uint64_t big_endian(Bytes bytes) {
  std::uint64_t value = 0;
  for (const std::byte b : bytes) value = value << 8 | std::to_integer<std::uint64_t>(b);
  return value;
}

void unpack(Bytes packed, std::span<std::byte> block) {
  const int got =
      LZ4_decompress_safe(reinterpret_cast<const char*>(packed.data()), reinterpret_cast<char*>(block.data()),
                          static_cast<int>(packed.size()), static_cast<int>(block.size()));
  if (got < 0 || static_cast<std::size_t>(got) != block.size())
    fail("an LZ4 block that is damaged", "one of " + std::to_string(block.size()) + " bytes");
}

/// Row i of the 8×8 bits becomes column i.
std::uint64_t transposed(std::uint64_t x) {
  std::uint64_t t = (x ^ (x >> 7)) & 0x00AA00AA00AA00AAULL;
  x ^= t ^ (t << 7);
  t = (x ^ (x >> 14)) & 0x0000CCCC0000CCCCULL;
  x ^= t ^ (t << 14);
  t = (x ^ (x >> 28)) & 0x00000000F0F0F0F0ULL;
  return x ^ t ^ (t << 28);
}

/// Bit plane 8 j + b holds bit b of byte j of every element, the first element in the lowest bit.
void unshuffle(Bytes planes, std::span<std::byte> elements, std::size_t element) {
  const std::size_t plane = elements.size() / element / at_once;  // bytes
  for (std::size_t j = 0; j < element; ++j)
    for (std::size_t i = 0; i < plane; ++i) {
      std::uint64_t bits = 0;
      for (std::size_t b = 0; b < 8; ++b)
        bits |= std::to_integer<std::uint64_t>(planes[(8 * j + b) * plane + i]) << (8 * b);
      bits = transposed(bits);
      for (std::size_t k = 0; k < at_once; ++k)
        elements[(at_once * i + k) * element + j] = static_cast<std::byte>(bits >> (8 * k));
    }
}

std::vector<std::byte> unpack_all(Bytes left, std::size_t element, bool shuffled, std::size_t expected) {
  const std::uint64_t size = big_endian(take(left, 8));
  if (size != expected)
    fail(std::to_string(size) + " bytes", std::to_string(expected) + " bytes as shape and type say");
  const std::uint64_t block_size = big_endian(take(left, 4));
  const std::size_t step = shuffled ? at_once * element : 1;
  if (block_size == 0 || block_size > most_block || block_size % step != 0)
    fail("blocks of " + std::to_string(block_size) + " bytes", "a multiple of " + std::to_string(step));
  if (size / most_expansion > left.size())
    fail(std::to_string(left.size()) + " compressed bytes", "as many as can hold " + std::to_string(size));
  std::vector<std::byte> out(expected), planes;
  const std::size_t packed_size = expected / step * step;
  for (std::size_t done = 0; done < packed_size;) {
    const std::size_t length = std::min<std::size_t>(block_size, packed_size - done);
    const Bytes packed = take(left, big_endian(take(left, 4)));
    const std::span<std::byte> block(out.data() + done, length);
    if (shuffled) {
      planes.resize(length);
      unpack(packed, planes);
      unshuffle(planes, block, element);
    } else if (packed.size() == length) {
      std::memcpy(block.data(), packed.data(), length);  // did not become shorter: stored as it is
    } else {
      unpack(packed, block);
    }
    done += length;
  }
  const Bytes rest = take(left, expected - packed_size);
  std::copy(rest.begin(), rest.end(), out.begin() + static_cast<std::ptrdiff_t>(packed_size));
  return out;
}

}  // namespace

Result<std::vector<std::byte>> decompress(const std::string& algorithm, std::size_t element, Bytes compressed,
                                          std::size_t expected) {
  const bool shuffled = algorithm == "bslz4";
  if (!shuffled && algorithm != "lz4")
    return Error{"compression", "image", "algorithm", algorithm.substr(0, 40), "lz4 or bslz4"};
  if (shuffled && element != 1 && element != 2 && element != 4 && element != 8)
    return Error{"compression", "image", "element size", std::to_string(element), "1, 2, 4 or 8"};
  try {
    return unpack_all(compressed, element, shuffled, expected);
  } catch (const Failure& failure) {
    return failure.error;
  }
}

}  // namespace phasecast::bridge
