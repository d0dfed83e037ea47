// fuzz_seeds DIR: the part of the corpus that our own writers make.
#include <filesystem>
#include <fstream>

#include "pipeline/files/map_file.hpp"
#include "pipeline/files/scan_file.hpp"
#include "tests/fuzz/messages.hpp"
#include "tests/messages/random_messages.hpp"

using namespace phasecast;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

void write_messages(const fs::path& folder) {
  test::RandomMessages random(1);
  for (int round = 0; round < 3; ++round) {
    for (const auto& parts : test::one_of_each(random)) {
      const auto topic = fuzz::joined({parts[0]});
      const auto name = topic + "_" + std::to_string(round);
      write(folder / "codec" / name, fuzz::joined(parts));
      if (topic == topic::control_request || round == 0)
        write(folder / "control" / name, std::string(1, static_cast<char>(round)) + fuzz::joined(parts));
    }
  }
  for (int command = 0; command <= static_cast<int>(ControlCommand::get_references); ++command) {
    ControlRequest request{static_cast<ControlCommand>(command), {}};
    if (request.command == ControlCommand::get_region_spectrum) request.region = Region{5, 3, 1, 2};
    write(folder / "control" / ("command_" + std::to_string(command)),
          std::string(1, static_cast<char>(command)) + fuzz::joined(encode(request)));
  }
}

ScanStart small_scan(PixelType type) {
  ScanStart start;
  start.source = "seeds";
  start.series_id = "series";
  start.scan_id = "scan";
  start.energies_ev = {8330, 8340};
  start.shape = {2, 3};
  start.pixel_type = type;
  start.darks = {CorrectionUse::shared, 2};
  start.flats = {CorrectionUse::per_energy, 1};
  start.metadata = {{"potential_V", "3.7"}};
  return start;
}

Frame frame_of(const ScanStart& start, FrameKind kind, std::uint32_t energy, std::uint32_t repeat,
               std::uint64_t sequence) {
  FrameHeader header;
  header.scan_id = start.scan_id;
  header.sequence = sequence;
  header.kind = kind;
  header.energy_index = energy;
  header.repeat = repeat;
  header.energy_set_ev = start.energies_ev[energy];
  header.shape = start.shape;
  header.pixel_type = start.pixel_type;
  header.byte_count = start.shape.pixels() * bytes_per_pixel(start.pixel_type);
  std::vector<std::byte> pixels(header.byte_count, std::byte{7});
  return {header, PixelBuffer::take(std::move(pixels)), 1};
}

void write_recording(const fs::path& path, PixelType type, bool whole) {
  const ScanStart start = small_scan(type);
  ScanFileWriter file(path, start);
  std::uint64_t sequence = 0;
  const auto put = [&](FrameKind kind, std::uint32_t energy, std::uint32_t repeat) {
    if (!file.write(frame_of(start, kind, energy, repeat, sequence++), false))
      throw std::runtime_error("a frame was refused");
  };
  put(FrameKind::dark, 0, 0);
  put(FrameKind::dark, 0, 1);
  put(FrameKind::flat, 0, 0);
  put(FrameKind::sample, 0, 0);
  if (!whole) return file.flush();
  put(FrameKind::flat, 1, 0);
  put(FrameKind::sample, 1, 0);
  file.finish({start.scan_id, sequence, ScanStatus::aborted, "a reason"});
}

void write_maps(const fs::path& path) {
  test::RandomMessages random(2);
  auto map = random.phase_map();
  map.scan_id = "scan";
  MapFileWriter file(path, map.shape, map.states, {{"method", "rum-tv"}, {"lambda", "auto"}});
  for (int k = 0; k < 2; ++k)
    if (const auto written = file.append(map); !written) throw std::runtime_error(written.error().text());
}

}  // namespace

int main(int, char** arguments) {
  const fs::path folder = arguments[1];
  write_messages(folder);
  fs::remove_all(folder / "hdf5");
  fs::create_directories(folder / "hdf5");
  write_recording(folder / "hdf5/recording", PixelType::uint16, true);
  write_recording(folder / "hdf5/recording_floats", PixelType::float32, true);
  write_recording(folder / "hdf5/recording_cut", PixelType::uint8, false);
  write_maps(folder / "hdf5/maps");
}
