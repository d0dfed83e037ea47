#include <catch2/catch.hpp>

#include "messages/crc32c.hpp"
#include "messages/wire/codec.hpp"
#include "random_messages.hpp"
#include "same.hpp"

namespace phasecast::test {
namespace {

template <class Plain>
void check_round_trip(const Plain& sent) {
  const auto received = decode(encode(sent));
  if (!received) FAIL(received.error().text());
  REQUIRE(std::holds_alternative<Plain>(*received));
  CHECK(same(std::get<Plain>(*received), sent));
}

}  // namespace

TEST_CASE("every message comes back from the wire as it was sent") {
  RandomMessages random(3);
  for (int round = 0; round < 200; ++round) {
    check_round_trip(random.scan_start());
    check_round_trip(random.frame());
    check_round_trip(random.scan_end());
    check_round_trip(random.phase_map());
    check_round_trip(random.status());
    check_round_trip(random.control_request());
    check_round_trip(random.control_reply());
    check_round_trip(random.region_spectrum());
    check_round_trip(random.references());
    check_round_trip(random.receipt());
  }
}

TEST_CASE("the largest message within the limits passes") {
  RandomMessages random(5);
  auto start = random.scan_start();
  start.energies_ev.assign(20'000, 8333.0);
  start.shape = {65'536, 16'384};
  start.darks = start.flats = {CorrectionUse::none, 1};
  start.sample_repeats = 500;
  start.scan_id.assign(64, 'z');
  start.source.assign(4096, 's');
  start.metadata.clear();
  for (int i = 0; i < 1000; ++i) start.metadata["key " + std::to_string(i)] = std::string(4000, 'v');
  check_round_trip(start);
}

TEST_CASE("a frame's pixels are neither copied on the way out nor on the way in") {
  RandomMessages random(6);
  const auto frame = random.frame();
  auto parts = encode(frame);
  REQUIRE(parts.size() == 3);
  CHECK(parts[2].bytes.data() == frame.pixels.bytes.data());

  const auto received = decode(parts);
  REQUIRE(received.ok());
  CHECK(std::get<Frame>(*received).pixels.bytes.data() == frame.pixels.bytes.data());
}

TEST_CASE("a received frame keeps its pixels alive") {
  RandomMessages random(7);
  auto frame = std::make_unique<Frame>(random.frame());
  const std::weak_ptr<const void> pixels = frame->pixels.owner;
  auto received = std::make_unique<Result<Message>>(decode(encode(*frame)));
  frame.reset();
  CHECK_FALSE(pixels.expired());
  received.reset();
  CHECK(pixels.expired());
}

TEST_CASE("encode states the byte count and CRC of the pixels, whatever the header said") {
  RandomMessages random(8);
  auto frame = random.frame();
  frame.header.byte_count = 1;
  frame.header.crc32c = 2;
  const auto received = decode(encode(frame));
  REQUIRE(received.ok());
  const auto& header = std::get<Frame>(*received).header;
  CHECK(header.byte_count == frame.pixels.bytes.size());
  CHECK(header.crc32c == crc32c(frame.pixels.bytes));
}

}  // namespace phasecast::test
