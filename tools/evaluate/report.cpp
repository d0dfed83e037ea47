#include "tools/evaluate/report.hpp"

#include <spdlog/fmt/fmt.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "tools/machine.hpp"

namespace phasecast {
namespace {

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

std::string markdown_table(const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const std::string& cell : rows[i]) text += "| " + cell + " ";
    text += "|\n";
    if (i > 0) continue;
    for (std::size_t k = 0; k < rows[i].size(); ++k) text += k == 0 ? "|---" : "|---:";
    text += "|\n";
  }
  return text;
}

std::string provenance(const EvaluationSettings& settings) {
  const Shape particle = settings.shape_of(SceneKind::particle), brine = settings.shape_of(SceneKind::brine);
  return fmt::format("phasecast {}, {}, {} cores, seed {}; {} energies, {} × {} pixels (brine {} × {}){}.\n",
                     PHASECAST_VERSION, cpu_model(), std::thread::hardware_concurrency(), settings.seed,
                     settings.energies, particle.height, particle.width, brine.height, brine.width,
                     settings.quick ? "; quick: smaller images than the paper's" : "");
}

void write_report(const EvaluationSettings& settings, const std::string& name, const std::string& title,
                  const std::string& text, const std::string& csv) {
  std::filesystem::create_directories(settings.output);
  write(settings.output / (name + ".csv"), csv);
  write(settings.output / (name + ".md"), "# " + title + "\n\n" + provenance(settings) + "\n" + text);
  fmt::print("{}\n\n{}\n{}\n", title, provenance(settings), text);
  std::fflush(stdout);
}

}  // namespace phasecast
