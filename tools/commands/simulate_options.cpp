#include "tools/commands/simulate_options.hpp"

#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <cstdio>
#include <map>
#include <stdexcept>

#include "messages/units.hpp"
#include "pipeline/files/references.hpp"
#include "tools/commands/send_options.hpp"
#include "tools/energy_file.hpp"
#include "tools/simulate/spectra.hpp"

namespace phasecast {

namespace {

template <class T>
CLI::Option* add_value(CLI::App& command, const std::string& option, T& value, const std::string& unit,
                       const std::string& help) {
  return command.add_option(option, value, help)->type_name(unit)->capture_default_str();
}

template <class Enum>
void add_choice(CLI::App& command, const std::string& option, Enum& value,
                std::initializer_list<Enum> choices, const std::string& help) {
  std::map<std::string, Enum> names;
  for (const Enum choice : choices) names[std::string(name_of(choice))] = choice;
  command.add_option(option, value, help)
      ->transform(CLI::CheckedTransformer(names).description(""))
      ->type_name(CLI::detail::join(
          names, [](const auto& n) { return n.first; }, "|"))
      ->default_str(std::string(name_of(value)));
}

void add_sample_options(CLI::App& command, SimulateOptions& o) {
  using enum SceneKind;
  ExperimentConfig& e = o.experiment;
  add_choice(command, "--scene", e.scene, {particle, polymer, round, wedge, electrode, brine},
             "Sample; the first three are projections, the others slices");
  add_value(command, "--height", e.shape.height, "PX", "Rows of the image")->check(CLI::Range(16, 65536));
  add_value(command, "--width", e.shape.width, "PX", "Columns of the image")->check(CLI::Range(16, 65536));
  add_value(command, "--pixel-size", e.pixel_size_um, "UM", "Side of a pixel on the sample")
      ->check(CLI::PositiveNumber);
  CLI::Option* states =
      add_value(command, "--states", o.states, "L", "Ni valence states")->check(CLI::Range(2, 5));
  command
      .add_option("--references", o.references,
                  "Spectra of the states from files, instead of Ni valence states")
      ->type_name("FILE[=NAME][@SHIFT_EV]")
      ->excludes(states);
  add_value(
      command, "--energies", o.energies, "FILE",
      "Energies to measure, eV or keV, one per line; default: 117 around the Ni K edge, or those of the "
      "first reference that all references cover")
      ->check(CLI::ExistingFile);
  command
      .add_option("--edge", o.edge,
                  "Name of the absorption edge, for the record; default: Ni K, or none with --references")
      ->type_name("TEXT");
  add_value(command, "--front-width", e.front_width_px, "PX", "Width of the reaction front; 0 is sharp");
  add_value(command, "--thickness-variation", e.thickness_variation, "0..1",
            "0: edge jump 1 wherever there is material; 1: as the full thickness, with mean 1");
}

void add_measurement_options(CLI::App& command, SimulateOptions& o) {
  using enum Signal;
  ExperimentConfig& e = o.experiment;
  add_value(command, "--scans", e.scans, "K", "Scans of the series; the reaction runs through all of them");
  add_value(command, "--noise", e.noise, "ABSORBANCE", "Standard deviation of one absorbance value");
  add_value(command, "--background", e.background, "ABSORBANCE",
            "What is not the element absorbs this much at the first energy, less beyond (E^-3)");
  add_value(
      command, "--matrix", e.matrix, "ABSORBANCE",
      "Likewise, of the sample's other elements, for an edge jump of 1: where the sample is, and as thick");
  add_value(command, "--drift", e.drift.walk_px, "PX",
            "Images wander at random by up to this much in x and y, from energy to energy");
  add_value(command, "--magnification", e.drift.magnification, "SHARE",
            "Change of magnification over a scan, linear with energy: 0.01 is one percent");
  add_value(
      command, "--margin", e.margin_px, "PX",
      "Sample beyond the image's border, at least what drift brings into view: same margin, same sample");
  add_value(command, "--flat-drift", e.flat_drift, "SHARE",
            "Wander of the open beam relative to its mean, 0 to 0.05");
  add_value(command, "--hot-pixels", e.hot_pixels, "SHARE",
            "Share of pixels stuck at full scale, and as many hit anew in each sample frame");
  add_choice(command, "--signal", e.signal, {counts, transmission, absorbance},
             "What the sample frames hold; only counts come with darks and flats");
  add_choice(command, "--flats", e.flats.use, {CorrectionUse::shared, CorrectionUse::per_energy},
             "Flats for the whole scan, or for each energy");
  add_value(command, "--flat-repeats", e.flats.repeats, "N", "Flats at a time");
  add_value(command, "--dark-repeats", e.darks.repeats, "N", "Darks before each scan");
  add_value(command, "--repeats", e.sample_repeats, "N", "Sample frames at each energy");
  add_value(command, "--exposure", e.exposure_s, "S", "Time from frame to frame on the frames' own clock");
  add_value(command, "--interval", e.interval_s, "S",
            "Pause between scans; kept by the clock too when sending");
  add_value(command, "--seed", e.seed, "SEED", "Same seed, same sample and same noise");
  command
      .add_option("--start-time", o.start_time_s,
                  "Start of the first scan since 1970-01-01 UTC; default: now")
      ->type_name("S")
      ->check(CLI::NonNegativeNumber);
}

void say(const std::vector<std::string>& assumptions) {
  for (const std::string& assumption : assumptions) fmt::print(stderr, "{}\n", assumption);
}

template <class T>
T taken(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text());
  return std::move(*result);
}

std::vector<double> covered_by_all(const std::vector<Spectrum>& references) {
  std::vector<double> energies;
  for (const double e : references.front().energy_ev) {
    bool covered = true;
    for (const Spectrum& r : references) covered &= e >= r.energy_ev.front() && e <= r.energy_ev.back();
    if (covered) energies.push_back(e);
  }
  return energies;
}

}  // namespace

void add_simulate_options(CLI::App& command, SimulateOptions& options) {
  add_sample_options(command, options);
  add_measurement_options(command, options);
  command
      .add_option("-o,--output", options.output,
                  "Write the scan, and the truth, to this file; several scans to F_000.h5, F_001.h5, ...")
      ->type_name("F.h5");
  command
      .add_option("--write-references", options.write_references,
                  "Write the spectra of the states there, as two-column text")
      ->type_name("DIR");
  add_send_options(command, options.send, options.keys);
}

ExperimentConfig experiment_of(const SimulateOptions& options) {
  ExperimentConfig config = options.experiment;
  std::vector<std::string> assumptions;
  for (const std::string& argument : options.references)
    config.references.push_back(taken(read_reference(argument, assumptions)));
  if (!options.energies.empty()) {
    config.energies_ev = taken(read_energies(options.energies, assumptions));
  } else {
    config.energies_ev = config.references.empty() ? nickel_energies() : covered_by_all(config.references);
  }
  say(assumptions);
  config.edge = options.edge.value_or(config.references.empty() ? "Ni K" : "");
  if (config.references.empty())
    config.references = nickel_states(options.states, ascending(config.energies_ev));
  config.start_utc_ns = options.start_time_s ? std::llround(*options.start_time_s * ns_per_s) : utc_now_ns();
  return config;
}

}  // namespace phasecast
