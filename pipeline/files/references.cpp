#include "pipeline/files/references.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "pipeline/files/athena.hpp"
#include "pipeline/files/energy_unit.hpp"
#include "pipeline/files/failure.hpp"
#include "pipeline/files/spectrum_columns.hpp"
#include "pipeline/files/text_file.hpp"

namespace phasecast {

namespace {

namespace fs = std::filesystem;

/// "PATH[:column=NAME][=name][@shift_eV]"
struct Request {
  fs::path path;
  std::string column;
  std::string name;
  bool named = false;
  double shift_ev = 0;
};

bool take(std::string& text, const std::string& start) {
  if (!text.starts_with(start)) return false;
  text.erase(0, start.size());
  return true;
}

std::string take_until(std::string& text, const char* stops) {
  const std::size_t end = std::min(text.find_first_of(stops), text.size());
  std::string taken = text.substr(0, end);
  text.erase(0, end);
  return taken;
}

/// The path is the longest beginning of the argument that is a file, so it may hold '=', '@' and ':'.
Request parse(const std::string& argument) {
  std::size_t end = argument.size();
  while (end > 0 && !fs::is_regular_file(argument.substr(0, end))) --end;
  std::string rest = argument.substr(end);
  if (end == 0)
    throw Failure({"file", take_until(rest, "=@"), "", "not a file", "PATH[:column=NAME][=name][@shift_eV]"});
  Request request;
  request.path = argument.substr(0, end);
  if (take(rest, ":column=")) request.column = take_until(rest, "=@");
  if (take(rest, "=")) request.name = take_until(rest, "@");
  if (take(rest, "@")) {
    const auto [stop, error] = std::from_chars(rest.data() + (rest.starts_with('+') ? 1 : 0),
                                               rest.data() + rest.size(), request.shift_ev);
    if (error != std::errc() || stop != rest.data() + rest.size() || !std::isfinite(request.shift_ev))
      throw Failure({"shift", argument, "shift", rest, "a number of eV"});
    rest.clear();
  }
  if (!rest.empty())
    throw Failure({"reference", argument, "", "followed by " + rest, "PATH[:column=NAME][=name][@shift_eV]"});
  request.named = !request.name.empty();
  if (!request.named) request.name = request.column.empty() ? request.path.stem().string() : request.column;
  return request;
}

/// A spectrum, and where its points stand in the file, for error messages.
struct Found {
  std::vector<double> energy, mu;
  std::string unit;
  std::vector<std::string> places;
};

Found from_table(const std::string& text, const Request& request) {
  const std::string path = request.path.string();
  TextTable table = read_text_table(text, path);
  Found found{{}, choose_mu(table, request.column, path), table.energy_unit, {}};
  found.energy = std::move(table.columns[energy_column(table, path)]);
  for (const std::size_t line : table.lines) found.places.push_back("line " + std::to_string(line));
  return found;
}

const AthenaGroup& choose_group(const std::vector<AthenaGroup>& groups, const Request& request) {
  std::vector<const AthenaGroup*> chosen;
  std::string names;
  for (const AthenaGroup& group : groups) {
    names +=
        (names.empty() ? "" : ", ") + group.label + (group.label == group.id ? "" : " (" + group.id + ")");
    if (request.column.empty() || request.column == group.label || request.column == group.id)
      chosen.push_back(&group);
  }
  if (chosen.size() == 1) return *chosen.front();
  const std::string wanted = request.column.empty() ? "" : " '" + request.column + "'";
  throw Failure({"column", request.path.string(), "group" + wanted, std::to_string(chosen.size()) + " groups",
                 "PATH:column=LABEL with one of " + names});
}

Found from_athena(const std::string& text, Request& request, std::vector<std::string>& assumptions) {
  const std::string path = request.path.string();
  const auto groups = read_athena(text, path);
  const AthenaGroup& group = choose_group(groups, request);
  if (!group.is_mu)
    throw Failure({"column", path, "group " + group.label, "not mu(E)", "a spectrum over energy"});
  if (!request.named) request.name = group.label;
  Found found{group.energy_ev, group.mu, "eV", {}};
  for (double& energy : found.energy) energy += group.shift_ev;
  if (group.shift_ev != 0)
    assumptions.push_back(path + ": group " + group.label + " is shifted by " +
                          std::to_string(group.shift_ev) + " eV, as Athena shows it");
  for (std::size_t k = 1; k <= group.mu.size(); ++k)
    found.places.push_back("group " + group.label + " point " + std::to_string(k));
  return found;
}

void require_increasing(const std::vector<double>& energy, const Found& found, const std::string& path) {
  if (energy.size() < 2) throw Failure({"text", path, "", "a single point", "a spectrum"});
  for (std::size_t k = 0; k < energy.size(); ++k) {
    if (!std::isfinite(energy[k]) || energy[k] <= 0)
      throw Failure(
          {"energy", path, found.places[k], std::to_string(energy[k]) + " eV", "an energy above zero"});
    if (k > 0 && energy[k] <= energy[k - 1])
      throw Failure({"energy", path, found.places[k], std::to_string(energy[k]) + " eV",
                     "an energy above the " + std::to_string(energy[k - 1]) + " before it"});
  }
}

}  // namespace

Result<Spectrum> read_reference(const std::string& argument, std::vector<std::string>& assumptions) {
  try {
    Request request = parse(argument);
    const std::string path = request.path.string();
    const std::string text = read_text(request.path);
    Found found = is_athena(text) ? from_athena(text, request, assumptions) : from_table(text, request);
    Spectrum spectrum{.name = request.name, .energy_ev = {}, .mu = std::move(found.mu)};
    spectrum.energy_ev = in_ev(std::move(found.energy), found.unit, path, "energy", assumptions);
    for (double& energy : spectrum.energy_ev) energy += request.shift_ev;
    require_increasing(spectrum.energy_ev, found, path);
    return spectrum;
  } catch (const Failure& failure) {
    return failure.error;
  }
}

}  // namespace phasecast
