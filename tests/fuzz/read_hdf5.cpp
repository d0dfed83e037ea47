#include "tests/fuzz/read_hdf5.hpp"

#include <spdlog/spdlog.h>

#include "pipeline/files/map_file.hpp"
#include "pipeline/files/recorded_scan.hpp"
#include "pipeline/files/scan_file.hpp"
#include "pipeline/files/scan_reader.hpp"
#include "tests/fuzz/require.hpp"

namespace phasecast::fuzz {
namespace {

constexpr std::uint64_t most_frames = 64;  // of the same file: more only takes time

template <class T>
bool is_read(const Result<T>& result, const std::string& path) {
  if (!result.ok()) require(result.error().where == path, "an error names the file");
  return result.ok();
}

void read_scan(const std::string& path) {
  std::vector<std::string> assumptions;
  const auto scan = open_scan(path, assumptions);
  if (!is_read(scan, path)) return;
  const ScanStart& start = (*scan)->start();
  require(!start.energies_ev.empty(), "a scan has energies");
  for (std::uint64_t k = 0; k < std::min((*scan)->frame_count(), most_frames); ++k) {
    const auto frame = (*scan)->frame(k);
    if (!is_read(frame, path)) continue;
    require(frame.value().header.energy_index < start.energies_ev.size(), "a frame is of a planned energy");
    require(frame.value().pixels.bytes.size() == start.shape.pixels() * bytes_per_pixel(start.pixel_type),
            "all pixels are there");
  }
}

void read_map_file(const std::string& path) {
  const auto reader = MapFileReader::open(path);
  if (!is_read(reader, path)) return;
  const auto& outlines = reader.value().outlines();
  for (std::size_t k = 0; k < std::min<std::size_t>(outlines.size(), most_frames); ++k) {
    const auto map = reader.value().map(k);
    if (!is_read(map, path)) continue;
    require(map.value().mask.size() == map.value().shape.pixels(), "all pixels are there");
    require(map.value().fraction.size() == map.value().states.size() * map.value().shape.pixels(),
            "all fractions are there");
  }
}

void read_as_restart_does(const std::string& path) {
  spdlog::set_level(spdlog::level::off);
  const auto scan = read_recorded_scan(path);
  if (!is_read(scan, path)) return;
  for (std::size_t k = 0; k < std::min<std::size_t>(scan.value().frames.size(), most_frames); ++k) {
    const auto frame = read_frame(scan.value(), scan.value().frames[k]);
    require(frame.ok(), "a frame whose checksum was right is still there");
  }
}

}  // namespace

void read_hdf5(const std::string& path) {
  read_scan(path);
  read_map_file(path);
  read_as_restart_does(path);
  is_read(read_truth(path), path);
}

}  // namespace phasecast::fuzz
