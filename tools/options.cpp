#include "tools/options.hpp"

#include <spdlog/spdlog.h>

#include <charconv>
#include <fstream>
#include <optional>

#include "pipeline/files/references.hpp"
#include "stages/bm3d.hpp"
#include "stages/cnn.hpp"

namespace phasecast {
namespace {

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Error bad_option(const std::string& name, const std::string& value, const std::string& expected) {
  return {"config", "command line or configuration file", name, value, expected};
}

Result<std::optional<double>> automatic_or(const std::string& name, const std::string& text) {
  if (text == "auto") return std::optional<double>();
  if (const auto value = number(text)) return std::optional<double>(*value);
  return bad_option(name, text, "auto or a number");
}

/// "1/E@8180": the law, and where it is 1.
Result<std::optional<MagnificationLaw>> magnification_of(const std::string& text) {
  if (text == "none") return std::optional<MagnificationLaw>();
  const auto at = text.find('@');
  const std::string law = text.substr(0, at);
  const auto at_ev =
      at == std::string::npos ? std::optional<double>(0.0) : number(std::string_view(text).substr(at + 1));
  const bool known = law == "E" || law == "1/E";
  if (!known || !at_ev || (at != std::string::npos && !(*at_ev > 0)))
    return bad_option("magnification", text, "none, E or 1/E, and @EV where it is 1, e.g. 1/E@8180");
  return std::optional<MagnificationLaw>({law == "E" ? 1.0 : -1.0, *at_ev});
}

Result<RegisterConfig> registration_of(const UnmixOptions& o) {
  const auto law = magnification_of(o.magnification);
  if (!law) return law.error();
  RegisterConfig config;
  config.law = *law;
  if (o.registering == "shift") config.mode = Registering::shift;
  if (o.registering == "shift+magnification") config.mode = Registering::shift_and_magnification;
  if (config.law && config.mode != Registering::shift)
    return bad_option("magnification", o.magnification,
                      "none, or --register shift: a known law is not fitted");
  return config;
}

/// The method's prior, if it is a denoiser.
Result<Denoiser> denoiser_of(const UnmixOptions& o) {
  if (o.method == "rum-bm3d") {
    const std::map<std::string, Bm3dConfig> profiles{
        {"fast", bm3d_fast}, {"normal", bm3d_normal}, {"high", bm3d_high}, {"best", bm3d_best}};
    return bm3d(profiles.at(o.bm3d_profile));
  }
  if (o.method != "rum-cnn") return Denoiser();
  if (o.network == "fast" || o.network == "dncnn") return cnn(shipped_network(o.network), o.network);
  std::ifstream file(o.network, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file) return bad_option("network", o.network, "fast, dncnn, or a readable ONNX file");
  return cnn(bytes, o.network);
}

}  // namespace

Result<EnergyWindow> window(const std::string& name, const std::string& text) {
  if (text.empty()) return EnergyWindow{};
  const auto colon = text.find(':');
  const auto low = number(std::string_view(text).substr(0, colon));
  const auto high =
      colon == std::string::npos ? std::nullopt : number(std::string_view(text).substr(colon + 1));
  if (!low || !high) return bad_option(name, text, "LOW:HIGH in eV, e.g. 8180:8320");
  return EnergyWindow{*low, *high};
}

void add_normalize_options(CLI::App& app, UnmixOptions& o) {
  app.add_option(
         "--normalize", o.normalize,
         "pre_edge: subtract the pre-edge, scale = edge jump; edge_step: also divide by the step; none")
      ->check(CLI::IsMember({"none", "pre_edge", "edge_step"}))
      ->capture_default_str();
  app.add_option("--pre-edge", o.pre_edge, "Pre-edge window, no default: it depends on the element")
      ->type_name("LO:HI eV");
  app.add_option("--post-edge", o.post_edge, "Post-edge window, for edge_step")->type_name("LO:HI eV");
  app.add_option("--order", o.order, "Order of the pre-edge polynomial: 0 or 1 (1 needs a long pre-edge)")
      ->capture_default_str();
  app.add_option("--post-order", o.post_order, "Order of the post-edge polynomial: 0, 1 or 2")
      ->capture_default_str();
  app.add_option("--e0", o.e0, "Edge energy at which the edge step is taken, for edge_step")->type_name("eV");
}

void add_reference_option(CLI::App& app, UnmixOptions& o) {
  app.add_option("--references", o.references,
                 "Reference spectra, one per chemical state: PATH[:column=NAME][=name][@shift_eV]; text, "
                 "CSV, Athena .nor and .prj, XDI")
      ->type_name("FILE...");
}

void add_despike_options(CLI::App& app, UnmixOptions& o) {
  app.add_flag("--no-despike", o.no_despike, "Leave spikes and hot pixels as they are");
  app.add_option("--despike-threshold", o.despike_threshold,
                 "A spike stands out of all its neighbors by this much")
      ->type_name("noise std")
      ->capture_default_str();
}

void add_register_options(CLI::App& app, UnmixOptions& o) {
  app.add_option("--register", o.registering,
                 "Align images that drift: shift between energies, and magnification; off: they are aligned")
      ->check(CLI::IsMember({"off", "shift", "shift+magnification"}))
      ->capture_default_str();
  app.add_option("--magnification", o.magnification,
                 "With --register shift, its known law: E or 1/E (a zone plate whose detector stays where it "
                 "is), 1 at the scan's first energy or at @EV")
      ->type_name("none|E|1/E[@EV]")
      ->capture_default_str();
}

void add_unmix_options(CLI::App& app, UnmixOptions& o) {
  add_reference_option(app, o);
  app.add_option(
         "--reference-shift", o.reference_shift,
         "References that lie at wrong energies. check: measured and said at the end of each scan; fit: the "
         "final map is made with shifted references; fit-common: all by the same; off")
      ->check(CLI::IsMember({"off", "check", "fit", "fit-common"}))
      ->capture_default_str();
  app.add_option("--method", o.method,
                 "rum-tv: total variation (eq. 7); rum-bm3d, rum-cnn: a denoiser as prior (eq. 16); lcf: "
                 "per-pixel least squares (eq. 3)")
      ->check(CLI::IsMember({"rum-tv", "rum-bm3d", "rum-cnn", "lcf"}))
      ->capture_default_str();
  app.add_option(
         "--formulation", o.formulation,
         "phasecast: the same objectives, solved faster and with white noise for the denoiser; paper: "
         "Algorithm 1 as it is written")
      ->check(CLI::IsMember({"phasecast", "paper"}))
      ->capture_default_str();
  app.add_option("--bm3d-profile", o.bm3d_profile, "Quality of rum-bm3d's denoiser, best is slowest")
      ->check(CLI::IsMember({"fast", "normal", "high", "best"}))
      ->capture_default_str();
  app.add_option("--network", o.network, "Denoiser of rum-cnn: fast, dncnn, or an ONNX file")
      ->type_name("NAME|F.onnx")
      ->capture_default_str();
  add_normalize_options(app, o);
  app.add_option("--lambda", o.lambda,
                 "Weight of the prior in eq. (7): auto (from noise and data) or a number")
      ->capture_default_str();
  app.add_option("--rho", o.rho, "Penalty of the solver, only changes speed: auto or a number")
      ->capture_default_str();
  app.add_option("--iterations", o.iterations, "Iterations of the solver at most, for a final map")
      ->capture_default_str();
  app.add_option("--tolerance", o.tolerance,
                 "A map is final when its fractions are this close (RMS) to their limit")
      ->type_name("fraction")
      ->capture_default_str();
  app.add_option("--mask-below", o.mask_below, "Scale below which there is no element: auto or a number")
      ->capture_default_str();
  add_despike_options(app, o);
  add_register_options(app, o);
  app.add_option("--threads", o.threads, "Threads that compute")->capture_default_str();
  app.add_flag("--deterministic", o.deterministic,
               "Solve in lockstep with the frames: same frames, same bits");
}

Result<UnmixConfig> to_config(const UnmixOptions& o) {
  UnmixConfig config;
  for (const auto& argument : o.references) {
    std::vector<std::string> assumptions;
    auto reference = read_reference(argument, assumptions);
    if (!reference) return reference.error();
    for (const auto& assumption : assumptions) spdlog::warn("{}", assumption);
    config.references.push_back(std::move(*reference));
  }
  auto prior = denoiser_of(o);
  if (!prior) return prior.error();
  config.prior = std::move(*prior);
  config.reference_shift = o.reference_shift == "off"     ? ReferenceShift::off
                           : o.reference_shift == "check" ? ReferenceShift::check
                           : o.reference_shift == "fit"   ? ReferenceShift::fit
                                                          : ReferenceShift::fit_common;
  config.method = o.method == "lcf" ? Method::lcf : config.prior ? Method::rum_pnp : Method::rum_tv;
  config.method_name = o.method;
  config.formulation = o.formulation == "paper" ? Formulation::paper : Formulation::phasecast;
  config.normalize.mode = o.normalize == "none"       ? Normalization::none
                          : o.normalize == "pre_edge" ? Normalization::pre_edge
                                                      : Normalization::edge_step;
  const auto pre_edge = window("pre-edge", o.pre_edge), post_edge = window("post-edge", o.post_edge);
  if (!pre_edge) return pre_edge.error();
  if (!post_edge) return post_edge.error();
  config.normalize.pre_edge = *pre_edge;
  config.normalize.post_edge = *post_edge;
  config.normalize.order = o.order;
  config.normalize.post_order = o.post_order;
  config.normalize.e0_ev = o.e0;
  const auto lambda = automatic_or("lambda", o.lambda), rho = automatic_or("rho", o.rho),
             mask_below = automatic_or("mask-below", o.mask_below);
  for (const auto* option : {&lambda, &rho, &mask_below})
    if (!*option) return option->error();
  config.lambda = *lambda;
  config.rho = *rho;
  config.mask_below = *mask_below;
  config.iterations = o.iterations;
  config.tolerance = o.tolerance;
  config.despike.enabled = !o.no_despike;
  config.despike.threshold = o.despike_threshold;
  config.deterministic = o.deterministic;
  auto registration = registration_of(o);
  if (!registration) return registration.error();
  config.registration = *registration;
  return config;
}

}  // namespace phasecast
