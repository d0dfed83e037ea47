#include <cmath>

#include "messages/crc32c.hpp"
#include "messages/wire/decoders.hpp"
#include "messages/wire/field_check.hpp"
#include "messages/wire/header.hpp"
#include "messages/wire/limits.hpp"

namespace phasecast {
namespace {

constexpr double absent = std::numeric_limits<double>::quiet_NaN();

std::string frame_name(const wire::FrameHeader& header) {
  const auto number = header.has_sequence() ? std::optional(header.sequence()) : std::nullopt;
  return message_name("frame", number, header.scan_id());
}

double read_energy_set(FieldCheck& check, const wire::FrameHeader& header) {
  const bool correction = header.kind() != wire::FRAME_KIND_SAMPLE;
  if (correction && header.energy_set_ev() == 0) return 0;
  return check.energy("energy_set_ev", header.energy_set_ev());
}

double read_i0(FieldCheck& check, const wire::FrameHeader& header) {
  if (!header.has_i0()) return absent;
  if (!std::isfinite(header.i0()))
    check.fault("value", "i0", number_text(header.i0()), "a finite number, or absent");
  return header.i0();
}

FrameHeader read_fields(FieldCheck& check, const wire::FrameHeader& header) {
  FrameHeader frame;
  frame.scan_id = check.id("scan_id", header.scan_id());
  check.present("value", "sequence", header.has_sequence());
  frame.sequence =
      check.range("value", "sequence", header.sequence(), std::uint64_t{0}, limits::scan_frames - 1);
  frame.kind = check.enumerator("kind", "kind", frame_kinds, header.kind());
  check.present("energy", "energy_index", header.has_energy_index());
  frame.energy_index = check.range("energy", "energy_index", header.energy_index(), 0u,
                                   static_cast<std::uint32_t>(limits::energies - 1));
  frame.energy_set_ev = read_energy_set(check, header);
  frame.energy_readback_ev = header.has_energy_readback_ev()
                                 ? check.energy("energy_readback_ev", header.energy_readback_ev())
                                 : absent;
  check.present("repeats", "repeat", header.has_repeat());
  frame.repeat = check.range("repeats", "repeat", header.repeat(), 0u, limits::repeats - 1);
  frame.shape = check.shape(header.shape());
  frame.pixel_type = check.enumerator("pixel_type", "pixel_type", pixel_types, header.pixel_type());
  if (header.codec() != wire::CODEC_RAW)
    check.fault("codec", "codec", number_text<int>(header.codec()), "1 (RAW)");
  frame.byte_count = header.byte_count();
  check.present("crc", "crc32c", header.has_crc32c());
  frame.crc32c = header.crc32c();
  frame.exposure_s = check.not_negative("exposure_s", header.exposure_s());
  frame.start_utc_ns = check.instant("start_utc_ns", header.start_utc_ns());
  frame.i0 = read_i0(check, header);
  return frame;
}

void check_pixels(FieldCheck& check, const FrameHeader& frame, std::span<const std::byte> pixels) {
  const auto planned = frame.shape.pixels() * bytes_per_pixel(frame.pixel_type);
  if (frame.byte_count != planned) {
    check.fault("byte_count", "byte_count", number_text(frame.byte_count),
                number_text(planned) + ", shape times pixel size");
  }
  if (pixels.size() != planned) {
    check.fault("byte_count", "pixels", number_text(pixels.size()) + " bytes",
                number_text(planned) + " bytes");
  }
  if (!check.ok()) return;

  const auto found = crc32c(pixels);
  if (found != frame.crc32c) {
    check.fault("crc", "crc32c", number_text(frame.crc32c), number_text(found) + ", the pixels' own");
  }
}

}  // namespace

Parts encode(const Frame& message) {
  const auto& frame = message.header;
  wire::FrameHeader header;
  header.set_version(protocol_version);
  header.set_scan_id(frame.scan_id);
  header.set_sequence(frame.sequence);
  header.set_kind(to_wire(frame_kinds, frame.kind));
  header.set_energy_index(frame.energy_index);
  header.set_energy_set_ev(frame.energy_set_ev);
  if (!std::isnan(frame.energy_readback_ev)) header.set_energy_readback_ev(frame.energy_readback_ev);
  header.set_repeat(frame.repeat);
  *header.mutable_shape() = to_wire(frame.shape);
  header.set_pixel_type(to_wire(pixel_types, frame.pixel_type));
  header.set_codec(wire::CODEC_RAW);
  header.set_byte_count(message.pixels.bytes.size());
  header.set_crc32c(crc32c(message.pixels.bytes));
  header.set_exposure_s(frame.exposure_s);
  header.set_start_utc_ns(frame.start_utc_ns);
  if (!std::isnan(frame.i0)) header.set_i0(frame.i0);

  auto parts = topic_and_header(topic::frame, header);
  parts.push_back(message.pixels);
  return parts;
}

Result<Message> decode_frame(const Parts& parts) {
  const auto read = read_header<wire::FrameHeader>(parts, "frame");
  if (!read) return read.error();
  FieldCheck check(frame_name(*read));

  Frame frame{read_fields(check, *read), parts[2]};
  check_pixels(check, frame.header, frame.pixels.bytes);
  if (!check.ok()) return check.error();
  return Message{std::move(frame)};
}

}  // namespace phasecast
