#include "pipeline/config.hpp"

#include <cmath>
#include <cstdio>
#include <set>

#include "messages/crc32c.hpp"
#include "pipeline/endpoint_rules.hpp"

namespace phasecast {
namespace {

class Findings {
 public:
  void require(bool good, const char* option, const std::string& value, const char* expected) {
    if (!good) errors_.push_back({"config", "configuration", option, value, expected});
  }
  std::vector<Error> take() { return std::move(errors_); }

 private:
  std::vector<Error> errors_;
};

std::string text(const EnergyWindow& window) {
  return std::to_string(window.low_ev) + ":" + std::to_string(window.high_ev);
}

bool is_window(const EnergyWindow& window) {
  return window.low_ev > 0 && window.high_ev > window.low_ev;
}

void check_normalization(const NormalizeConfig& normalize, Findings& findings) {
  const bool edge_step = normalize.mode == Normalization::edge_step;
  if (normalize.mode == Normalization::none) return;
  findings.require(is_window(normalize.pre_edge), "pre-edge", text(normalize.pre_edge),
                   "LOW:HIGH in eV, LOW < HIGH");
  findings.require(normalize.order == 0 || normalize.order == 1, "order", std::to_string(normalize.order),
                   "0 or 1");
  if (!edge_step) return;
  findings.require(is_window(normalize.post_edge), "post-edge", text(normalize.post_edge),
                   "LOW:HIGH in eV, LOW < HIGH");
  findings.require(normalize.post_edge.low_ev >= normalize.pre_edge.high_ev, "post-edge",
                   text(normalize.post_edge), "a window above the pre-edge window");
  findings.require(normalize.post_order >= 0 && normalize.post_order <= 2, "post-order",
                   std::to_string(normalize.post_order), "0, 1 or 2");
  findings.require(normalize.e0_ev > 0, "e0", std::to_string(normalize.e0_ev), "the edge energy in eV");
}

void check(const UnmixConfig& unmix, Findings& findings) {
  if (!unmix.references.empty()) check_normalization(unmix.normalize, findings);
  findings.require(unmix.references.size() != 1 && unmix.references.size() <= 8, "references",
                   std::to_string(unmix.references.size()), "two to eight reference spectra");
  std::set<std::string> names;
  for (const auto& reference : unmix.references)
    findings.require(names.insert(reference.name).second, "references", reference.name,
                     "a different name for each (PATH=name)");
  if (unmix.lambda)
    findings.require(*unmix.lambda > 0, "lambda", std::to_string(*unmix.lambda), "auto or above 0");
  if (unmix.rho) findings.require(*unmix.rho > 0, "rho", std::to_string(*unmix.rho), "auto or above 0");
  if (unmix.mask_below)
    findings.require(std::isfinite(*unmix.mask_below), "mask-below", std::to_string(*unmix.mask_below),
                     "auto or a scale");
  findings.require(unmix.iterations >= 1, "iterations", std::to_string(unmix.iterations), "at least 1");
  findings.require(unmix.tolerance > 0 && unmix.tolerance < 1, "tolerance", std::to_string(unmix.tolerance),
                   "above 0 and below 1, in fractions");
  if (unmix.enough)
    findings.require(*unmix.enough > 0 && *unmix.enough < 1, "enough", std::to_string(*unmix.enough),
                     "above 0 and below 1, in fractions");
  findings.require(unmix.iterations_per_frame >= 1, "iterations-per-frame",
                   std::to_string(unmix.iterations_per_frame), "at least 1");
  findings.require(unmix.map_every >= 1, "map-every", std::to_string(unmix.map_every), "at least 1 energy");
  findings.require(unmix.despike.threshold > 0, "despike-threshold", std::to_string(unmix.despike.threshold),
                   "above 0, in noise standard deviations");
}

}  // namespace

std::vector<Error> validate(const UnmixConfig& config) {
  Findings findings;
  check(config, findings);
  return findings.take();
}

std::vector<Error> validate(const RunConfig& config) {
  Findings findings;
  check(config.unmix, findings);
  findings.require(config.threads >= 1, "threads", std::to_string(config.threads), "at least 1");
  findings.require(config.admission.reorder_frames >= 1, "reorder-frames",
                   std::to_string(config.admission.reorder_frames), "at least 1");
  for (const auto& [name, wait] : {std::pair{"reorder-wait", config.admission.reorder_wait},
                                   {"close-wait", config.admission.close_wait},
                                   {"stall-wait", config.admission.stall_wait}})
    findings.require(wait.count() > 0, name, std::to_string(wait.count()) + " ms", "a time above 0");
  for (const auto& [name, endpoint] : {std::pair{"frames", &config.frames_endpoint},
                                       {"maps", &config.maps_endpoint},
                                       {"control", &config.control_endpoint}})
    findings.require(!config.keys.empty() || config.insecure || is_loopback_endpoint(*endpoint), name,
                     *endpoint,
                     "--keys DIR, as other machines reach this address ('phasecast keys DIR' makes one), or "
                     "--insecure to let in whoever comes");
  findings.require(config.largest_frame_bytes > 0, "max-frame", std::to_string(config.largest_frame_bytes),
                   "above 0 MiB");
  findings.require(config.in_flight_bytes > 0, "in-flight", std::to_string(config.in_flight_bytes),
                   "above 0 MiB");
  findings.require(config.hold_bytes > 0, "hold", std::to_string(config.hold_bytes), "above 0 MiB");
  findings.require(!config.record || !config.output.empty(), "output", config.output, "a folder");
  return findings.take();
}

std::string hash_of(const std::map<std::string, std::string>& described) {
  std::string all;
  for (const auto& [name, value] : described) all += name + '=' + value + '\n';
  char hash[9];
  std::snprintf(hash, sizeof hash, "%08x", crc32c(std::as_bytes(std::span(all))));
  return hash;
}

}  // namespace phasecast
