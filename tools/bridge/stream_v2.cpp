#include "tools/bridge/stream_v2.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <optional>

#include "tools/bridge/cbor.hpp"
#include "tools/bridge/compression.hpp"
#include "tools/bridge/header_fields.hpp"
#include "tools/bridge/pixels.hpp"
#include "tools/bridge/tally.hpp"

namespace phasecast::bridge {
namespace {

using nlohmann::json;

constexpr std::uint64_t tag_multi_dim = 40, tag_typed_first = 64, tag_typed_last = 87, tag_compressed = 56500;

/// An image as it lies in the message.
struct Encoded {
  std::string channel;
  std::vector<std::uint64_t> sides;
  std::uint64_t type_tag = 0;
  std::string algorithm;  ///< empty: not compressed
  std::size_t element = 0;
  std::span<const std::byte> bytes;
};

struct Content {
  json header = json::object();
  std::vector<Encoded> images;
};

/// RFC 8746, section 2.1: 0b010 f s e ll.
ForeignType type_of(std::uint64_t tag) {
  using Number = ForeignType::Number;
  const std::uint64_t bits = tag - tag_typed_first;
  const bool real = bits & 0x10, is_signed = bits & 0x08, little = bits & 0x04;
  const int bytes = 1 << ((bits & 0x03) + (real ? 1 : 0));
  return {real        ? Number::real
          : is_signed ? Number::signed_whole
                      : Number::whole,
          bytes, !little && bytes > 1};
}

void read_bytes(CborReader& cbor, Encoded& image) {
  CborReader ahead = cbor;
  if (ahead.next().major == CborReader::Major::bytes) {
    image.bytes = cbor.bytes("pixels");
    return;
  }
  if (cbor.tag("pixels or tag 56500") != tag_compressed) cbor.fail("another tag", "56500 (compressed)");
  int k = 0;
  cbor.array("[algorithm, element size, bytes]", [&] {
    if (k == 0)
      image.algorithm = cbor.text("an algorithm");
    else if (k == 1)
      image.element = static_cast<std::size_t>(cbor.whole("an element size"));
    else if (k == 2)
      image.bytes = cbor.bytes("compressed pixels");
    else
      cbor.fail("a fourth item", "[algorithm, element size, bytes]");
    ++k;
  });
  if (k != 3) cbor.fail(std::to_string(k) + " items", "[algorithm, element size, bytes]");
}

Encoded read_image(CborReader& cbor, std::string channel) {
  Encoded image;
  image.channel = std::move(channel);
  if (cbor.tag("tag 40, an image") != tag_multi_dim) cbor.fail("another tag", "40 (row-major array)");
  int k = 0;
  cbor.array("[sides, pixels]", [&] {
    if (k == 0)
      cbor.array("sides", [&] {
        if (image.sides.size() == 2) cbor.fail("a third side", "rows and columns");
        image.sides.push_back(cbor.whole("a side"));
      });
    else if (k == 1) {
      image.type_tag = cbor.tag("a typed array");
      if (image.type_tag < tag_typed_first || image.type_tag > tag_typed_last)
        cbor.fail("tag " + std::to_string(image.type_tag), "64 to 87 (typed array)");
      read_bytes(cbor, image);
    } else
      cbor.fail("a third item", "[sides, pixels]");
    ++k;
  });
  if (k != 2 || image.sides.size() != 2) cbor.fail("less", "[[rows, columns], pixels]");
  return image;
}

Content read_content(std::span<const std::byte> message) {
  constexpr std::size_t most_channels = 64;
  CborReader cbor(message, "message");
  Content content;
  cbor.map("a map", [&](const std::string& key) {
    if (key != "data") {
      content.header[key] = cbor.any();
      return;
    }
    cbor.map("channels", [&](std::string channel) {
      if (content.images.size() == most_channels) cbor.fail("more than 64 channels", "fewer");
      content.images.push_back(read_image(cbor, std::move(channel)));
    });
  });
  if (!cbor.at_end()) cbor.fail("bytes behind the map", "the end");
  return content;
}

std::string text_at(const json& header, const char* name) {
  const json* value = find(header, name);
  if (!value || value->is_null()) return "";
  return value->is_string() ? value->get<std::string>()
                            : value->dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string series_of(const json& header) {
  const std::string unique = text_at(header, "series_unique_id");
  return printable(unique.empty() ? text_at(header, "series_id") : unique);
}

/// [ticks, ticks per second]
double seconds_at(const json& header, const char* name) {
  const json* ratio = find(header, name);
  if (!ratio || !ratio->is_array() || ratio->size() != 2 || !(*ratio)[0].is_number() ||
      !(*ratio)[1].is_number() || !((*ratio)[1].get<double>() > 0))
    return 0;
  return std::max((*ratio)[0].get<double>() / (*ratio)[1].get<double>(), 0.0);
}

ForeignStart start_of(const json& header) {
  ForeignStart start;
  start.name = series_of(header);
  for (const char* fact : {"detector_description", "detector_serial_number", "incident_energy", "count_time"})
    if (const std::string text = printable(text_at(header, fact)); !text.empty()) start.metadata[fact] = text;
  return start;
}

Result<Ok> read_pixels(const Encoded& image, const PixelBuffer& message, ForeignFrame& frame) {
  const auto shape = shape_of(image.sides[0], image.sides[1], "image", image.channel);
  if (!shape) return shape.error();
  const ForeignType type = type_of(image.type_tag);
  if (!type_here(type))
    return Error{"dtype", "image", image.channel, "typed array " + std::to_string(image.type_tag),
                 "integers of up to 32 bits, float32 or float64"};
  const std::size_t bytes = shape->pixels() * static_cast<std::size_t>(type.bytes);
  PixelBuffer pixels{message.owner, image.bytes};
  if (!image.algorithm.empty()) {
    auto plain = decompress(image.algorithm, image.element, image.bytes, bytes);
    if (!plain) return plain.error();
    pixels = PixelBuffer::take(std::move(*plain));
  }
  if (pixels.bytes.size() != bytes)
    return Error{"byte_count", "image", image.channel, std::to_string(pixels.bytes.size()) + " bytes",
                 std::to_string(bytes) + " bytes"};
  frame.shape = *shape;
  frame.pixel_type = *type_here(type);
  frame.pixels = pixels_here(type, std::move(pixels));
  return Ok{};
}

}  // namespace

StreamV2::StreamV2(std::string channel, Mapping mapping)
    : channel_(std::move(channel)), mapping_(std::move(mapping)) {}

void StreamV2::take(const Parts& parts, const Sink& sink) {
  if (parts.size() != 1)
    return sink(Error{"parts", "message", "", std::to_string(parts.size()) + " parts", "1"});
  try {
    sink(read(parts.front()));
  } catch (const Failure& failure) {
    sink(failure.error);
  }
}

Result<ForeignEvent> StreamV2::read(const PixelBuffer& message) {
  const Content content = read_content(message.bytes);
  const std::string type = text_at(content.header, "type");
  if (type == "start") {
    const json* channels = find(content.header, "channels");
    const bool named = channels && channels->is_array() && !channels->empty() && (*channels)[0].is_string();
    first_channel_ = named ? (*channels)[0].get<std::string>() : "";
    if (channel_.empty() && named && channels->size() > 1)
      say("channel " + printable(first_channel_) + " is taken, the first (--channel takes another)");
    return ForeignEvent(start_of(content.header));
  }
  if (type == "end") return ForeignEvent(ForeignEnd{});
  if (type != "image") return Error{"type", "message", "type", printable(type), "start, image or end"};
  ForeignFrame frame;
  if (const auto read = read_fields(content.header, mapping_, frame, assumed_kev_); !read)
    return read.error();
  frame.scan = series_of(content.header);
  frame.exposure_s = seconds_at(content.header, "real_time");
  const std::string wanted = channel_.empty() ? first_channel_ : channel_;
  for (const Encoded& image : content.images) {
    if (!wanted.empty() && image.channel != wanted) continue;
    if (const auto read = read_pixels(image, message, frame); !read) return read.error();
    return ForeignEvent(std::move(frame));
  }
  return Error{"channel", "frame " + std::to_string(frame.number), "data",
               std::to_string(content.images.size()) + " channels", "channel " + printable(wanted)};
}

}  // namespace phasecast::bridge
