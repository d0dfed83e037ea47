#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "pipeline/config.hpp"
#include "tools/config_file.hpp"

namespace phasecast {

/// The options of the science, as typed; the same for `run` and `unmix`, on the command line and in TOML.
struct UnmixOptions {
  std::vector<std::string> references;
  std::string method = "rum-tv";
  std::string formulation = "phasecast";
  std::string bm3d_profile = "high";
  std::string network = "fast";
  std::string normalize = "pre_edge";
  std::string pre_edge, post_edge;
  int order = 0;
  int post_order = 1;
  double e0 = 0;
  std::string reference_shift = "check";
  std::string lambda = "auto", rho = "auto", mask_below = "auto";
  int iterations = 100;
  double tolerance = 2e-3;
  int threads = 2;
  bool no_despike = false;
  double despike_threshold = 8;
  std::string registering = "off", magnification = "none";
  bool deterministic = false;
};

void add_reference_option(CLI::App& app, UnmixOptions& options);
void add_normalize_options(CLI::App& app, UnmixOptions& options);
void add_despike_options(CLI::App& app, UnmixOptions& options);
void add_register_options(CLI::App& app, UnmixOptions& options);
/// All of them.
void add_unmix_options(CLI::App& app, UnmixOptions& options);

/// "8180:8320" in eV; without text the window is 0 to 0.
Result<EnergyWindow> window(const std::string& name, const std::string& text);

/// Reads the references and turns text into values. Errors name the option. Assumptions made about files are
/// logged.
Result<UnmixConfig> to_config(const UnmixOptions& options);

}  // namespace phasecast
