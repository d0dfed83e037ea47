#include "pipeline/files/plausible.hpp"

#include <algorithm>
#include <filesystem>

#include "messages/wire/limits.hpp"
#include "pipeline/files/failure.hpp"

namespace phasecast {

namespace {

// Deflate packs 1032 bytes into one, and LZW not many more; whole files of real pixels stay far below.
constexpr std::size_t packed_at_most = 2048;
// Any usual frame: it may lie in another file that this one links to.
constexpr std::size_t always_allowed = std::size_t{64} << 20;

}  // namespace

void require_plausible(const std::string& path, const std::string& object, std::size_t bytes) {
  if (bytes <= always_allowed) return;
  std::error_code unknown;
  const std::uintmax_t length = std::filesystem::file_size(path, unknown);
  if (!unknown && bytes / packed_at_most <= length) return;
  throw Failure({"size", path, object,
                 bytes == SIZE_MAX ? "beyond 2^64 bytes" : std::to_string(bytes) + " bytes",
                 "what a file of " + std::to_string(length) + " bytes can hold"});
}

Shape plausible_shape(const std::string& path, const std::string& object, std::uint64_t height,
                      std::uint64_t width) {
  const bool sides = std::min(height, width) >= 1 && std::max(height, width) <= limits::side;
  if (!sides || height * width > limits::pixels)
    throw Failure({"shape", path, object, std::to_string(height) + " x " + std::to_string(width),
                   "1 to " + std::to_string(limits::side) + " pixels a side, at most " +
                       std::to_string(limits::pixels) + " in all"});
  return {static_cast<int>(height), static_cast<int>(width)};
}

void require_at_most(const std::string& path, const std::string& object, std::uint64_t count,
                     std::uint64_t most, const std::string& of_what) {
  if (count > most)
    throw Failure(
        {"size", path, object, std::to_string(count) + " " + of_what, "at most " + std::to_string(most)});
}

}  // namespace phasecast
