#include "random_messages.hpp"
#include "rejection.hpp"
#include "wire_bytes.hpp"

namespace phasecast::test {
namespace {

RegionSpectrum good_spectrum() {
  RegionSpectrum spectrum{"scan", {2, 3, 4, 5}, 20, {0, 2, 7}, {8180, 8200, 8320}, {0.1, 0.2, 0.3}, {7}, {}};
  spectrum.of_map =
      RegionFit{5, {"Ni2+", "Ni3+"}, {0.3, 0.7}, {0.01, 0.01}, 0.8, {0.1, 0.1, 0.1}, {0.1, 0.2, 0.3}};
  return spectrum;
}

ControlRequest asking_for(Region region) {
  return {ControlCommand::get_region_spectrum, region};
}

}  // namespace

TEST_CASE("a request for a spectrum without a region is rejected, another's region is not looked at") {
  check_rejected(without(encode(asking_for({1, 2, 3, 4})), 3), "region", "value");
  const auto other = decode(encode(ControlRequest{ControlCommand::get_map, Region{70'000, 0, 0, 0}}));
  REQUIRE(other.ok());
  CHECK_FALSE(std::get<ControlRequest>(*other).region);
}

TEST_CASE("a region outside the limits of an image is rejected by cause and field") {
  check_rejected<ControlRequest>(asking_for({1, 2, 3, 4}),
                                 {
                                     {"region.x", "shape", [](auto& r) { r.region->x = 65'536; }},
                                     {"region.y", "shape", [](auto& r) { r.region->y = 4'000'000'000u; }},
                                     {"region.width", "shape", [](auto& r) { r.region->width = 0; }},
                                     {"region.width", "shape", [](auto& r) { r.region->width = 65'536; }},
                                     {"region.height", "shape", [](auto& r) { r.region->height = 0; }},
                                     {"region", "shape",
                                      [](auto& r) {
                                        r.region = Region{0, 0, 65'536, 65'536};
                                      }},
                                 });
}

TEST_CASE("a spectrum outside the limits is rejected by cause and field") {
  check_rejected<RegionSpectrum>(
      good_spectrum(), {
                           {"scan_id", "scan_id", [](auto& s) { s.scan_id = "../etc"; }},
                           {"pixels", "value", [](auto& s) { s.pixels = 21; }},
                           {"energy_indices", "energy",
                            [](auto& s) {
                              s.energy_indices = {0, 7, 2};
                            }},
                           {"energy_indices", "energy",
                            [](auto& s) {
                              s.energy_indices = {0, 2, 20'000};
                            }},
                           {"energies_ev", "value", [](auto& s) { s.energies_ev.pop_back(); }},
                           {"energies_ev", "energy", [](auto& s) { s.energies_ev[1] = 0; }},
                           {"absorbance", "value", [](auto& s) { s.absorbance.push_back(1); }},
                           {"absorbance", "value", [](auto& s) { s.absorbance[0] = not_a_number; }},
                           {"energies_carried", "energy", [](auto& s) { s.energies_carried = {1}; }},
                           {"states", "states",
                            [](auto& s) {
                              s.of_map->states = {"a", "a"};
                            }},
                           {"fraction", "value", [](auto& s) { s.of_map->fraction = {1}; }},
                           {"uncertainty", "value", [](auto& s) { s.of_map->uncertainty[0] = -1; }},
                           {"scale", "value", [](auto& s) { s.of_map->scale = infinity; }},
                           {"background", "value", [](auto& s) { s.of_map->background.clear(); }},
                           {"fit", "value", [](auto& s) { s.of_map->fit[2] = infinity; }},
                       });
  check_rejected(without(encode(good_spectrum()), 3), "region", "shape");
  check_rejected(without(encode(good_spectrum()), 4), "pixels", "value");
}

TEST_CASE("references outside the limits are rejected by cause and field") {
  check_rejected<References>({"scan", {"a", "b"}, {8180, 8200}, {0, 1, 0, 2}},
                             {
                                 {"scan_id", "scan_id", [](auto& r) { r.scan_id = ""; }},
                                 {"states", "states", [](auto& r) { r.states.clear(); }},
                                 {"energies_ev", "energy", [](auto& r) { r.energies_ev.clear(); }},
                                 {"absorbance", "value", [](auto& r) { r.absorbance.pop_back(); }},
                                 {"absorbance", "value", [](auto& r) { r.absorbance[0] = infinity; }},
                             });
}

}  // namespace phasecast::test
