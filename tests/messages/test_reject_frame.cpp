#include <sys/mman.h>

#include "random_messages.hpp"
#include "rejection.hpp"
#include "wire_bytes.hpp"

namespace phasecast::test {
namespace {

Frame good_frame() {
  RandomMessages random(12);
  auto frame = random.frame();
  frame.header.scan_id = "ab12";
  frame.header.sequence = 17;
  frame.header.kind = FrameKind::sample;
  frame.header.energy_set_ev = 8333;
  frame.header.shape = {3, 5};
  frame.header.pixel_type = PixelType::uint16;
  frame.pixels = buffer_of(std::string(30, 'p'));
  return frame;
}

/// Memory that ends the program when it is read.
PixelBuffer untouchable(std::size_t size) {
  void* memory = mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  return {std::shared_ptr<void>(memory, [size](void* m) { munmap(m, size); }),
          {static_cast<const std::byte*>(memory), size}};
}

}  // namespace

TEST_CASE("a frame outside the limits is rejected by cause and field") {
  check_rejected<Frame>(
      good_frame(),
      {
          {"sequence", "value", [](auto& f) { f.header.sequence = 10'000'000; }},
          {"kind", "kind", [](auto& f) { f.header.kind = FrameKind{3}; }},
          {"energy_index", "energy", [](auto& f) { f.header.energy_index = 20'000; }},
          {"energy_set_ev", "energy", [](auto& f) { f.header.energy_set_ev = 0; }},
          {"energy_set_ev", "energy", [](auto& f) { f.header.energy_set_ev = not_a_number; }},
          {"energy_set_ev", "energy", [](auto& f) { f.header.energy_set_ev = 1e7; }},
          {"energy_readback_ev", "energy", [](auto& f) { f.header.energy_readback_ev = 0; }},
          {"energy_readback_ev", "energy", [](auto& f) { f.header.energy_readback_ev = -infinity; }},
          {"repeat", "repeats", [](auto& f) { f.header.repeat = 10'000; }},
          {"shape.height", "shape", [](auto& f) { f.header.shape.height = 65'537; }},
          {"shape.width", "shape", [](auto& f) { f.header.shape.width = 0; }},
          {"shape", "shape",
           [](auto& f) {
             f.header.shape = {65'536, 65'536};
           }},
          {"pixel_type", "pixel_type", [](auto& f) { f.header.pixel_type = PixelType{9}; }},
          {"byte_count", "byte_count",
           [](auto& f) {
             f.header.shape = {3, 4};
           }},
          {"byte_count", "byte_count", [](auto& f) { f.header.pixel_type = PixelType::float64; }},
          {"byte_count", "byte_count", [](auto& f) { f.pixels = {}; }},
          {"exposure_s", "value", [](auto& f) { f.header.exposure_s = infinity; }},
          {"exposure_s", "value", [](auto& f) { f.header.exposure_s = -0.5; }},
          {"start_utc_ns", "value", [](auto& f) { f.header.start_utc_ns = -1; }},
          {"i0", "value", [](auto& f) { f.header.i0 = infinity; }},
      });
  for (const auto& id : bad_ids) {
    check_rejected<Frame>(good_frame(), {{"scan_id", "scan_id", [&](auto& f) { f.header.scan_id = id; }}});
  }
}

TEST_CASE("a frame without a required field is rejected") {
  const auto frame = encode(good_frame());
  check_rejected(without(frame, 1), "version", "version");
  check_rejected(without(frame, 2), "scan_id", "scan_id");
  check_rejected(without(frame, 3), "sequence", "value");
  check_rejected(without(frame, 4), "kind", "kind");
  check_rejected(without(frame, 5), "energy_index", "energy");
  check_rejected(without(frame, 6), "energy_set_ev", "energy");
  check_rejected(without(frame, 8), "repeat", "repeats");
  check_rejected(without(frame, 9), "shape.height", "shape");
  check_rejected(without(frame, 10), "pixel_type", "pixel_type");
  check_rejected(without(frame, 11), "codec", "codec");
  check_rejected(without(frame, 12), "byte_count", "byte_count");
  check_rejected(without(frame, 13), "crc32c", "crc");
}

TEST_CASE("a frame of an unknown version, codec or enumerator is rejected") {
  const auto frame = encode(good_frame());
  check_rejected(with_varint(frame, 1, 2), "version", "version");
  check_rejected(with_varint(frame, 4, 0), "kind", "kind");
  check_rejected(with_varint(frame, 4, 4), "kind", "kind");
  check_rejected(with_varint(frame, 10, 6), "pixel_type", "pixel_type");
  check_rejected(with_varint(frame, 11, 2), "codec", "codec");
  check_rejected(with_double(frame, 7, not_a_number), "energy_readback_ev", "energy");
  check_rejected(with_double(frame, 16, not_a_number), "i0", "value");
}

TEST_CASE("a frame whose pixel part is not as long as stated is rejected") {
  auto frame = encode(good_frame());
  check_rejected(with_varint(frame, 12, 31), "byte_count", "byte_count");
  for (const std::size_t size : {0, 29, 31, 60}) {
    frame[2] = buffer_of(std::string(size, 'p'));
    check_rejected(frame, "pixels", "byte_count");
  }
}

TEST_CASE("a frame with any one pixel bit flipped is rejected") {
  const auto frame = encode(good_frame());
  const auto pixels = bytes_of(frame[2]);
  for (std::size_t bit = 0; bit < 8 * pixels.size(); ++bit) {
    auto damaged = pixels;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
    auto parts = frame;
    parts[2] = buffer_of(damaged);
    check_rejected(parts, "crc32c", "crc");
  }
}

TEST_CASE("dark and flat frames need no energy") {
  auto frame = good_frame();
  frame.header.energy_set_ev = 0;
  for (const auto kind : {FrameKind::dark, FrameKind::flat}) {
    frame.header.kind = kind;
    CHECK(decode(encode(frame)).ok());
  }
}

TEST_CASE("the pixels of a frame with a bad header are never read") {
  auto frame = encode(good_frame());
  frame[2] = untouchable(30);
  check_rejected(with_varint(frame, 1, 2), "version", "version");
  check_rejected(with_bytes(frame, 2, "a/b"), "scan_id", "scan_id");
  check_rejected(with_varint(frame, 12, 31), "byte_count", "byte_count");
  check_rejected(with_double(frame, 16, infinity), "i0", "value");
}

TEST_CASE("a frame's rejection names its sequence and scan") {
  const auto frame = encode(good_frame());
  const auto where = [](const Parts& parts) { return decode(parts).error().where; };
  CHECK(where(with_varint(frame, 4, 0)) == "frame 17 of scan ab12");
  CHECK(where(with_bytes(frame, 2, "a/b")) == "frame 17");
  CHECK(where(without(frame, 3)) == "frame of scan ab12");
  CHECK(where(with_varint(frame, 1, 2)) == "frame");
}

}  // namespace phasecast::test
