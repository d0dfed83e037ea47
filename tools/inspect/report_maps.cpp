#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "pipeline/files/map_file.hpp"
#include "tools/inspect/report.hpp"

namespace phasecast {

Result<Report> report_maps(const std::string& path) {
  const auto maps = MapFileReader::open(path);
  if (!maps) return maps.error();
  const auto& outlines = maps->outlines();
  if (outlines.empty())
    return Error{"maps", path, "/entry/chemical_state", "without maps", "at least one map"};
  const auto last = maps->map(outlines.size() - 1);
  if (!last) return last.error();
  std::string states;
  for (const std::string& state : last->states) states += (states.empty() ? "" : ", ") + state;
  const auto valid = std::count(last->mask.begin(), last->mask.end(), 0);
  Report report{path, "maps", {}, {}, {}};
  report.say("layout",
             fmt::format("phasecast maps: {} scan{} of {} x {} pixels (rows x columns)", outlines.size(),
                         outlines.size() == 1 ? "" : "s", last->shape.height, last->shape.width));
  report.say("states", states);
  report.say("last map",
             fmt::format("scan {}, {} by {} energies of {}, noise {:.3g}, {} of {} pixels valid{}",
                         last->scan_index, last->method, last->energies_used.size(), last->energies_ev.size(),
                         last->noise_sigma, valid, last->mask.size(), last->converged ? ", converged" : ""));
  report.facts = {{"layout", "phasecast maps"},
                  {"maps", outlines.size()},
                  {"shape", {{"rows", last->shape.height}, {"columns", last->shape.width}}},
                  {"states", last->states},
                  {"method", last->method},
                  {"energies_used", last->energies_used.size()},
                  {"energies", last->energies_ev.size()},
                  {"valid_pixels", valid}};
  report.next = {"phasecast export " + quoted(path) + " -o exported"};
  return report;
}

}  // namespace phasecast
