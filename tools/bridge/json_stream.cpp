#include "tools/bridge/json_stream.hpp"

#include <utility>

#include "tools/bridge/header_fields.hpp"
#include "tools/bridge/pixels.hpp"

namespace phasecast::bridge {
namespace {

using nlohmann::json;

Result<Shape> read_shape(const json& header, const Mapping& mapping) {
  const json* sides = find(header, mapping.shape);
  const bool two = sides && sides->is_array() && sides->size() == 2 && (*sides)[0].is_number_unsigned() &&
                   (*sides)[1].is_number_unsigned();
  if (!two)
    return Error{"shape", "header", mapping.shape, sides ? sides->dump().substr(0, 80) : "absent",
                 "the two sides of a gray image"};
  const auto first = (*sides)[0].get<std::uint64_t>(), second = (*sides)[1].get<std::uint64_t>();
  return mapping.shape_order == "yx" ? shape_of(first, second, "header", mapping.shape)
                                     : shape_of(second, first, "header", mapping.shape);
}

/// By name, or unsigned of so many bits.
Result<ForeignType> read_type(const json& header, const Mapping& mapping) {
  const json* value = mapping.dtype.empty() ? nullptr : find(header, mapping.dtype);
  std::optional<ForeignType> type;
  if (mapping.dtype.empty()) type = type_named(mapping.default_dtype);
  if (value && value->is_string()) type = type_named(value->get<std::string>());
  if (value && value->is_number_unsigned()) type = type_named("uint" + value->dump());
  if (!type || !type_here(*type))
    return Error{"dtype", "header", mapping.dtype.empty() ? "default_dtype" : mapping.dtype,
                 value ? value->dump().substr(0, 80) : "absent",
                 "integers of up to 32 bits, float32 or float64"};
  return *type;
}

bool is_header(const PixelBuffer& part) {
  return !part.bytes.empty() && part.bytes.front() == std::byte{'{'} && part.bytes.back() == std::byte{'}'};
}

}  // namespace

void JsonStream::take(const Parts& parts, const Sink& sink) {
  const auto skipped = static_cast<std::size_t>(mapping_.skip_parts);
  if (parts.size() != skipped + 1 && parts.size() != skipped + 2)
    return sink(Error{"parts", "message", "", std::to_string(parts.size()) + " parts",
                      "a header, and pixels, behind " + std::to_string(skipped) + " parts"});
  const PixelBuffer& first = parts[skipped];
  if (parts.size() == skipped + 2) {
    const auto header = parse_header(first.bytes, "message");
    return header ? take_image(*header, parts[skipped + 1], sink) : sink(header.error());
  }
  if (!header_) return take_header(first, sink);
  const json header = *std::exchange(header_, std::nullopt);
  if (!is_header(first)) return take_image(header, first, sink);
  sink(Error{"pixels", "message", "", "a header after a header", "the pixels of the first"});
  take_header(first, sink);
}

/// A header that is a message of its own.
void JsonStream::take_header(const PixelBuffer& part, const Sink& sink) {
  auto header = parse_header(part.bytes, "message");
  if (!header) return sink(header.error());
  if (ends_scan(*header, mapping_)) return sink(ForeignEvent(ForeignEnd{}));
  if (!mapping_.separate_messages)
    return sink(Error{"parts", "message", "", "a header without pixels", "both as parts of one message"});
  header_ = std::move(*header);
}

void JsonStream::take_image(const json& header, const PixelBuffer& pixels, const Sink& sink) {
  if (ends_scan(header, mapping_)) return sink(ForeignEvent(ForeignEnd{}));
  sink(image(header, pixels));
}

Result<ForeignEvent> JsonStream::image(const json& header, const PixelBuffer& pixels) {
  ForeignFrame frame;
  if (const auto read = read_fields(header, mapping_, frame, assumed_kev_); !read) return read.error();
  const auto shape = read_shape(header, mapping_);
  if (!shape) return shape.error();
  const auto type = read_type(header, mapping_);
  if (!type) return type.error();
  const std::size_t bytes = shape->pixels() * static_cast<std::size_t>(type->bytes);
  if (pixels.bytes.size() != bytes)
    return Error{"byte_count", "frame " + std::to_string(frame.number), "pixels",
                 std::to_string(pixels.bytes.size()) + " bytes", std::to_string(bytes) + " bytes"};
  frame.shape = *shape;
  frame.pixel_type = *type_here(*type);
  frame.pixels = pixels_here(*type, pixels);
  return ForeignEvent(std::move(frame));
}

}  // namespace phasecast::bridge
