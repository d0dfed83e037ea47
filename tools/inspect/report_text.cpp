#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "pipeline/files/reference_list.hpp"
#include "tools/energy_file.hpp"
#include "tools/inspect/report.hpp"

namespace phasecast {
namespace {

Result<Report> report_energies(const std::string& path) {
  Report report{path, "energies", {}, {}, {}};
  std::vector<std::string> assumptions;
  const auto energies = read_energies(path, assumptions);
  if (!energies) return energies.error();
  const auto [low, high] = std::minmax_element(energies->begin(), energies->end());
  report.say("layout", "list of energies");
  report.say("energies", fmt::format("{}, {:.10g} to {:.10g} eV", energies->size(), *low, *high));
  for (const std::string& assumption : assumptions) report.say("assumed", assumption);
  report.facts = {{"layout", "list of energies"},
                  {"points", energies->size()},
                  {"low_ev", *low},
                  {"high_ev", *high},
                  {"assumed", assumptions}};
  report.next = {"phasecast inspect STACK.tif --energies " + quoted(path)};
  return report;
}

std::string text_of(const ReferenceList::Entry& entry, bool chosen) {
  if (!entry.wrong.empty()) return entry.name + ": " + entry.wrong;
  return fmt::format("{}{}{} points, {:.10g} to {:.10g} eV{}", entry.name, entry.name.empty() ? "" : ": ",
                     entry.points, entry.low_ev, entry.high_ev, chosen ? ", read if none is chosen" : "");
}

}  // namespace

Result<Report> report_text(const std::string& path) {
  std::vector<std::string> assumptions;
  const auto list = list_references(path, assumptions);
  if (!list) return list.error();
  if (list->energies) return report_energies(path);
  Report report{path, "reference", {}, {}, {}};
  report.say("layout", list->format + (list->gzipped ? ", gzipped" : ""));
  nlohmann::ordered_json spectra = nlohmann::ordered_json::array();
  const ReferenceList::Entry* readable = nullptr;
  for (const auto& entry : list->entries) {
    report.say(entry.name.empty() ? "spectrum" : "column",
               text_of(entry, list->entries.size() > 1 && entry.name == list->chosen));
    spectra.push_back({{"name", entry.name},
                       {"points", entry.points},
                       {"low_ev", entry.low_ev},
                       {"high_ev", entry.high_ev}});
    if (!entry.wrong.empty()) spectra.back()["wrong"] = entry.wrong;
    if (entry.wrong.empty() && (readable == nullptr || entry.name == list->chosen)) readable = &entry;
  }
  for (const std::string& assumption : assumptions) report.say("assumed", assumption);
  report.facts = {{"layout", list->format},
                  {"gzipped", list->gzipped},
                  {"spectra", spectra},
                  {"chosen", list->chosen},
                  {"assumed", assumptions}};
  if (readable == nullptr) return report;
  const bool needed = !readable->name.empty() && readable->name != list->chosen;
  const std::string argument = path + (needed ? ":column=" + readable->name : "");
  report.facts["argument"] = argument;
  report.next = {"phasecast unmix SCAN --references " + quoted(argument) + " OTHER -o maps.h5"};
  return report;
}

}  // namespace phasecast
