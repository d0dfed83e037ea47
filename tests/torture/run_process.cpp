#include "tests/torture/run_process.hpp"

#include <csignal>
#include <fstream>
#include <iomanip>
#include <sstream>
#include <stdexcept>

namespace phasecast::torture {
namespace {

std::vector<std::string> arguments(const std::filesystem::path& folder, const std::filesystem::path& fifo,
                                   const std::vector<Spectrum>& references,
                                   const std::vector<std::string>& options) {
  std::vector<std::string> words{
      "run",          "--frames",          "tcp://127.0.0.1:*", "--maps", "tcp://127.0.0.1:*",
      "--control",    "tcp://127.0.0.1:*", "--endpoints",       fifo,     "--output",
      folder / "data"};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {"--pre-edge", "8190:8320", "--references"});
  for (const Spectrum& reference : references) {
    const auto path = folder / (reference.name + ".txt");
    std::ofstream file(path);
    file << "# energy_eV mu\n" << std::setprecision(17);
    for (std::size_t k = 0; k < reference.mu.size(); ++k)
      file << reference.energy_ev[k] << ' ' << reference.mu[k] << '\n';
    words.push_back(path.string() + "=" + reference.name);
  }
  return words;
}

Endpoints parse(const std::string& json) {
  const auto value = [&](const char* name) {
    const auto begin = json.find(": \"", json.find(name)) + 3;
    return json.substr(begin, json.find('"', begin) - begin);
  };
  if (json.empty()) throw std::runtime_error("phasecast run did not start; its log is in the folder");
  return {value("frames"), value("maps"), value("control")};
}

}  // namespace

RunProcess::RunProcess(const std::filesystem::path& folder, const std::vector<Spectrum>& references,
                       const std::vector<std::string>& options)
    : fifo_(test::make_fifo(folder / "endpoints")),
      process_(folder, "run", arguments(folder, fifo_, references, options)),
      endpoints_(parse(test::read_file(fifo_))) {}  // blocks until the pipeline has written it

std::map<std::string, std::string> RunProcess::stop() {
  process_.signal(SIGINT);
  if (const int status = process_.wait(); status != 0)
    throw std::runtime_error("phasecast run ended with " + std::to_string(status) + ":\n" + process_.log());
  std::map<std::string, std::string> summary;
  std::istringstream lines(process_.output());
  for (std::string name, value; lines >> name && std::getline(lines >> std::ws, value);) {
    if (name == "file") files_.push_back(value);
    summary[name] = value;
  }
  return summary;
}

}  // namespace phasecast::torture
