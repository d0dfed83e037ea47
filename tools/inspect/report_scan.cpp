#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <set>

#include "pipeline/files/scan_reader.hpp"
#include "stages/median.hpp"
#include "tools/inspect/next_commands.hpp"

namespace phasecast {
namespace {

using Json = nlohmann::ordered_json;

/// The middle of the steps between energies in increasing order.
double middle_step(std::vector<double> energies) {
  std::sort(energies.begin(), energies.end());
  std::vector<double> steps;
  for (std::size_t k = 1; k < energies.size(); ++k) steps.push_back(energies[k] - energies[k - 1]);
  return median_of<double>(steps);
}

void say_shape(const ScanStart& start, const ScanFindings& found, Report& report) {
  report.say("layout", found.layout + (found.images.empty() ? "" : ": " + found.images));
  report.say(
      "shape",
      fmt::format("{} energies, {} x {} pixels (rows x columns) of {}{}", start.energies_ev.size(),
                  start.shape.height, start.shape.width, name_of(start.pixel_type),
                  start.pixel_size_um > 0 ? fmt::format(", {:.4g} um each", start.pixel_size_um) : ""));
  report.facts["layout"] = found.layout;
  report.facts["images"] = found.images;
  report.facts["shape"] = {
      {"energies", start.energies_ev.size()}, {"rows", start.shape.height}, {"columns", start.shape.width}};
  report.facts["pixel_type"] = std::string(name_of(start.pixel_type));
  report.facts["pixel_size_um"] = start.pixel_size_um;
}

void say_energies(const ScanStart& start, const ScanFindings& found, Report& report) {
  const auto& energies = start.energies_ev;
  const auto [low, high] = std::minmax_element(energies.begin(), energies.end());
  std::string text = fmt::format("{:.10g} to {:.10g} eV", *low, *high);
  if (energies.size() > 1) text += fmt::format(", mostly {:.4g} eV apart", middle_step(energies));
  if (!std::is_sorted(energies.begin(), energies.end())) text += ", not in increasing order";
  if (std::set<double>(energies.begin(), energies.end()).size() < energies.size()) text += ", some twice";
  report.say("energies", text + (found.energies.empty() ? "" : " (" + found.energies + ")"));
  report.facts["energies"] = {{"first_ev", energies.front()},
                              {"last_ev", energies.back()},
                              {"low_ev", *low},
                              {"high_ev", *high},
                              {"ev", energies},
                              {"unit", found.energies}};
  if (energies.size() > 1) report.facts["energies"]["step_ev"] = middle_step(energies);
}

std::string plan_text(const CorrectionPlan& plan) {
  if (plan.use == CorrectionUse::none) return "none";
  return fmt::format("{} {}", plan.repeats,
                     plan.use == CorrectionUse::shared ? "for all energies" : "per energy");
}

void say_frames(const ScanStart& start, const ScanFindings& found, const FrameStatistics& statistics,
                Report& report) {
  report.say("flats", plan_text(start.flats) + "; darks " + plan_text(start.darks) +
                          fmt::format("; {} sample frame{} per energy", start.sample_repeats,
                                      start.sample_repeats == 1 ? "" : "s"));
  report.say("signal",
             std::string(name_of(start.signal)) + (found.signal.empty() ? "" : ": " + found.signal));
  const auto correction = [](const CorrectionPlan& plan) {
    return Json{{"use", std::string(name_of(plan.use))},
                {"repeats", plan.use == CorrectionUse::none ? 0 : plan.repeats}};
  };
  report.facts["flats"] = correction(start.flats);
  report.facts["darks"] = correction(start.darks);
  report.facts["sample_repeats"] = start.sample_repeats;
  report.facts["signal"] = {{"is", std::string(name_of(start.signal))}, {"why", found.signal}};
  report.facts["frames"] = {{"there", statistics.frames.size()}, {"planned", start.planned_frames()}};
  if (statistics.frames.size() != start.planned_frames())
    report.say("frames",
               fmt::format("{} of {} that its plan has", statistics.frames.size(), start.planned_frames()));
}

void say_noise(const FrameStatistics& statistics, const MeanSpectrum& spectrum, Report& report) {
  std::string text;
  for (const FrameKind kind : {FrameKind::sample, FrameKind::flat, FrameKind::dark}) {
    std::vector<double> noise, level;
    for (const auto& frame : statistics.frames)
      if (frame.kind == kind) {
        noise.push_back(frame.noise);
        level.push_back(frame.level);
      }
    if (noise.empty()) continue;
    const auto [least, most] = std::minmax_element(noise.begin(), noise.end());
    const std::string name(name_of(kind));
    const double low = *least, high = *most, usual = median_of<double>(noise);
    text += fmt::format("{}{} {:.3g} ({:.3g} to {:.3g}) at a level of {:.4g}", text.empty() ? "" : "; ", name,
                        usual, low, high, median_of<double>(level));
    report.facts["noise"][name] = {{"usual", usual}, {"least", low}, {"most", high}};
  }
  if (const double usual = median(spectrum.noise); std::isfinite(usual)) {
    text += fmt::format("; in absorbance {:.2g} a pixel and energy", usual);
    report.facts["noise"]["absorbance"] = usual;
  }
  report.say("noise", text);
  Json per_frame = Json::array();
  for (const auto& frame : statistics.frames)
    per_frame.push_back({{"kind", std::string(name_of(frame.kind))},
                         {"energy_index", frame.energy_index},
                         {"level", frame.level},
                         {"noise", frame.noise}});
  report.facts["noise"]["per_frame"] = per_frame;
}

void say_pixels(const ScanStart& start, const FrameStatistics& statistics, Report& report) {
  report.say("pixels",
             fmt::format("sample from {:.5g} to {:.5g}; {} saturated{}, {} dead, of {}", statistics.lowest,
                         statistics.highest, statistics.saturated,
                         statistics.saturation ? fmt::format(" (at {:g})", *statistics.saturation) : "",
                         statistics.dead, start.shape.pixels()));
  report.facts["pixels"] = {{"lowest", statistics.lowest},
                            {"highest", statistics.highest},
                            {"saturated", statistics.saturated},
                            {"dead", statistics.dead}};
}

void say_edge(const EdgeGuess& edge, Report& report) {
  std::string text;
  if (edge.e0_ev > 0) {
    text = fmt::format("the mean spectrum rises most at {:.6g} eV", edge.e0_ev);
    if (!edge.element.empty()) text += ", near " + edge.element;
    text += "; ";
    report.facts["edge"] = {{"e0_ev", edge.e0_ev}, {"near", edge.element}};
  }
  if (edge.pre_energies > 0) {
    text += fmt::format("{} energies before it, {:.10g} to {:.10g} eV", edge.pre_energies, edge.pre_low_ev,
                        edge.pre_high_ev);
    report.facts["edge"]["pre_edge"] = {
        {"energies", edge.pre_energies}, {"low_ev", edge.pre_low_ev}, {"high_ev", edge.pre_high_ev}};
  } else {
    text += "no pre-edge to use: " + edge.why_not;
  }
  report.say("edge", text);
}

}  // namespace

Result<Report> report_scan(const std::string& path, const Companions& companions) {
  ScanFindings found;
  auto scan = open_scan(path, found, companions.said);
  if (!scan) return scan.error();
  const ScanStart& start = (*scan)->start();
  const FrameStatistics statistics = look_at_frames(**scan);
  const MeanSpectrum spectrum = mean_spectrum(start, statistics);
  const EdgeGuess edge = guess_edge(spectrum);
  Report report{path, "scan", {}, {}, {}};
  say_shape(start, found, report);
  say_energies(start, found, report);
  say_frames(start, found, statistics, report);
  say_noise(statistics, spectrum, report);
  say_pixels(start, statistics, report);
  say_edge(edge, report);
  for (const auto& [name, value] : start.metadata) {
    report.say("metadata", name + ": " + value);
    report.facts["metadata"][name] = value;
  }
  for (const std::string& assumption : found.assumptions) report.say("assumed", assumption);
  report.facts["assumed"] = found.assumptions;
  report.next = next_commands(path, start, edge, companions);
  return report;
}

}  // namespace phasecast
