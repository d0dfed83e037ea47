#include "pipeline/raw_frames.hpp"

#include <catch2/catch.hpp>

#include "tests/small_scan.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

struct OneEnergy {
  std::shared_ptr<const ScanStart> scan = std::make_shared<const ScanStart>(small_scan("a"));
  EnergyJob job;

  OneEnergy() { job.scan = scan; }
  AdmittedFrame frame(std::uint16_t value, double energy_ev = 8300) const {
    AdmittedFrame admitted{scan, small_frame(*scan, 2), false, nullptr};
    admitted.frame.pixels = pixels_of(scan->shape, value);
    admitted.frame.header.energy_readback_ev = energy_ev;
    return admitted;
  }
};

float first_value(const RawPixels& pixels) {
  std::vector<float> values(24);
  add_pixels(pixels.bytes, pixels.type, values);
  return values[0];
}

}  // namespace

TEST_CASE("a single frame is ingested from the bytes that came, without a copy") {
  OneEnergy energy;
  energy.job.samples = {energy.frame(1234)};
  RawFrames raw;
  const RawFrame frame = raw.frame(energy.job);
  CHECK(frame.sample.bytes.data() == energy.job.samples[0].frame.pixels.bytes.data());
  CHECK(frame.sample.type == PixelType::uint16);
  CHECK(frame.flat.empty());
  CHECK(frame.dark.empty());
}

TEST_CASE("repeats are ingested as their mean, at the mean of their energies") {
  OneEnergy energy;
  energy.job.samples = {energy.frame(1000, 8300), energy.frame(2000, 8301)};
  energy.job.flats = {energy.frame(1), energy.frame(2), energy.frame(6)};
  energy.job.shared_dark = std::make_shared<const std::vector<float>>(24, 7.5f);
  RawFrames raw;
  const RawFrame frame = raw.frame(energy.job);
  CHECK(first_value(frame.sample) == 1500);
  CHECK(first_value(frame.flat) == Approx(3));
  CHECK(first_value(frame.dark) == 7.5f);
  CHECK(energy_ev(energy.job) == 8300.5);
}

TEST_CASE("means of a batch stay valid together, and their memory is used again for the next") {
  OneEnergy energy;
  energy.job.samples = {energy.frame(10), energy.frame(20)};
  OneEnergy other;
  other.job.samples = {other.frame(30), other.frame(50)};
  RawFrames raw;
  const RawFrame a = raw.frame(energy.job), b = raw.frame(other.job);
  CHECK(first_value(a.sample) == 15);
  CHECK(first_value(b.sample) == 40);
  raw.begin();
  const RawFrame again = raw.frame(other.job);
  CHECK(again.sample.bytes.data() == a.sample.bytes.data());
  CHECK(first_value(again.sample) == 40);
}
