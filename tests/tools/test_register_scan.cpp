#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "pipeline/graph.hpp"
#include "stages/quality.hpp"
#include "stages/register.hpp"
#include "tests/paths.hpp"
#include "tests/tools/npy.hpp"
#include "tests/tools/scratch_folder.hpp"
#include "tools/simulate/experiment.hpp"
#include "tools/simulate/noisy_stack.hpp"
#include "tools/simulate/spectra.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

constexpr Shape shape{240, 320};

/// A particle through the detector model, whose images drift by up to five pixels and one percent.
ExperimentConfig drifting_particle(SceneKind scene, double noise) {
  ExperimentConfig config;
  config.scene = scene;
  config.shape = shape;
  config.energies_ev = nickel_energies(40);
  config.references = nickel_states(2, config.energies_ev);
  config.flats = {CorrectionUse::per_energy, 1};
  config.flat_drift = 0.01;
  config.matrix = 0.3;
  config.noise = noise;
  config.drift = {5, 0.01};
  config.start_utc_ns = 1'700'000'000'000'000'000;
  return config;
}

UnmixConfig unmixing(const ExperimentConfig& experiment, Registering mode) {
  UnmixConfig config;
  config.references = experiment.references;
  config.normalize.pre_edge = {8180, 8320};
  config.normalize.order = 1;
  config.provisional = false;
  config.registration.mode = mode;
  return config;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

void put(Graph& graph, const std::shared_ptr<const Experiment>& experiment, int index,
         std::shared_ptr<const RecordedScan> recording = nullptr) {
  SimulatedScan scan(experiment, index);
  const auto start = std::make_shared<const ScanStart>(scan.start());
  graph.put(ScanOpened{start, std::move(recording)});
  for (std::uint64_t f = 0; f < scan.frame_count(); ++f)
    graph.put(AdmittedFrame{start, *scan.frame(f), false, nullptr});
  graph.put(ScanClosed{start, scan.end(), false, scan.frame_count(), 0, 0});
}

struct Unmixed {
  std::vector<PhaseMap> maps;
  Status status;
};

/// Whole scans through the graph, as `phasecast unmix` does it.
Unmixed unmix(const std::shared_ptr<const Experiment>& experiment, const UnmixConfig& config,
              int threads = 2) {
  Ledger ledger;
  Unmixed result;
  Graph graph(config, "hash", std::size_t{1} << 30, threads, ledger,
              {[](Event) {}, [&](const std::shared_ptr<PhaseMap>& map) { result.maps.push_back(*map); }});
  for (int k = 0; k < experiment->config().scans; ++k) put(graph, experiment, k);
  graph.finish();
  result.status = ledger.snapshot();
  REQUIRE(result.status.errors.empty());
  REQUIRE(result.maps.size() == static_cast<std::size_t>(experiment->config().scans));
  return result;
}

/// RMS over an image and both axes of how far pixels are from where they should be.
double misplaced(Shape of, const Drift& found, double x, double y, double magnification) {
  const double m = found.magnification - magnification, w = of.width, h = of.height;
  return std::sqrt((std::pow(found.x - x, 2) + std::pow(found.y - y, 2) + m * m * (w * w + h * h) / 12) / 2);
}

double rms_misplaced(const std::vector<Drift>& found, const std::vector<Drift>& truth) {
  REQUIRE(found.size() == truth.size());
  double squares = 0;
  for (std::size_t k = 0; k < found.size(); ++k)
    squares += std::pow(misplaced(shape, found[k], truth[k].x, truth[k].y, truth[k].magnification), 2);
  return std::sqrt(squares / static_cast<double>(found.size()));
}

/// PSNR of the fractions, in pixels where all maps have a value.
double psnr_where(const std::vector<bool>& common, const PhaseMap& map, const std::vector<float>& truth) {
  double squares = 0;
  std::size_t count = 0;
  for (std::size_t k = 0; k < truth.size(); ++k)
    if (common[k % shape.pixels()]) {
      squares += std::pow(static_cast<double>(map.fraction[k]) - truth[k], 2);
      ++count;
    }
  return -10 * std::log10(squares / static_cast<double>(count));
}

}  // namespace

TEST_CASE("a simulated scan's drift and magnification are recovered to a tenth of a pixel", "[register]") {
  const auto scene = GENERATE(SceneKind::particle, SceneKind::polymer, SceneKind::electrode);
  const double noise = GENERATE(0.02, 0.05);
  const auto experiment = std::make_shared<const Experiment>(drifting_particle(scene, noise));
  const Unmixed result =
      unmix(experiment, unmixing(experiment->config(), Registering::shift_and_magnification));
  CAPTURE(name_of(scene), noise);
  CHECK(result.status.counters.unregistered == 0);
  CHECK(rms_misplaced(result.status.drift, experiment->drift(0)) < 0.1);
  CHECK(result.maps[0].drift.size() == result.status.drift.size());
}

TEST_CASE("unmixing a scan that drifted loses at most one decibel, and without registration many",
          "[register]") {
  const ExperimentConfig drifting = drifting_particle(SceneKind::particle, 0.05);
  ExperimentConfig still = drifting;
  still.drift = {};
  still.margin_px = drift_margin(drifting.drift, shape);
  const auto moved = std::make_shared<const Experiment>(drifting),
             unmoved = std::make_shared<const Experiment>(still);
  const auto truth = SimulatedScan(unmoved, 0).fraction();
  const PhaseMap best = unmix(unmoved, unmixing(still, Registering::off)).maps[0];
  const PhaseMap aligned = unmix(moved, unmixing(drifting, Registering::shift_and_magnification)).maps[0];
  const PhaseMap blurred = unmix(moved, unmixing(drifting, Registering::off)).maps[0];
  std::vector<bool> common(shape.pixels());
  std::size_t valid = 0;
  for (std::size_t k = 0; k < common.size(); ++k) {
    common[k] = std::isfinite(best.fraction[k] + aligned.fraction[k] + blurred.fraction[k] + truth[k]);
    valid += common[k];
  }
  CHECK(valid > shape.pixels() / 4);
  const double of_best = psnr_where(common, best, truth), of_aligned = psnr_where(common, aligned, truth),
               of_blurred = psnr_where(common, blurred, truth);
  CAPTURE(of_best, of_aligned, of_blurred);
  CHECK(of_aligned > of_best - 1);
  CHECK(of_blurred < of_best - 3);
}

TEST_CASE("a pixel that left the field of view has no value in the map", "[register]") {
  const auto experiment = std::make_shared<const Experiment>(drifting_particle(SceneKind::particle, 0.05));
  const PhaseMap map =
      unmix(experiment, unmixing(experiment->config(), Registering::shift_and_magnification)).maps[0];
  const double cx = (shape.width - 1) / 2.0, cy = (shape.height - 1) / 2.0;
  std::size_t outside = 0, shown = 0;
  for (int y = 0; y < shape.height; ++y)
    for (int x = 0; x < shape.width; ++x) {
      const bool left = std::any_of(map.drift.begin(), map.drift.end(), [&](const Drift& d) {
        const double u = cx + d.magnification * (x - cx) + d.x, v = cy + d.magnification * (y - cy) + d.y;
        return u < 0 || v < 0 || u > shape.width - 1 || v > shape.height - 1;
      });
      const auto k = static_cast<std::size_t>(y * shape.width + x);
      outside += left;
      shown += left && std::isfinite(map.fraction[k]);
      if (left) CHECK(map.mask[k] == static_cast<std::uint8_t>(PixelMask::bad_pixel));
    }
  CHECK(outside > 500);
  CHECK(shown == 0);
}

TEST_CASE("the scans of a series are aligned with each other", "[register]") {
  ExperimentConfig config = drifting_particle(SceneKind::particle, 0.05);
  config.scans = 3;
  config.energies_ev = nickel_energies(20);
  config.references = nickel_states(2, config.energies_ev);
  const auto experiment = std::make_shared<const Experiment>(config);
  const Unmixed result = unmix(experiment, unmixing(config, Registering::shift_and_magnification));
  for (int k = 0; k < 3; ++k)
    CHECK(rms_misplaced(result.maps[static_cast<std::size_t>(k)].drift, experiment->drift(k)) < 0.1);
}

TEST_CASE("a series taken up after a restart gets the maps of one that was not interrupted, bit for bit",
          "[register]") {
  ExperimentConfig config = drifting_particle(SceneKind::particle, 0.05);
  config.scans = 3;
  config.energies_ev = nickel_energies(16);
  config.references = nickel_states(2, config.energies_ev);
  const auto experiment = std::make_shared<const Experiment>(config);
  const UnmixConfig options = unmixing(config, Registering::shift_and_magnification);
  const Unmixed whole = unmix(experiment, options);

  Ledger ledger;
  std::vector<PhaseMap> maps;
  {  // It died in the third scan. The second is in the folder, with its map and its drift; the first is not
     // needed.
    Graph graph(options, "hash", std::size_t{1} << 30, 2, ledger,
                {[](Event) {}, [&](const std::shared_ptr<PhaseMap>& map) { maps.push_back(*map); }});
    RecordedScan mapped;
    mapped.drift = whole.maps[1].drift;
    put(graph, experiment, 1, std::make_shared<const RecordedScan>(mapped));
    put(graph, experiment, 2, std::make_shared<const RecordedScan>());
  }
  REQUIRE(maps.size() == 2);
  CHECK(same_bits(maps[0].fraction, whole.maps[1].fraction));
  CHECK(same_bits(maps[1].fraction, whole.maps[2].fraction));
  CHECK(same_bits(maps[1].scale, whole.maps[2].scale));
}

TEST_CASE("real frames moved by numpy are found to a tenth of a pixel", "[register][real]") {
  const std::filesystem::path scan = PHASECAST_SOURCE_DIR "/../shared/data/scans/ssrl_nca_2energy_32id.h5";
  if (!std::filesystem::exists(scan)) {
    WARN("skipped: no " << scan.string());
    return;
  }
  constexpr Shape part{400, 400};
  constexpr std::size_t described = 4;  // x y magnification frame
  const ScratchFolder folder;
  const std::string moved = (folder.path / "moved.npy").string();
  REQUIRE(std::system(("/usr/bin/python3 " PHASECAST_SOURCE_DIR "/tests/oracles/moved_images.py " +
                       scan.string() + " " + moved + " 21 7")
                          .c_str()) == 0);
  const Image<float> rows = read_npy(moved);
  const auto row = [&](std::size_t k) {
    return std::span(rows.values)
        .subspan(k * static_cast<std::size_t>(rows.shape.width), described + part.pixels());
  };
  // Each against the first frame alone, with which it shares no noise. Against that one the frames have
  // drifted by themselves: that is measured first, and its error counts too.
  const auto against_first = [&](std::size_t k) {
    Registration registration({Registering::shift_and_magnification, {}}, part, 8333);
    REQUIRE(registration.measure(8333, row(0).subspan(described)).trusted);
    return registration.measure(8333, row(k).subspan(described));
  };
  std::vector<Drift> of_frame;
  double squares = 0;
  std::size_t count = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(rows.shape.height); ++k) {
    const Drift found = against_first(k);
    CHECK(found.trusted);
    if (k < 6) {
      of_frame.push_back(found);
      continue;
    }
    const Drift& own = of_frame[static_cast<std::size_t>(row(k)[3])];
    const double m = row(k)[2];
    squares += std::pow(
        misplaced(part, found, row(k)[0] + m * own.x, row(k)[1] + m * own.y, m * own.magnification), 2);
    ++count;
  }
  CHECK(count == 15);
  CHECK(std::sqrt(squares / static_cast<double>(count)) < 0.1);
}
