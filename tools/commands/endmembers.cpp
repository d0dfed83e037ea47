#include <spdlog/fmt/fmt.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <tbb/global_control.h>

#include <filesystem>
#include <fstream>

#include "stages/blind.hpp"
#include "tools/absorbance_stack.hpp"
#include "tools/commands.hpp"
#include "tools/options.hpp"
#include "tools/picture/chart.hpp"
#include "tools/reference_findings.hpp"
#include "tools/stack_options.hpp"

namespace phasecast {
namespace {

struct EndmemberOptions {
  UnmixOptions unmix;  // normalization, despiking, registration, threads
  StackOptions stack;
  std::string file, output, background = "falling", config_file;
  std::optional<int> states;
  int average = 9;
  std::uint64_t seed = 1;
};

std::string name_of_state(Eigen::Index state) {
  return "state" + std::to_string(state + 1);
}

/// Why there are as many states as there are: every eigenvalue against the noise.
std::string evidence_table(const BlindSpectra& found, const Subspace& subspace, bool given) {
  const StateEvidence& evidence = found.evidence;
  std::string text = fmt::format(
      "states {} ({})\npixels with the element {} of {}, subspace of {} dimensions\n"
      "misfit {:.3g} of the signal (RMS, within the subspace)\nlargest eigenvalue of noise alone {:.4g}\n"
      "spectrum eigenvalue stands_out\n",
      found.spectra.cols(), given ? "as given" : "as many as stand out of the noise, at most 8", found.pixels,
      subspace.shape.pixels(), subspace.dimension(), found.endmembers.misfit, evidence.noise_edge);
  for (Eigen::Index i = 0; i < evidence.eigenvalues.size(); ++i)
    text += fmt::format("{} {:.4g} {}\n", i + 1, evidence.eigenvalues(i),
                        evidence.eigenvalues(i) > evidence.noise_edge ? "yes" : "no");
  return text;
}

Chart chart_of(const AbsorbanceStack& stack, const BlindSpectra& found, const std::string& file) {
  Chart chart{"Endmembers of " + file, {"energy (eV)"}, {"absorbance, relative"}, {}};
  for (Eigen::Index l = 0; l < found.spectra.cols(); ++l) {
    const Eigen::VectorXd mu = found.spectra.col(l);
    chart.series.push_back({name_of_state(l), stack.energies_ev, {mu.begin(), mu.end()}});
  }
  return chart;
}

BlindConfig to_blind_config(const EndmemberOptions& options, const UnmixConfig& unmix) {
  BlindConfig config;
  config.normalize = unmix.normalize;
  config.background = options.background == "flat" ? Background::flat : Background::falling;
  config.vca.states = options.states.value_or(0);
  config.vca.seed = options.seed;
  config.vca.average = options.average;
  return config;
}

void require_states(const EndmemberOptions& options, std::size_t energies) {
  const int most = std::min(most_states, static_cast<int>(energies));
  if (options.states && (*options.states < 1 || *options.states > most))
    throw std::runtime_error(Error{"states", "command line", "states", std::to_string(*options.states),
                                   fmt::format("1 to {} ({} energies were measured)", most, energies)}
                                 .text());
}

int endmembers(const EndmemberOptions& options) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("phasecast"));
  spdlog::set_pattern("%l: %v");
  const tbb::global_control threads(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(options.unmix.threads));
  const auto unmix = to_config(options.unmix);
  if (!unmix) throw std::runtime_error(unmix.error().text());
  const BlindConfig config = to_blind_config(options, *unmix);
  std::vector<std::string> assumptions;
  const StackDescription said = to_description(options.stack, assumptions);
  for (const auto& assumption : assumptions) spdlog::warn("{}", assumption);
  const AbsorbanceStack stack = read_absorbance(options.file, unmix->despike, said, unmix->registration);
  require_states(options, stack.energies_ev.size());

  const auto subspace = find_subspace(stack.view(), config.vca.states);
  if (!subspace) throw std::runtime_error(options.file + ": " + subspace.error().text());
  const auto found = blind_spectra(stack.energies_ev, *subspace, config);
  if (!found) throw std::runtime_error(options.file + ": " + found.error().text());

  const std::filesystem::path folder(options.output);
  const std::string name = std::filesystem::path(options.file).filename().string();
  std::filesystem::create_directories(folder);
  for (Eigen::Index l = 0; l < found->spectra.cols(); ++l)
    write_reference(folder / (name_of_state(l) + ".txt"), stack.energies_ev,
                    {found->spectra.col(l).data(), stack.energies_ev.size()},
                    "endmember of " + name + ", found by phasecast");
  const std::string evidence = evidence_table(*found, *subspace, options.states.has_value());
  std::ofstream(folder / "evidence.txt") << evidence;
  write_chart(chart_of(stack, *found, name), folder / "endmembers.png");
  std::fputs(evidence.c_str(), stdout);
  return 0;
}

}  // namespace

void add_endmembers(CLI::App& app, int& exit_status) {
  CLI::App* command =
      app.add_subcommand("endmembers", "Offline: the spectra a scan is made of, as references for unmix");
  auto options = std::make_shared<EndmemberOptions>();
  UnmixOptions& unmix = options->unmix;
  command->add_option("file", options->file, "Scan file")
      ->required()
      ->check(CLI::ExistingPath)
      ->type_name("F");
  command
      ->add_option("-o,--output", options->output, "Folder for the references, evidence.txt, endmembers.png")
      ->required()
      ->type_name("DIR");
  add_config_file(*command, options->config_file);
  command->add_option("-n,--states", options->states,
                      "Chemical states, 1 to 8; without it, as many spectra as stand out of the noise");
  add_stack_options(*command, options->stack);
  add_normalize_options(*command, unmix);
  command
      ->add_option("--background", options->background,
                   "Under the edge, of order 0: falling with E^-3 from the pre-edge as other absorption "
                   "does, or flat")
      ->check(CLI::IsMember({"falling", "flat"}))
      ->capture_default_str();
  command
      ->add_option("--average", options->average,
                   "Pixels nearest to a vertex that its spectrum is the mean of")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Of the random directions")->capture_default_str();
  add_despike_options(*command, unmix);
  add_register_options(*command, unmix);
  command->add_option("--threads", unmix.threads, "Threads that compute")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->callback([command, options, &exit_status] {
    apply_config_file(*command, options->config_file);
    exit_status = endmembers(*options);
  });
}

}  // namespace phasecast
