#include "stages/register_ingest.hpp"

#include <tbb/global_control.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "drifting_blobs.hpp"
#include "synthetic.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

constexpr Shape shape{96, 110};
const RegisterConfig shift{Registering::shift, {}};

/// Counts of uint16 with a dark and a flat, of blobs that drift by `step` pixels from energy to energy.
struct DriftingScan {
  std::vector<double> energies_ev;
  std::vector<Alignment> truth;
  std::vector<std::vector<std::uint16_t>> samples;
  std::vector<float> flat, dark;

  explicit DriftingScan(std::size_t energies, double step = 0.7) {
    const DriftingBlobs blobs(shape, 30, 1, 5);
    flat.assign(shape.pixels(), 40100);
    dark.assign(shape.pixels(), 100);
    for (std::size_t k = 0; k < energies; ++k) {
      energies_ev.push_back(8190 + 32 * static_cast<double>(k));
      truth.push_back({step * static_cast<double>(k), -0.6 * step * static_cast<double>(k), 1});
      const auto absorbance = blobs.image(truth[k], 0.02, static_cast<unsigned>(k) + 1);
      auto& sample = samples.emplace_back();
      for (const float y : absorbance)
        sample.push_back(static_cast<std::uint16_t>(100 + 40000 * std::exp(-y)));
      sample[5000 + 13 * k] = 65535;  // a zinger
    }
  }
  IngestEnergy energy(std::size_t k) const {
    return {energies_ev[k],
            {Signal::counts,
             {std::as_bytes(std::span(samples[k])), PixelType::uint16},
             mean_pixels(flat),
             mean_pixels(dark)},
            {},
            {},
            static_cast<std::uint32_t>(k)};
  }
  Moments empty_sums() const {
    return Moments(shape, synthetic::dictionary(2, synthetic::config(Normalization::pre_edge, 1),
                                                synthetic::energies()));
  }
};

bool same_moments(const Moments& a, const Moments& b) {
  return std::memcmp(a.sums().data(), b.sums().data(), a.sums().size_bytes()) == 0 &&
         a.magnitude() == b.magnitude() && a.energies() == b.energies();
}

Moments ingested(const DriftingScan& scan, std::size_t batch_size) {
  RegisteredIngest ingest({}, shift, shape, scan.energies_ev[0]);
  ingest.begin_scan();
  Moments sums = scan.empty_sums();
  for (std::size_t first = 0; first < scan.samples.size(); first += batch_size) {
    std::vector<IngestEnergy> batch;
    for (std::size_t k = first; k < std::min(first + batch_size, scan.samples.size()); ++k)
      batch.push_back(scan.energy(k));
    ingest.add(batch, sums);
  }
  return sums;
}

}  // namespace

TEST_CASE("registered sums and kept frames are those of the stages one after the other", "[register]") {
  const DriftingScan scan(9);
  Registration registration(shift, shape, scan.energies_ev[0]);
  RegisteredIngest ingest({}, shift, shape, scan.energies_ev[0]);
  ingest.begin_scan();
  Moments expected = scan.empty_sums(), sums = scan.empty_sums();
  std::vector<IngestEnergy> batch;
  std::vector<std::vector<Half>> kept(9, std::vector<Half>(shape.pixels())), halves = kept;
  std::vector<std::size_t> repaired;
  for (std::size_t k = 0; k < 9; ++k) {
    batch.push_back(scan.energy(k));
    batch.back().keep = kept[k];
    std::vector<float> absorbance(shape.pixels()), aligned(shape.pixels());
    to_absorbance(batch[k].frame, 0, absorbance);
    repaired.push_back(despike({}, shape, absorbance));
    registration.measure(scan.energies_ev[k], absorbance);
    resample(shape, absorbance, registration.alignment(), aligned);
    expected.add(scan.energies_ev[k], aligned);
    to_half(aligned, halves[k]);
  }
  const auto found = ingest.add(batch, sums);
  REQUIRE(found.size() == 9);
  CHECK(same_moments(sums, expected));
  CHECK(kept == halves);
  for (std::size_t k = 0; k < 9; ++k) CHECK(found[k].repaired == repaired[k]);

  const auto drift = ingest.drift();
  REQUIRE(drift.size() == 9);
  for (std::size_t k = 0; k < 9; ++k) {
    CHECK(drift[k].energy_index == k);
    CHECK(drift[k].trusted);
    CHECK(drift[k].x == Approx(scan.truth[k].x).margin(0.1));
    CHECK(drift[k].y == Approx(scan.truth[k].y).margin(0.1));
  }
}

TEST_CASE("the bits of registered sums depend neither on batches nor on threads", "[register]") {
  const DriftingScan scan(10);
  const Moments one_by_one = ingested(scan, 1);
  CHECK(same_moments(ingested(scan, 10), one_by_one));
  CHECK(same_moments(ingested(scan, 3), one_by_one));
  const tbb::global_control one(tbb::global_control::max_allowed_parallelism, 1);
  CHECK(same_moments(ingested(scan, 4), one_by_one));
}

TEST_CASE("a pixel that was outside of the field of view at some energy is unusable, and no other",
          "[register]") {
  const DriftingScan scan(10, 1);  // in the end 9 columns to the right, 5.4 rows up
  const NormalEquations equations = synthetic::equations(ingested(scan, 10));
  for (int y = 0; y < shape.height; ++y)
    for (int x = 0; x < shape.width; ++x) {
      // Two or three pixels more on each side are needed by the resample, of frames that moved at all.
      const bool inside = x >= 3 && x < shape.width - 9 - 4 && y >= 6 + 3 && y < shape.height - 3;
      const bool outside = x < 2 || x >= shape.width - 9 - 2 || y < 5 + 2 || y >= shape.height - 2;
      const bool unusable = equations.unusable[static_cast<std::size_t>(y * shape.width + x)];
      if (inside) CHECK_FALSE(unusable);
      if (outside) CHECK(unusable);
    }
}

TEST_CASE("a batch that does not fit leaves sums, reference and drift as they were", "[register]") {
  const DriftingScan scan(4);
  RegisteredIngest ingest({}, shift, shape, scan.energies_ev[0]);
  ingest.begin_scan();
  Moments sums = scan.empty_sums();
  std::vector<IngestEnergy> batch{scan.energy(0), scan.energy(1)};
  batch[1].energy_ev = 1000;
  CHECK_THROWS_AS(ingest.add(batch, sums), std::invalid_argument);
  CHECK(ingest.drift().empty());
  CHECK(same_moments(sums, scan.empty_sums()));
}
