#include <catch2/catch.hpp>

#include "stages/quality.hpp"
#include "tests/scenarios/live.hpp"
#include "tools/simulate/spectra.hpp"

using namespace phasecast;
using namespace phasecast::test;

SCENARIO("RUM-TV with automatic lambda on noisy data of varying thickness") {
  GIVEN("a simulated particle, 379×520, 117 energies, where LCF reaches 15 to 20 dB") {
    TemporaryFolder folder;
    ExperimentConfig config;
    config.scans = 3;
    config.noise = 0.2;
    config.thickness_variation = 0.6;
    config.energies_ev = nickel_energies();
    config.references = nickel_states(2, config.energies_ev);
    std::vector<std::string> options{"--pre-edge", "8180:8320", "--references"};
    for (const auto& path : write_spectra(folder.path(), config.references)) options.push_back(path);
    SimulatedScan scan(std::make_shared<const Experiment>(config), 1);
    std::vector<std::uint64_t> all(scan.frame_count());
    for (std::uint64_t k = 0; k < all.size(); ++k) all[k] = k;
    WHEN("it is unmixed by both") {
      const double robust = psnr(rmse(offline_map(scan, all, options).fraction, scan.fraction()), 1);
      options.insert(options.begin(), {"--method", "lcf"});
      const double plain = psnr(rmse(offline_map(scan, all, options).fraction, scan.fraction()), 1);
      CAPTURE(plain, robust);
      THEN("RUM-TV is at least 6 dB better") {
        CHECK(plain > 15);
        CHECK(plain < 20);
        CHECK(robust > plain + 6);
      }
    }
  }
}
