#include "tools/view/framing.hpp"

#include <bit>
#include <cstring>

namespace phasecast {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::uint32_t most_parts = 64;

void append(std::string& text, std::size_t number) {
  const auto value = static_cast<std::uint32_t>(number);
  text.append(reinterpret_cast<const char*>(&value), sizeof value);
}

Error not_a_frame(std::size_t bytes, const std::string& expected) {
  return {"header", "framed message", "length", std::to_string(bytes) + " bytes", expected};
}

/// Reads and removes what stands at the front of a block.
class Reader {
 public:
  explicit Reader(std::string_view block) : left_(block) {}
  std::size_t left() const { return left_.size(); }
  std::uint32_t number() {
    std::uint32_t value = 0;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view take(std::size_t bytes) {
    const std::string_view taken = left_.substr(0, bytes);
    left_.remove_prefix(bytes);
    return taken;
  }

 private:
  std::string_view left_;
};

}  // namespace

std::string frame_lengths(const Parts& parts) {
  std::string lengths;
  append(lengths, parts.size());
  for (const PixelBuffer& part : parts) append(lengths, part.bytes.size());
  return lengths;
}

std::string_view frame_padding(std::size_t bytes) {
  using namespace std::string_view_literals;
  return "\0\0\0"sv.substr(0, (4 - bytes % 4) % 4);
}

std::string to_frame(const Parts& parts) {
  std::string block = frame_lengths(parts);
  for (const PixelBuffer& part : parts) {
    block.append(reinterpret_cast<const char*>(part.bytes.data()), part.bytes.size());
    block.append(frame_padding(part.bytes.size()));
  }
  return block;
}

Result<Parts> from_frame(std::string_view block) {
  Reader reader(block);
  if (reader.left() < 4) return not_a_frame(block.size(), "a number of parts");
  const std::uint32_t count = reader.number();
  if (count > most_parts || reader.left() < 4 * std::size_t{count})
    return not_a_frame(block.size(), "the lengths of " + std::to_string(count) + " parts, at most " +
                                         std::to_string(most_parts));
  std::vector<std::size_t> lengths(count);
  for (std::size_t& length : lengths) length = reader.number();

  Parts parts;
  for (const std::size_t length : lengths) {
    const std::size_t padded = length + frame_padding(length).size();
    if (reader.left() < padded) return not_a_frame(block.size(), "all of its parts");
    const std::string_view bytes = reader.take(padded).substr(0, length);
    const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
    parts.push_back(PixelBuffer::take(std::vector<std::byte>(first, first + length)));
  }
  if (reader.left() != 0) return not_a_frame(block.size(), "nothing after the last part");
  return parts;
}

}  // namespace phasecast
