#include "random_messages.hpp"
#include "rejection.hpp"
#include "wire_bytes.hpp"

namespace phasecast::test {
namespace {

PhaseMap good_map() {
  RandomMessages random(13);
  auto map = random.phase_map();
  map.scan_id = "ab12";
  map.map_number = 5;
  map.final = true;
  map.energies_ev = {8300, 8333, 8350};
  map.energies_used = {2, 0};
  map.energies_carried = {1};
  map.shape = {2, 3};
  map.states = {"Ni2+", "Ni3+"};
  map.fraction.assign(12, 0.5f);
  map.scale.assign(6, 1.f);
  map.residual.assign(6, 0.01f);
  map.uncertainty.assign(12, 0.1f);
  map.mask = {0, 1, 2, 0, 1, 2};
  map.reference_check.reset();  // of other states; test_reject_findings.cpp has them
  return map;
}

/// A Layer message: kind, pixel type, packed extents.
std::string layer(char kind, char pixel_type, const std::string& extents) {
  return std::string{'\x08', kind, '\x10', pixel_type, '\x1a', static_cast<char>(extents.size())} + extents;
}
const std::string per_state = "\2\2\3", per_pixel = "\2\3";
constexpr char float32 = 4, uint8 = 1;

Parts with_layers(const std::vector<std::string>& layers) {
  auto parts = without(encode(good_map()), 27);
  for (const auto& one : layers) parts = with_bytes(parts, 27, one);
  return parts;
}

}  // namespace

TEST_CASE("a phase map outside the limits is rejected by cause and field") {
  check_rejected<PhaseMap>(
      good_map(),
      {
          {"series_id", "scan_id", [](auto& m) { m.series_id = ".."; }},
          {"last_sequence", "value", [](auto& m) { m.last_sequence = 10'000'000; }},
          {"scan_status", "value", [](auto& m) { m.scan_status = ScanStatus{2}; }},
          {"energies_ev", "energy", [](auto& m) { m.energies_ev.clear(); }},
          {"energies_ev", "energy", [](auto& m) { m.energies_ev.back() = not_a_number; }},
          {"energies_used", "energy", [](auto& m) { m.energies_used = {3}; }},
          {"energies_used", "energy",
           [](auto& m) {
             m.energies_used = {0, 0};
           }},
          {"energies_carried", "energy", [](auto& m) { m.energies_carried = {2}; }},
          {"method", "value", [](auto& m) { m.method.clear(); }},
          {"relative_error", "value", [](auto& m) { m.relative_error = infinity; }},
          {"map_change", "value", [](auto& m) { m.map_change = -1; }},
          {"map_distance", "value", [](auto& m) { m.map_distance = infinity; }},
          {"noise_sigma", "value", [](auto& m) { m.noise_sigma = -1; }},
          {"lambda", "value", [](auto& m) { m.lambda = not_a_number; }},
          {"rho", "value", [](auto& m) { m.rho = -infinity; }},
          {"config_hash", "value", [](auto& m) { m.config_hash = long_text; }},
          {"received_utc_ns", "value", [](auto& m) { m.received_utc_ns = -1; }},
          {"published_utc_ns", "value", [](auto& m) { m.published_utc_ns = -1; }},
          {"shape.height", "shape", [](auto& m) { m.shape.height = 0; }},
          {"pixel_size_um", "value", [](auto& m) { m.pixel_size_um = -1; }},
          {"states", "states", [](auto& m) { m.states.clear(); }},
          {"states", "states",
           [](auto& m) {
             m.states = {"Ni2+", "Ni2+"};
           }},
          {"states", "states",
           [](auto& m) {
             m.states = {"Ni2+", ""};
           }},
          {"states", "value",
           [](auto& m) {
             m.states = {"Ni2+", long_text};
           }},
          {"states", "states",
           [](auto& m) {
             m.states.clear();
             for (int i = 0; i < 65; ++i) m.states.push_back(std::to_string(i));
           }},
          {"LAYER_KIND_FRACTION.payload", "byte_count", [](auto& m) { m.fraction.pop_back(); }},
          {"LAYER_KIND_SCALE.payload", "byte_count", [](auto& m) { m.scale.push_back(0); }},
          {"LAYER_KIND_RESIDUAL.payload", "byte_count", [](auto& m) { m.residual.clear(); }},
          {"LAYER_KIND_UNCERTAINTY.payload", "byte_count", [](auto& m) { m.uncertainty.resize(6); }},
          {"LAYER_KIND_MASK.payload", "byte_count", [](auto& m) { m.mask.resize(24); }},
          {"mask", "value", [](auto& m) { m.mask.back() = 3; }},
      });
  for (const auto& id : bad_ids) {
    check_rejected<PhaseMap>(good_map(), {{"scan_id", "scan_id", [&](auto& m) { m.scan_id = id; }}});
  }
}

TEST_CASE("a phase map without a required field is rejected") {
  const auto map = encode(good_map());
  check_rejected(without(map, 1), "version", "version");
  check_rejected(without(map, 2), "series_id", "scan_id");
  check_rejected(without(map, 3), "scan_id", "scan_id");
  check_rejected(without(map, 4), "scan_index", "value");
  check_rejected(without(map, 5), "map_number", "value");
  check_rejected(without(map, 6), "last_sequence", "value");
  check_rejected(without(map, 7), "final", "value");
  check_rejected(without(map, 8), "scan_status", "value");
  check_rejected(without(map, 9), "energies_ev", "energy");
  check_rejected(without(map, 12), "method", "value");
  check_rejected(without(map, 13), "iterations", "value");
  check_rejected(without(map, 17), "converged", "value");
  check_rejected(without(map, 24), "shape.height", "shape");
  check_rejected(without(map, 26), "states", "states");
  check_rejected(without(map, 27), "layers", "part_count");
}

TEST_CASE("a phase map's layers must be described as they are") {
  const auto fraction = layer(1, float32, per_state), scale = layer(2, float32, per_pixel),
             residual = layer(3, float32, per_pixel), uncertainty = layer(4, float32, per_state),
             mask = layer(5, uint8, per_pixel);
  REQUIRE(decode(with_layers({fraction, scale, residual, uncertainty, mask})).ok());

  check_rejected(with_layers({fraction, scale, residual, uncertainty}), "layers", "part_count");
  check_rejected(with_layers({fraction, scale, scale, uncertainty, mask}), "layers.kind", "kind");
  check_rejected(with_layers({fraction, scale, residual, uncertainty, layer(0, uint8, per_pixel)}),
                 "layers.kind", "kind");
  check_rejected(with_layers({fraction, scale, residual, uncertainty, layer(6, uint8, per_pixel)}),
                 "layers.kind", "kind");
  check_rejected(with_layers({fraction, scale, residual, uncertainty, layer(5, float32, per_pixel)}),
                 "LAYER_KIND_MASK.pixel_type", "pixel_type");
  check_rejected(with_layers({layer(1, float32, "\2\3\2"), scale, residual, uncertainty, mask}),
                 "LAYER_KIND_FRACTION.extents", "shape");
  check_rejected(with_layers({fraction, layer(2, float32, "\6"), residual, uncertainty, mask}),
                 "LAYER_KIND_SCALE.extents", "shape");
}

TEST_CASE("a phase map is read by its header, whatever the order of its layers") {
  auto parts =
      with_layers({layer(5, uint8, per_pixel), layer(4, float32, per_state), layer(3, float32, per_pixel),
                   layer(2, float32, per_pixel), layer(1, float32, per_state)});
  std::reverse(parts.begin() + 2, parts.end());
  const auto result = decode(parts);
  REQUIRE(result.ok());
  const auto& map = std::get<PhaseMap>(*result);
  const auto sent = good_map();
  CHECK(map.fraction == sent.fraction);
  CHECK(map.scale == sent.scale);
  CHECK(map.residual == sent.residual);
  CHECK(map.uncertainty == sent.uncertainty);
  CHECK(map.mask == sent.mask);
}

TEST_CASE("a provisional map tells no scan status") {
  auto map = good_map();
  map.final = false;
  map.scan_status = ScanStatus::aborted;
  const auto result = decode(encode(map));
  REQUIRE(result.ok());
  CHECK(std::get<PhaseMap>(*result).scan_status == PhaseMap{}.scan_status);
}

TEST_CASE("a phase map's rejection names its number and scan") {
  auto map = good_map();
  map.lambda = -1;
  CHECK(decode(encode(map)).error().text() ==
        "phase map 5 of scan ab12: field lambda is '-1', expected a finite number, 0 or more [value]");
}

}  // namespace phasecast::test
