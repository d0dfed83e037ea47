#include <catch2/catch.hpp>
#include <set>

#include "random_messages.hpp"
#include "wire_bytes.hpp"
#include "within_limits.hpp"

namespace phasecast::test {
namespace {

const std::set<std::string> causes = {"topic",  "part_count", "header",     "version", "scan_id",
                                      "energy", "shape",      "pixel_type", "codec",   "byte_count",
                                      "crc",    "kind",       "repeats",    "states",  "value"};

/// Decodes what may be anything; true if it was accepted.
bool survives(const Parts& parts) {
  const auto result = decode(parts);
  if (result) {
    if (!within_limits(*result)) FAIL("accepted beyond the limits under topic " << bytes_of(parts[0]));
    return true;
  }
  if (!causes.contains(result.error().cause)) FAIL("unknown cause in " << result.error().text());
  return false;
}

Parts with_header(const Parts& parts, const std::string& header) {
  auto edited = parts;
  edited[1] = buffer_of(header);
  return edited;
}

}  // namespace

TEST_CASE("a header cut at any byte is rejected or yields a value within the limits") {
  RandomMessages random(21);
  int accepted = 0, rejected = 0;
  for (int round = 0; round < 5; ++round) {
    for (const auto& parts : one_of_each(random)) {
      const auto header = bytes_of(parts[1]);
      for (std::size_t size = 0; size < header.size(); ++size) {
        ++(survives(with_header(parts, header.substr(0, size))) ? accepted : rejected);
      }
    }
  }
  CHECK(rejected > 1000);
  CHECK(accepted > 0);
}

TEST_CASE("a header with flipped bits is rejected or yields a value within the limits") {
  RandomMessages random(22);
  int accepted = 0, rejected = 0;
  for (int round = 0; round < 20; ++round) {
    for (const auto& parts : one_of_each(random)) {
      const auto header = bytes_of(parts[1]);
      for (int trial = 0; trial < 1000; ++trial) {
        auto damaged = header;
        for (auto flips = 1 + random.below(4); flips > 0; --flips) {
          auto& byte = damaged[random.below(damaged.size())];
          byte = static_cast<char>(byte ^ 1 << random.below(8));
        }
        ++(survives(with_header(parts, damaged)) ? accepted : rejected);
      }
    }
  }
  CHECK(rejected > 1000);
  CHECK(accepted > 1000);
}

TEST_CASE(
    "a header with bytes cut out, doubled or replaced is rejected or yields a value within the limits") {
  RandomMessages random(23);
  for (int round = 0; round < 20; ++round) {
    for (const auto& parts : one_of_each(random)) {
      const auto header = bytes_of(parts[1]);
      for (int trial = 0; trial < 300; ++trial) {
        const auto from = random.below(header.size()), count = 1 + random.below(12);
        auto piece = header.substr(from, random.below(3) ? count : 0);
        if (random.below(2)) piece += piece;
        for (auto& byte : piece) byte = random.below(4) ? byte : static_cast<char>(random.below(256));
        auto damaged = header;
        survives(with_header(parts, damaged.replace(from, count, piece)));
      }
    }
  }
  SUCCEED("nothing crashed and nothing beyond the limits was accepted");
}

TEST_CASE(
    "the parts of one message under the topic of another are rejected or yield a value within the limits") {
  RandomMessages random(24);
  for (int round = 0; round < 50; ++round) {
    const auto all = one_of_each(random);
    for (const auto& topic : all) {
      for (const auto& body : all) {
        auto mixed = body;
        mixed[0] = topic[0];
        survives(mixed);
        mixed.resize(topic.size());
        survives(mixed);
      }
    }
  }
  SUCCEED("nothing crashed and nothing beyond the limits was accepted");
}

TEST_CASE("a payload of any length but the stated one is rejected") {
  RandomMessages random(25);
  for (const auto& good : {encode(random.frame()), encode(random.phase_map())}) {
    for (std::size_t part = 2; part < good.size(); ++part) {
      const auto payload = bytes_of(good[part]);
      for (std::size_t size = 0; size <= payload.size() + 8; ++size) {
        if (size == payload.size()) continue;
        auto parts = good;
        parts[part] = buffer_of((payload + "too much").substr(0, size));
        CHECK_FALSE(survives(parts));
      }
    }
  }
}

}  // namespace phasecast::test
