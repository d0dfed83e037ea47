#include "pipeline/files/reference_list.hpp"

#include <algorithm>
#include <fstream>

#include "pipeline/files/athena.hpp"
#include "pipeline/files/energy_unit.hpp"
#include "pipeline/files/failure.hpp"
#include "pipeline/files/references.hpp"
#include "pipeline/files/spectrum_columns.hpp"
#include "pipeline/files/text_file.hpp"

namespace phasecast {

namespace {

bool is_gzip(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return file.get() == 0x1f && file.get() == 0x8b;
}

std::string table_format(const std::string& text, const TextTable& table) {
  if (text.starts_with("# XDI"))
    return text.find("multicolumn normalized") == std::string::npos ? "XDI" : "Athena .nor (XDI)";
  if (table.columns.size() == 1) return "list of energies";
  if (text.find_first_of(",;") != std::string::npos && text.find('#') == std::string::npos) return "CSV";
  return table.columns.size() == 2 ? "two-column text" : "text with columns";
}

Result<Spectrum> read(const std::filesystem::path& path, const std::string& chosen) {
  std::vector<std::string> said_before;
  return read_reference(path.string() + (chosen.empty() ? "" : ":column=" + chosen), said_before);
}

ReferenceList::Entry entry(const std::string& name, const Result<Spectrum>& spectrum) {
  if (!spectrum) return {name, 0, 0, 0, spectrum.error().text()};
  return {name, spectrum->energy_ev.size(), spectrum->energy_ev.front(), spectrum->energy_ev.back(), ""};
}

void list_groups(const std::string& text, const std::filesystem::path& path, ReferenceList& list) {
  list.format = text.starts_with("# Athena project") ? "Athena project (perl)" : "Athena project (JSON)";
  const auto groups = read_athena(text, path.string());
  const auto labeled = [&](const std::string& label) {
    return std::count_if(groups.begin(), groups.end(),
                         [&](const AthenaGroup& group) { return group.label == label; });
  };
  for (const AthenaGroup& group : groups) {
    const std::string& name = labeled(group.label) == 1 ? group.label : group.id;
    list.entries.push_back(entry(name, read(path, name)));
  }
  if (groups.size() == 1) list.chosen = list.entries.front().name;
}

void list_columns(const std::string& text, const std::filesystem::path& path, ReferenceList& list) {
  const TextTable table = read_text_table(text, path.string());
  list.format = table_format(text, table);
  list.energies = table.columns.size() == 1;
  if (list.energies) return;
  const auto alone = read(path, "");
  for (const std::string& name : spectra_in(table, path.string())) {
    if (name.empty()) continue;
    const auto spectrum = read(path, name);
    list.entries.push_back(entry(name, spectrum));
    if (spectrum && alone && spectrum->mu == alone->mu) list.chosen = name;
  }
  if (list.entries.empty()) list.entries.push_back(entry("", alone));
}

}  // namespace

Result<ReferenceList> list_references(const std::filesystem::path& path,
                                      std::vector<std::string>& assumptions) {
  try {
    const std::string text = read_text(path);
    ReferenceList list;
    list.gzipped = is_gzip(path);
    if (is_athena(text))
      list_groups(text, path, list);
    else
      list_columns(text, path, list);
    for (const auto& one : list.entries)
      if (one.wrong.empty()) {
        if (const auto again =
                read_reference(path.string() + (one.name.empty() ? "" : ":column=" + one.name), assumptions);
            !again)
          return again.error();
        break;
      }
    return list;
  } catch (const Failure& failure) {
    return failure.error;
  }
}

}  // namespace phasecast
