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
        const double fate = uniform(random);
        if (fate < 0.01) v = 0;                                       // dead
        if (fate > 0.99) v = type == PixelType::uint8 ? 255 : 65535;  // saturated
        const bool real = type == PixelType::float32 || type == PixelType::float64;
        if (real && fate > 0.5 && fate < 0.505) v = std::numeric_limits<double>::quiet_NaN();
        if (real && fate > 0.505 && fate < 0.51) v = std::numeric_limits<double>::infinity();
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

bool same_moments(const Moments& a, const Moments& b) {
  return same_bits(a.sums(), b.sums()) && a.magnitude() == b.magnitude() && a.energies() == b.energies();
}

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
  for (std::size_t k = 0; k < repaired.size(); ++k) CHECK(found[k].repaired == repaired[k]);
  CHECK(same_moments(fused, expected));
  for (std::size_t k = 0; k < kept.size(); ++k) {
    std::vector<Half> halves(scan.shape.pixels());
    to_half(plain(batch[k], scan.shape, config).absorbance, halves);
    CHECK(kept[k] == halves);
  }
}

Moments ingested(const RawScan& scan, std::size_t batch_size, const NormalizeConfig& config) {
  Moments sums = scan.empty_sums(config);
  Ingest ingest({});
  for (std::size_t k = 0; k < scan.energies_ev.size();) {
    std::vector<IngestEnergy> batch;
    for (; batch.size() < batch_size && k < scan.energies_ev.size(); ++k) batch.push_back(scan.energy(k));
    ingest.add(batch, sums);
  }
  return sums;
}

}  // namespace

TEST_CASE("the fused sweep gives what the stages give one after the other, whatever the shape") {
  for (const Shape shape : {Shape{1, 1}, Shape{1, 300}, Shape{300, 1}, Shape{2, 2}, Shape{17, 33},
                            Shape{130, 47}, Shape{65, 1100}, Shape{3, 2100}})
    check_against_plain(RawScan(shape, 3, PixelType::uint16));
}

TEST_CASE("the fused sweep gives what the stages give, whatever the pixels, the signal and the corrections") {
  for (const PixelType type :
       {PixelType::uint8, PixelType::uint16, PixelType::uint32, PixelType::float32, PixelType::float64})
    for (const Signal signal : {Signal::counts, Signal::transmission, Signal::absorbance})
      for (const bool has_flat : {false, true})
        for (const bool has_dark : {false, true}) {
          RawScan scan({67, 45}, 2, type, signal);
          scan.has_flat = has_flat;
          scan.has_dark = has_dark;
          check_against_plain(scan);
        }
}

TEST_CASE("the fused sweep leaves spikes and NaN where despiking is off") {
  check_against_plain(RawScan({40, 50}, 3, PixelType::float32), {.enabled = false});
  check_against_plain(RawScan({40, 50}, 3, PixelType::uint16), {.enabled = true, .threshold = 0.5});
}

TEST_CASE("large dead areas and frames without any light are ingested like sound ones") {
  RawScan scan({140, 70}, 2, PixelType::uint16);
  std::fill_n(scan.samples[0].begin(), scan.samples[0].size() / 2, std::byte{0});
  std::fill(scan.samples[1].begin(), scan.samples[1].end(), std::byte{0});
  check_against_plain(scan);
}

TEST_CASE("pixels of a frame need not be aligned to be ingested") {
  RawScan scan({21, 19}, 1, PixelType::float64);
  std::vector<std::byte> shifted(1);
  shifted.insert(shifted.end(), scan.samples[0].begin(), scan.samples[0].end());
  IngestEnergy energy = scan.energy(0);
  energy.frame.sample.bytes = std::span(shifted).subspan(1);
  Moments sums = scan.empty_sums();
  Ingest ingest({});
  ingest.add({&energy, 1}, sums);
  CHECK(same_moments(sums, ingested(scan, 1, synthetic::config(Normalization::pre_edge, 1))));
}

TEST_CASE("the sums' bits do not depend on how energies were batched") {
  const Shape shape = GENERATE(Shape{70, 61}, Shape{3, 2300});
  const RawScan scan(shape, 37, PixelType::uint16);
  for (const auto& config : synthetic::all_modes()) {
    const Moments one_by_one = ingested(scan, 1, config);
    for (std::size_t size = 2; size <= Ingest::most_energies; ++size)
      CHECK(same_moments(ingested(scan, size, config), one_by_one));
  }
}

TEST_CASE("one thread and two ingest alike") {
  const RawScan scan({200, 1300}, 5, PixelType::uint16);
  const auto with_threads = [&](std::size_t threads) {
    tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
    return ingested(scan, 4, synthetic::config(Normalization::edge_step, 1, 2));
  };
  CHECK(same_moments(with_threads(1), with_threads(2)));
}

TEST_CASE("buffers that were used for another shape or a larger batch leave no trace") {
  Ingest used({});
  const RawScan large({90, 1300}, 9, PixelType::uint16), small({17, 33}, 3, PixelType::uint8);
  Moments before = large.empty_sums(), after = small.empty_sums();
  std::vector<IngestEnergy> batch;
  for (std::size_t k = 0; k < 9; ++k) batch.push_back(large.energy(k));
  used.add(batch, before);
  batch.clear();
  for (std::size_t k = 0; k < 3; ++k) batch.push_back(small.energy(k));
  used.add(batch, after);
  CHECK(same_moments(after, ingested(small, 3, synthetic::config(Normalization::pre_edge, 1))));
}

TEST_CASE("what cannot be ingested is refused and leaves the moments as they were") {
  const RawScan scan({8, 9}, 17, PixelType::uint16);
  Moments sums = scan.empty_sums();
  Ingest ingest({});
  std::vector<IngestEnergy> batch;
  const auto refused = [&] {
    CHECK_THROWS_AS(ingest.add(batch, sums), std::invalid_argument);
    return same_moments(sums, scan.empty_sums());
  };
  for (std::size_t k = 0; k < 17; ++k) batch.push_back(scan.energy(k));
  CHECK(refused());
  batch.resize(2);
  batch[1].energy_ev = 9000;
  CHECK(refused());
  batch[1] = scan.energy(1);
  batch[1].frame.sample.bytes = batch[1].frame.sample.bytes.first(16);
  CHECK(refused());
  batch[1] = scan.energy(1);
  batch[1].frame.flat.type = PixelType::float32;
  CHECK(refused());
  std::vector<Half> too_small(71);
  batch[1] = scan.energy(1);
  batch[1].keep = too_small;
  CHECK(refused());
  CHECK(ingest.add({}, sums).empty());
  CHECK(same_moments(sums, scan.empty_sums()));
}
