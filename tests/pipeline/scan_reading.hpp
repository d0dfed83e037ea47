#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "pipeline/scan_source.hpp"

/// What the tests of reading scans share.
namespace phasecast::test {

struct Opened {
  std::unique_ptr<ScanSource> scan;
  std::string assumptions;
};
Opened open(const std::filesystem::path& path);

std::string error_of(const std::filesystem::path& path);

Frame frame_of(ScanSource& scan, std::uint64_t k);

/// "d0.0 f0.0 s0.0 ": kind, energy and repeat of each frame; their sequence numbers must count from 0.
std::string order_of(ScanSource& scan);

}  // namespace phasecast::test
