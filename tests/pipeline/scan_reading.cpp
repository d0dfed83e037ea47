#include "tests/pipeline/scan_reading.hpp"

#include <catch2/catch.hpp>

#include "pipeline/files/scan_reader.hpp"

namespace phasecast::test {

Opened open(const std::filesystem::path& path) {
  std::vector<std::string> said;
  auto scan = open_scan(path, said);
  INFO((scan.ok() ? "" : scan.error().text()));
  REQUIRE(scan.ok());
  std::string all;
  for (const std::string& one : said) all += one + "\n";
  return {std::move(scan).value(), all};
}

std::string error_of(const std::filesystem::path& path) {
  std::vector<std::string> said;
  const auto scan = open_scan(path, said);
  REQUIRE_FALSE(scan.ok());
  return scan.error().text();
}

Frame frame_of(ScanSource& scan, std::uint64_t k) {
  Result<Frame> frame = scan.frame(k);
  REQUIRE(frame.ok());
  return std::move(frame).value();
}

std::string order_of(ScanSource& scan) {
  std::string order;
  for (std::uint64_t k = 0; k < scan.frame_count(); ++k) {
    const FrameHeader header = frame_of(scan, k).header;
    CHECK(header.sequence == k);
    order += std::string(name_of(header.kind)).substr(0, 1) + std::to_string(header.energy_index) + "." +
             std::to_string(header.repeat) + " ";
  }
  return order;
}

}  // namespace phasecast::test
