#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "pipeline/files/file_kind.hpp"
#include "pipeline/files/reference_list.hpp"
#include "pipeline/files/scan_reader.hpp"
#include "stages/absorbance.hpp"
#include "tests/paths.hpp"
#include "tests/pipeline/file_fixtures.hpp"
#include "tests/pipeline/scan_reading.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

/// The numbers that tests/oracles/real_files.py found, without phasecast: lines of fields.
std::vector<std::vector<std::string>> oracle(const std::string& kind) {
  std::ifstream file(PHASECAST_SOURCE_DIR "/tests/oracles/real_files.txt");
  std::vector<std::vector<std::string>> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(kind + " ")) continue;
    lines.emplace_back();
    for (std::size_t at = kind.size() + 1; at < line.size();) {
      const std::size_t end = std::min(line.find(" | ", at), line.size());
      lines.back().push_back(line.substr(at, end - at));
      at = end + 3;
    }
  }
  REQUIRE_FALSE(lines.empty());
  return lines;
}

std::string numbers(std::initializer_list<double> values, int decimals) {
  std::ostringstream text;
  text << std::fixed;
  text.precision(decimals);
  for (const double value : values) text << (text.tellp() > 0 ? " " : "") << value;
  return text.str();
}

std::vector<double> energies_in(const std::string& path) {
  std::ifstream file(path);
  std::vector<double> energies;
  for (double energy; file >> energy;) energies.push_back(energy);
  return energies;
}

struct Counted {
  std::map<FrameKind, int> frames;
  double sum = 0;
  double pixel = 0;  ///< of the second energy, or the only one, in row 1 and column 2
};

Counted count(ScanSource& scan) {
  Counted counted;
  const ScanStart& start = scan.start();
  const std::uint32_t second = start.energies_ev.size() > 1 ? 1 : 0;
  for (std::uint64_t k = 0; k < scan.frame_count(); ++k) {
    const Frame frame = frame_of(scan, k);
    ++counted.frames[frame.header.kind];
    if (frame.header.kind != FrameKind::sample) continue;
    std::vector<float> values(start.shape.pixels());
    add_pixels(frame.pixels.bytes, start.pixel_type, values);
    for (const float value : values) counted.sum += value;
    if (frame.header.energy_index == second && frame.header.repeat == 0)
      counted.pixel = values[static_cast<std::size_t>(start.shape.width) + 2];
  }
  return counted;
}

}  // namespace

TEST_CASE("every real scan has the layout, energies, axes, flats and pixels that others find in it") {
  for (const auto& line : oracle("scan")) {
    const std::string path = shared_data(line[0]);
    if (path.empty()) continue;
    CAPTURE(line[0]);
    StackDescription said;
    if (line[9] == "outside") said.energies_ev = energies_in(shared_data("formats/tiff_nor/test_energy.txt"));
    REQUIRE(kind_of(path).ok());
    CHECK(*kind_of(path) == FileKind::scan);
    ScanFindings found;
    const auto scan = open_scan(path, found, said);
    INFO((scan.ok() ? "" : scan.error().text()));
    REQUIRE(scan.ok());
    const ScanStart& start = (*scan)->start();
    CHECK(found.layout == line[1]);
    CHECK(std::to_string(start.energies_ev.size()) + " " +
              numbers({start.energies_ev.front(), start.energies_ev.back()}, 6) ==
          line[2]);
    CHECK(numbers({double(start.shape.height), double(start.shape.width)}, 0) == line[3]);
    Counted counted = count(**scan);
    CHECK(numbers({double(counted.frames[FrameKind::dark]), double(counted.frames[FrameKind::flat]),
                   double(counted.frames[FrameKind::sample])},
                  0) == line[4]);
    CHECK(name_of(start.signal) == line[5]);
    CHECK(numbers({start.pixel_size_um}, 5) == line[6]);
    CHECK(counted.sum == Approx(std::stod(line[7])).epsilon(1e-6));
    CHECK(counted.pixel == Approx(std::stod(line[8])).epsilon(1e-6));
    if (line[9] == "eV" || line[9] == "keV") CHECK_THAT(found.energies, Catch::Contains(line[9]));
  }
}

TEST_CASE("every real file of spectra has the format, spectra and energies that others find in it") {
  for (const auto& line : oracle("reference")) {
    const std::string path = shared_data(line[0]);
    if (path.empty()) continue;
    CAPTURE(line[0]);
    REQUIRE(kind_of(path).ok());
    CHECK(*kind_of(path) == FileKind::text);
    std::vector<std::string> said;
    const auto list = list_references(path, said);
    INFO((list.ok() ? "" : list.error().text()));
    REQUIRE(list.ok());
    CHECK(list->format == line[1]);
    CHECK(std::to_string(list->entries.size()) == line[2]);
    const auto readable = std::find_if(list->entries.begin(), list->entries.end(),
                                       [](const auto& entry) { return entry.wrong.empty(); });
    REQUIRE(readable != list->entries.end());
    CHECK(std::to_string(readable->points) + " | " + numbers({readable->low_ev, readable->high_ev}, 4) ==
          line[3] + " | " + line[4]);
  }
}

TEST_CASE("a real list of energies is told from a spectrum") {
  for (const auto& line : oracle("energies")) {
    const std::string path = shared_data(line[0]);
    if (path.empty()) continue;
    std::vector<std::string> said;
    const auto list = list_references(path, said);
    REQUIRE(list.ok());
    CHECK(list->energies);
  }
}
