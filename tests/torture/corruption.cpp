#include "tests/torture/corruption.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <stdexcept>

namespace phasecast::torture {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<std::byte> copy(const PixelBuffer& part) {
  return {part.bytes.begin(), part.bytes.end()};
}

PixelBuffer noise(Random& random, std::size_t bytes) {
  std::vector<std::byte> data(bytes);
  for (std::byte& byte : data) byte = static_cast<std::byte>(random.bits());
  return PixelBuffer::take(std::move(data));
}

PixelBuffer flipped(Random& random, const PixelBuffer& part) {
  if (part.bytes.empty()) return noise(random, 1);
  std::vector<std::byte> bytes = copy(part);
  std::byte& victim = bytes.at(random.below(bytes.size()));
  victim ^= static_cast<std::byte>(1U << random.below(8));
  return PixelBuffer::take(std::move(bytes));
}

PixelBuffer resized(const PixelBuffer& part, std::size_t bytes) {
  std::vector<std::byte> data = copy(part);
  data.resize(bytes);
  return PixelBuffer::take(std::move(data));
}

Parts rejected_as(const char* cause, Parts parts) {
  const auto message = decode(parts);
  if (message || message.error().cause != cause)
    throw std::logic_error(std::string("a message that is to be rejected as ") + cause + " is " +
                           (message ? "taken" : "rejected as " + message.error().cause));
  return parts;
}

/// Faults of the message.
using Damage = std::function<Parts(Random&, Parts)>;
const Damage damages[] = {
    [](Random& random, Parts parts) {
      parts[2] = flipped(random, parts[2]);
      return rejected_as("crc", parts);
    },
    [](Random& random, Parts parts) {
      parts[2] = resized(parts[2], random.below(parts[2].bytes.size()));
      return rejected_as("byte_count", parts);
    },
    [](Random& random, Parts parts) {
      parts[2] = resized(parts[2], parts[2].bytes.size() + 1 + random.below(5000));
      return rejected_as("byte_count", parts);
    },
    [](Random&, Parts parts) {
      parts.pop_back();
      return rejected_as("part_count", parts);
    },
    [](Random& random, Parts parts) {
      parts.push_back(noise(random, random.below(100)));
      return rejected_as("part_count", parts);
    },
    [](Random& random, Parts parts) {
      parts[0] = flipped(random, parts[0]);
      return rejected_as("topic", parts);
    },
    [](Random& random, Parts parts) {
      parts[1] = flipped(random, parts[1]);
      return parts;  // may still be a frame: with another number, energy, clock, ...
    },
    [](Random& random, Parts parts) {
      parts[1] = resized(parts[1], random.below(parts[1].bytes.size()));
      return parts;
    },
    [](Random&, Parts parts) {
      std::swap(parts[1], parts[2]);
      return parts;
    },
};

/// Faults of the source: a whole message that says something wrong.
struct Lie {
  const char* cause;  ///< nullptr: only the open scan can tell
  std::function<void(FrameHeader&)> tell;
};
const Lie lies[] = {
    {nullptr, [](FrameHeader& h) { h.energy_index += 40; }},
    {nullptr, [](FrameHeader& h) { h.energy_set_ev += 5; }},
    {nullptr, [](FrameHeader& h) { h.repeat += 3; }},
    {nullptr, [](FrameHeader& h) { h.sequence += 1; }},
    {nullptr, [](FrameHeader& h) { h.sequence += 100000; }},
    {nullptr, [](FrameHeader& h) { h.kind = FrameKind::flat; }},
    {nullptr, [](FrameHeader& h) { std::swap(h.shape.height, h.shape.width); }},
    {nullptr, [](FrameHeader& h) { h.scan_id += "-of-nobody"; }},
    {nullptr, [](FrameHeader& h) { h.start_utc_ns = std::numeric_limits<std::int64_t>::max(); }},
    {"value", [](FrameHeader& h) { h.start_utc_ns = -1; }},
    {"value", [](FrameHeader& h) { h.exposure_s = std::nan(""); }},
    {"value", [](FrameHeader& h) { h.exposure_s = -1; }},
    {"value", [](FrameHeader& h) { h.i0 = infinity; }},
    {"value", [](FrameHeader& h) { h.sequence = std::numeric_limits<std::uint64_t>::max(); }},
    {"energy", [](FrameHeader& h) { h.energy_set_ev = std::nan(""); }},
    {"energy", [](FrameHeader& h) { h.energy_set_ev = infinity; }},
    {"energy", [](FrameHeader& h) { h.energy_readback_ev = infinity; }},
    {"energy", [](FrameHeader& h) { h.energy_index = 1u << 31; }},
    {"shape",
     [](FrameHeader& h) {
       h.shape = {0, 0};
     }},
    {"shape",
     [](FrameHeader& h) {
       h.shape = {65537, 1};
     }},
    {"byte_count",
     [](FrameHeader& h) {
       h.shape = {65536, 16384};
     }},
    {"byte_count", [](FrameHeader& h) { ++h.shape.width; }},
    {"scan_id", [](FrameHeader& h) { h.scan_id = "../../etc/passwd"; }},
};

Parts lie(Random& random, Frame frame) {
  const Lie& chosen = lies[random.below(std::size(lies))];
  chosen.tell(frame.header);
  Parts parts = encode(frame);
  return chosen.cause ? rejected_as(chosen.cause, std::move(parts)) : parts;
}

PixelBuffer text(std::string_view text) {
  return {nullptr, std::as_bytes(std::span(text))};
}

}  // namespace

Parts corrupted_frame(Random& random, const Frame& frame) {
  if (chance(random, 0.5)) return lie(random, frame);
  return damages[random.below(std::size(damages))](random, encode(frame));
}

Parts corrupted_start(Random& random, const ScanStart& start) {
  constexpr std::uint64_t most_frames = 1000, most_pixels = 4096;
  while (true) {
    Parts parts = encode(start);
    parts[1] = flipped(random, parts[1]);
    const auto message = decode(parts);
    if (!message) return parts;
    const auto& read = std::get<ScanStart>(*message);
    if (read.planned_frames() <= most_frames && read.shape.pixels() <= most_pixels) return parts;
  }
}

Parts corrupted_end(Random& random, const ScanEnd& end) {
  Parts parts = encode(end);
  parts[1] = flipped(random, parts[1]);
  return parts;
}

Parts stray_message(Random& random) {
  switch (random.below(8)) {
    case 0:
      return rejected_as("topic", {noise(random, 3 + random.below(300))});
    case 1:
      return rejected_as("topic", {text("")});
    case 2:
      return rejected_as("part_count", {text(topic::frame)});
    case 3:
      return rejected_as("part_count", Parts(500, text(topic::frame)));
    case 4:
      return {text(topic::scan_start), noise(random, 1 + random.below(500))};
    case 5:
      return encode(Status{});
    case 6:
      return encode(ControlRequest{ControlCommand::stop, {}});
    default:
      if (!chance(random, 0.05)) return {text(topic::scan_end), text("")};
      return rejected_as("header", {text(topic::frame), noise(random, (4 << 20) + 1), text("")});
  }
}

}  // namespace phasecast::torture
