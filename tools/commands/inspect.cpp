#include <cstdio>
#include <stdexcept>

#include "pipeline/files/file_kind.hpp"
#include "tools/commands.hpp"
#include "tools/inspect/report.hpp"
#include "tools/stack_options.hpp"

namespace phasecast {
namespace {

struct InspectOptions {
  std::vector<std::string> files;
  StackOptions stack;
  bool json = false;
};

Result<Report> report_on(const std::string& path, FileKind kind, const Companions& companions) {
  switch (kind) {
    case FileKind::scan:
      return report_scan(path, companions);
    case FileKind::maps:
      return report_maps(path);
    case FileKind::text:
      return report_text(path);
  }
  throw std::logic_error("a kind of file that inspect does not know");
}

/// Scans come last: the references and energies beside them make their next command.
std::vector<std::pair<std::string, FileKind>> in_order(const std::vector<std::string>& files,
                                                       int& exit_status) {
  std::vector<std::pair<std::string, FileKind>> first, scans;
  for (const std::string& file : files) {
    const auto kind = kind_of(file);
    if (kind)
      (*kind == FileKind::scan ? scans : first).emplace_back(file, *kind);
    else
      std::fprintf(stderr, "phasecast inspect: %s\n", kind.error().text().c_str());
    if (!kind) exit_status = 1;
  }
  first.insert(first.end(), scans.begin(), scans.end());
  return first;
}

int inspect(const InspectOptions& options) {
  int exit_status = 0;
  Companions companions;
  std::vector<std::string> assumptions;
  companions.energies = options.stack.energies;
  companions.said = to_description(options.stack, assumptions);
  companions.asked_signal = options.stack.data != "auto";
  auto all = nlohmann::ordered_json::array();
  for (const auto& [file, kind] : in_order(options.files, exit_status)) {
    const auto report = report_on(file, kind, companions);
    if (!report) {
      std::fprintf(stderr, "phasecast inspect: %s\n", report.error().text().c_str());
      exit_status = 1;
      continue;
    }
    if (report->kind == "reference" && report->facts.contains("argument"))
      companions.references.push_back(report->facts["argument"]);
    if (options.json)
      all.push_back(json_of(*report));
    else
      std::fputs((text_of(*report) + "\n").c_str(), stdout);
  }
  // What a file says about itself need not be UTF-8.
  constexpr auto replace = nlohmann::ordered_json::error_handler_t::replace;
  if (options.json) std::printf("%s\n", all.dump(2, ' ', false, replace).c_str());
  return exit_status;
}

}  // namespace

void add_inspect(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand(
      "inspect", "Says what files hold: scans, maps, references, energies; and how to go on with them");
  auto options = std::make_shared<InspectOptions>();
  command
      ->add_option("files", options->files, "Scans (files, or the folder of an .xrm series), maps, spectra")
      ->required()
      ->check(CLI::ExistingPath)
      ->type_name("F...");
  add_stack_options(*command, options->stack);
  command->add_flag("--json", options->json, "The same facts for a program: a list with an object per file");
  command->callback([options, &exit_status] { exit_status = inspect(*options); });
}

}  // namespace phasecast
