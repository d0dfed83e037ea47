#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "messages/result.hpp"
#include "pipeline/files/stack_description.hpp"

namespace phasecast {

/// What `phasecast inspect` says about one file: lines for a person, the same facts for a program, and the
/// command to go on with.
struct Report {
  std::string file;
  std::string kind;                                        ///< "scan", "reference", "energies", "maps"
  std::vector<std::pair<std::string, std::string>> lines;  ///< what it is about, and what is said
  nlohmann::ordered_json facts;
  std::vector<std::string> next;  ///< complete command lines

  void say(const std::string& about, const std::string& text) { lines.emplace_back(about, text); }
};

/// What else was given beside a file, for the commands to go on with.
struct Companions {
  std::string energies;                 ///< file of --energies
  StackDescription said;                ///< its energies, and --data
  std::vector<std::string> references;  ///< with :column= where one has to be chosen
  bool asked_signal = false;
};

Result<Report> report_scan(const std::string& path, const Companions& companions);
Result<Report> report_maps(const std::string& path);
/// A spectrum, several, or a list of energies.
Result<Report> report_text(const std::string& path);

std::string text_of(const Report& report);
nlohmann::ordered_json json_of(const Report& report);

/// Quoted for a shell where it has to be.
std::string quoted(const std::string& argument);

}  // namespace phasecast
