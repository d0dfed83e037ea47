#include "stages/ingest.hpp"

#include <tbb/global_control.h>

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "synthetic.hpp"

using namespace phasecast;

namespace {

/// Pixels of a detector as doubles, stored as any type.
std::vector<std::byte> stored(const std::vector<double>& values, PixelType type) {
  std::vector<std::byte> bytes(values.size() * bytes_per_pixel(type));
  const auto store_as = [&]<class Pixel>(Pixel) {
    for (std::size_t k = 0; k < values.size(); ++k) {
      const auto pixel = static_cast<Pixel>(values[k]);
      std::memcpy(&bytes[k * sizeof(Pixel)], &pixel, sizeof(Pixel));
    }
  };
  switch (type) {
    case PixelType::uint8:
      store_as(std::uint8_t{});
      break;
    case PixelType::uint16:
      store_as(std::uint16_t{});
      break;
    case PixelType::uint32:
      store_as(std::uint32_t{});
      break;
    case PixelType::float32:
      store_as(float{});
      break;
    case PixelType::float64:
      store_as(double{});
      break;
  }
  return bytes;
}

/// What a scan brings along, with spikes, dead and saturated pixels anywhere, borders included.
struct RawScan {
  Shape shape;
  Signal signal = Signal::counts;
  PixelType type = PixelType::uint16;
  bool has_flat = true, has_dark = true;
  std::vector<double> energies_ev;
  std::vector<std::vector<std::byte>> samples, flats;
  std::vector<std::byte> dark;

  RawScan(Shape of, std::size_t energies, PixelType stored_as, Signal kind = Signal::counts,
          unsigned seed = 1)
      : shape(of), signal(kind), type(stored_as) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform;
    const double full = type == PixelType::uint8 ? 200 : 40000;
    const auto frame = [&](double low, double high) {
      std::vector<double> values(shape.pixels());
      for (double& v : values) {
        v = low + (high - low) * uniform(random);
        if (kind == Signal::absorbance && !std::is_integral_v<float>) v /= full;
        const double fate = uniform(random);
        if (fate < 0.01) v = 0;                                // dead
        if (fate > 0.99) v = type == PixelType::uint8 ? 255 : 65535;  // saturated
      }
      return values;
    };
    for (std::size_t k = 0; k < energies; ++k) {
      energies_ev.push_back(8185 + 370.0 * static_cast<double>(k) / 40);
      samples.push_back(stored(frame(0.45 * full, 0.5 * full), type));
      flats.push_back(stored(frame(0.95 * full, full), type));
    }
    dark = stored(frame(0.02 * full, 0.03 * full), type);
  }

  IngestEnergy energy(std::size_t k) const {
    IngestEnergy result{energies_ev[k], {signal, {samples[k], type}, {}, {}}, {}};
    if (has_flat) result.frame.flat = {flats[k], type};
    if (has_dark) result.frame.dark = {dark, type};
    return result;
  }
  Moments empty_sums(const NormalizeConfig& config = synthetic::config(Normalization::pre_edge, 1)) const {
    return Moments(shape, synthetic::dictionary(2, config, synthetic::energies()));
  }
};

std::vector<float> floats(const RawPixels& pixels, std::size_t count) {
  if (pixels.empty()) return {};
  std::vector<float> values(count);
  add_pixels(pixels.bytes, pixels.type, values);
  return values;
}

struct Plain {
  std::vector<float> absorbance;
  std::size_t repaired;
};

/// The stages one after the other over the whole frame.
Plain plain(const IngestEnergy& energy, Shape shape, const DespikeConfig& config = {}) {
  const std::size_t pixels = shape.pixels();
  Plain result{std::vector<float>(pixels), 0};
  const auto dark = floats(energy.frame.dark, pixels), flat = floats(energy.frame.flat, pixels);
  to_absorbance(floats(energy.frame.sample, pixels), energy.frame.signal, {dark, flat}, result.absorbance);
  result.repaired = despike(config, shape, result.absorbance);
  return result;
}

bool same_bits(std::span<const double> a, std::span<const double> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

/// The absorbance that went into the sums, as far as it shows: sums of one energy over all planes are
/// multiples of y and y².
void check_against_plain(const RawScan& scan, const DespikeConfig& config = {}) {
  CAPTURE(scan.shape.height, scan.shape.width, static_cast<int>(scan.type), static_cast<int>(scan.signal),
          scan.has_flat, scan.has_dark);
  Ingest ingest(config);
  Moments expected = scan.empty_sums(), fused = scan.empty_sums();
  std::vector<IngestEnergy> batch;
  std::vector<std::size_t> repaired;
  std::vector<std::vector<Half>> kept(scan.energies_ev.size(), std::vector<Half>(scan.shape.pixels()));
  for (std::size_t k = 0; k < scan.energies_ev.size(); ++k) {
    batch.push_back(scan.energy(k));
    const Plain one = plain(batch.back(), scan.shape, config);
    expected.add(scan.energies_ev[k], one.absorbance);
    repaired.push_back(one.repaired);
    batch.back().keep = kept[k];
  }
  const auto found = ingest.add(batch, fused);
  CHECK(std::vector<std::size_t>(found.begin(), found.end()) == repaired);
  CHECK(same_bits(fused.sums(), expected.sums()));
  CHECK(fused.magnitude() == expected.magnitude());
  for (std::size_t k = 0; k < kept.size(); ++k) {
    std::vector<Half> halves(scan.shape.pixels());
    to_half(plain(batch[k], scan.shape, config).absorbance, halves);
    CHECK(kept[k] == halves);
  }
}

const std::vector<Shape> odd_shapes{{1, 1}, {1, 300}, {300, 1}, {2, 2}, {17, 33}, {130, 47}, {65, 1100}};

}  // namespace

TEST_CASE("the fused sweep gives what the stages give one after the other, whatever the shape") {
  for (const Shape shape : odd_shapes) check_against_plain(RawScan(shape, 3, PixelType::uint16));
}
