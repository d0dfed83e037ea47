#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <fstream>
#include <numbers>
#include <random>

#include "tests/tools/scratch_folder.hpp"
#include "tools/inspect/frame_statistics.hpp"
#include "tools/inspect/mean_spectrum.hpp"
#include "tools/inspect/next_commands.hpp"
#include "tools/inspect/report.hpp"

using namespace phasecast;
using Catch::Matchers::Contains;

namespace {

constexpr Shape shape{60, 80};

/// Frames in memory, floats or 16 bits.
class MemoryScan final : public ScanSource {
 public:
  MemoryScan(ScanStart start, std::vector<std::pair<FrameHeader, std::vector<double>>> frames)
      : start_(std::move(start)), frames_(std::move(frames)) {}
  const ScanStart& start() const override { return start_; }
  std::uint64_t frame_count() const override { return frames_.size(); }
  ScanEnd end() const override { return {}; }
  Result<Frame> frame(std::uint64_t sequence) override {
    auto [header, values] = frames_.at(sequence);
    header.shape = shape;
    header.pixel_type = start_.pixel_type;
    std::vector<std::byte> bytes(values.size() * bytes_per_pixel(start_.pixel_type));
    for (std::size_t k = 0; k < values.size(); ++k) {
      const auto whole = static_cast<std::uint16_t>(values[k]);
      const auto real = static_cast<float>(values[k]);
      if (start_.pixel_type == PixelType::uint16)
        std::memcpy(&bytes[2 * k], &whole, 2);
      else
        std::memcpy(&bytes[4 * k], &real, 4);
    }
    return Frame{header, PixelBuffer::take(std::move(bytes)), 0};
  }

 private:
  ScanStart start_;
  std::vector<std::pair<FrameHeader, std::vector<double>>> frames_;
};

FrameHeader header(FrameKind kind, std::uint32_t energy) {
  FrameHeader h;
  h.kind = kind;
  h.energy_index = energy;
  return h;
}

/// A step of two straight lines' difference in the middle of which the edge is, as an arctangent of 2 eV.
MeanSpectrum edge_at(double e0, double low, double high, double step, double slope = 0) {
  MeanSpectrum spectrum;
  for (double energy = low; energy <= high + 1e-9; energy += step) {
    spectrum.energy_ev.push_back(energy);
    spectrum.absorbance.push_back(0.5 + slope * (energy - low) +
                                  0.8 * (0.5 + std::atan((energy - e0) / 1.0) / std::numbers::pi));
  }
  return spectrum;
}

}  // namespace

TEST_CASE("noise, saturated and dead pixels of frames are those that were put in") {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  ScanStart start;
  start.shape = shape;
  start.energies_ev = {100, 200, 300};
  start.pixel_type = PixelType::uint16;
  constexpr double sigma = 25;
  std::vector<std::pair<FrameHeader, std::vector<double>>> frames;
  for (std::uint32_t e = 0; e < 3; ++e) {
    std::vector<double> pixels(shape.pixels());
    for (std::size_t k = 0; k < pixels.size(); ++k)
      pixels[k] = std::round(1000.0 + 300 * (k % 80 > 40) + sigma * normal(random));  // an edge across it
    for (const std::size_t dead : {5U, 777U}) pixels[dead] = 0;
    for (const std::size_t hot : {6U, 100U, 1000U}) pixels[hot] = e == 1 ? 4095 : 900 + e;
    frames.emplace_back(header(FrameKind::sample, e), pixels);
  }
  MemoryScan scan(start, frames);
  const FrameStatistics found = look_at_frames(scan);
  REQUIRE(found.frames.size() == 3);
  // The median of 4799 absolute differences knows the deviation to about 1.3 %: 4 of those.
  for (const auto& frame : found.frames) CHECK(frame.noise == Approx(sigma).epsilon(0.055));
  CHECK(found.dead == 2);
  CHECK(found.saturated == 3);
  CHECK(found.saturation == 4095.0);
  CHECK(found.lowest == 0);
  CHECK(found.highest == 4095);
}

TEST_CASE("floats are never called saturated, and pixels that are never finite are dead") {
  ScanStart start;
  start.shape = shape;
  start.energies_ev = {100, 200};
  start.pixel_type = PixelType::float32;
  std::vector<double> pixels(shape.pixels(), 255);
  pixels[7] = NAN;
  auto others = pixels;
  for (double& pixel : others) pixel -= 1;
  MemoryScan scan(start, {{header(FrameKind::sample, 0), pixels}, {header(FrameKind::sample, 1), others}});
  const FrameStatistics found = look_at_frames(scan);
  CHECK_FALSE(found.saturation);
  CHECK(found.dead == 1);
}

TEST_CASE("the mean spectrum is that of the frames' means, with dark and flat, energies increasing") {
  ScanStart start;
  start.energies_ev = {300, 100, 200};
  start.flats = {CorrectionUse::per_energy, 1};
  start.darks = {CorrectionUse::shared, 1};
  FrameStatistics statistics;
  const auto add = [&](FrameKind kind, std::uint32_t energy, double mean) {
    statistics.frames.push_back({kind, energy, mean, mean, 1});
  };
  add(FrameKind::dark, 0, 10);
  for (std::uint32_t e = 0; e < 3; ++e) {
    if (e != 2) add(FrameKind::flat, e, 110);  // the last has none
    add(FrameKind::sample, e, 60 + e);
    add(FrameKind::sample, e, 62 + e);
  }
  const MeanSpectrum spectrum = mean_spectrum(start, statistics);
  CHECK(spectrum.energy_ev == std::vector<double>{100, 300});
  CHECK(spectrum.absorbance[0] == Approx(-std::log(52.0 / 100)));
  CHECK(spectrum.absorbance[1] == Approx(-std::log(51.0 / 100)));
  const double sample = std::sqrt(1.0 / (51 * 51) + 1.0 / (53 * 53)) / 2;
  CHECK(spectrum.noise[0] == Approx(std::hypot(sample, 0.01)));
}

TEST_CASE("the edge and what lies before it are found where they are") {
  const double slope = GENERATE(0.0, -5e-4);
  const EdgeGuess guess = guess_edge(edge_at(8345, 8200, 8500, 1, slope));
  CHECK(guess.e0_ev == Approx(8345));
  CHECK(guess.element == "Ni K (8333.0 eV)");
  CHECK(guess.pre_low_ev == 8200);
  // An arctangent of 1 eV has risen by 5 % at 1 / tan(0.05 π) = 6.3 eV before the edge, from 0 at minus
  // infinity on: the line through its foot takes some of that away.
  CHECK(guess.pre_high_ev <= 8345 - 6);
  CHECK(guess.pre_high_ev >= 8345 - 2 * 6.4 - 1);
}

TEST_CASE("no pre-edge is suggested where there is none, and it is said why") {
  CHECK_THAT(guess_edge(edge_at(8345, 8344, 8400, 1)).why_not, Contains("fewer than 3 energies"));
  CHECK_THAT(guess_edge(edge_at(8345, 8344, 8346, 1)).why_not, Contains("3 energies are too few"));
  MeanSpectrum falling{{1, 2, 3, 4, 5, 6}, {6, 5, 4, 3, 2, 1}, {}};
  CHECK_THAT(guess_edge(falling).why_not, Contains("does not rise"));
}

TEST_CASE(
    "the next command is complete: references that were given, or how to find some, or where to send it") {
  ScanStart start;
  for (int k = 0; k < 20; ++k) start.energies_ev.push_back(8200 + 10.0 * k);
  EdgeGuess edge = guess_edge(edge_at(8345, 8200, 8500, 5));
  const auto blind = next_commands("a scan.h5", start, edge, {});
  REQUIRE(blind.size() == 2);
  CHECK_THAT(blind[0], Catch::StartsWith("phasecast endmembers 'a scan.h5' -n 2 --pre-edge 8200:83"));
  CHECK_THAT(blind[1], Contains("--references found/state1.txt found/state2.txt"));
  Companions with;
  with.energies = "e.txt";
  const ScratchFolder folder;
  const auto spectrum = [&](const char* name, const char* text) {
    std::ofstream(folder.path / name) << text;
    return (folder.path / name).string();
  };
  const std::string all = spectrum("all.txt", "8100 0\n8600 1\n"),
                    part = spectrum("part.txt", "8230 0\n8600 1\n"),
                    other = spectrum("iron.txt", "7100 0\n7200 1\n");
  with.references = {all, other, part};
  const auto given = next_commands("s.tif", start, edge, with);
  REQUIRE(given.size() == 1);
  CHECK_THAT(given[0], Catch::StartsWith("phasecast unmix s.tif --energies e.txt --references " + all + " " +
                                         part + " --within 8230:8390 --pre-edge 8200:83"));
  start.energies_ev.resize(2);
  CHECK_THAT(next_commands("s.h5", start, edge, {}).at(0), Catch::StartsWith("phasecast replay s.h5 --to "));
  CHECK(quoted("it's") == "'it'\\''s'");
}
