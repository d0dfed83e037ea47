#include "pipeline/files/references.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>

#include "pipeline/files/energy_unit.hpp"
#include "pipeline/files/failure.hpp"
#include "pipeline/files/text_table.hpp"

namespace phasecast {

namespace {

namespace fs = std::filesystem;

/// "PATH[:column=NAME][=name][@shift_eV]"
struct Request {
  fs::path path;
  std::string column;
  std::string name;
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
  if (request.name.empty())
    request.name = request.column.empty() ? request.path.stem().string() : request.column;
  return request;
}

std::optional<std::size_t> column_called(const TextTable& table, const std::string& label) {
  for (std::size_t c = 0; c < table.labels.size(); ++c)
    if (lower(table.labels[c]) == lower(label)) return c;
  return std::nullopt;
}

std::size_t energy_column(const TextTable& table) {
  for (std::size_t c = 0; c < table.labels.size(); ++c)
    if (lower(table.labels[c]).starts_with("energy")) return c;
  return 0;
}

/// μ = ln(i0 / itrans), the absorption of a sample measured in transmission.
std::vector<double> absorption(const TextTable& table, std::size_t i0, std::size_t itrans,
                               const std::string& path) {
  std::vector<double> mu;
  for (std::size_t row = 0; row < table.lines.size(); ++row) {
    const double ratio = table.columns[i0][row] / table.columns[itrans][row];
    if (!(ratio > 0) || !std::isfinite(ratio))
      throw Failure({"text", path, "line " + std::to_string(table.lines[row]),
                     "i0 / itrans = " + std::to_string(ratio), "a ratio above zero"});
    mu.push_back(std::log(ratio));
  }
  return mu;
}

Failure must_choose(const TextTable& table, const std::string& path, const std::string& found) {
  std::string names;
  for (std::size_t c = 0; c < table.labels.size(); ++c)
    if (c != energy_column(table)) names += (names.empty() ? "" : ", ") + table.labels[c];
  return Failure({"column", path, "column", found,
                  names.empty() ? "two columns, energy and mu" : "PATH:column=NAME with one of " + names});
}

std::vector<double> choose_mu(const TextTable& table, const Request& request) {
  const std::string path = request.path.string();
  const std::size_t energy = energy_column(table);
  if (!request.column.empty()) {
    const auto chosen = column_called(table, request.column);
    if (!chosen || *chosen == energy) throw must_choose(table, path, request.column);
    return table.columns[*chosen];
  }
  if (table.columns.size() == 2) return table.columns[1 - energy];
  std::vector<std::size_t> mu;
  for (std::size_t c = 0; c < table.labels.size(); ++c)
    if (lower(table.labels[c]).starts_with("mu")) mu.push_back(c);
  if (mu.size() == 1) return table.columns[mu.front()];
  const auto i0 = column_called(table, "i0");
  const auto itrans = column_called(table, "itrans");
  if (mu.empty() && i0 && itrans) return absorption(table, *i0, *itrans, path);
  throw must_choose(table, path, std::to_string(table.columns.size()) + " columns");
}

void require_increasing(const TextTable& table, const std::string& path) {
  const std::vector<double>& energy = table.columns[energy_column(table)];
  if (energy.size() < 2) throw Failure({"text", path, "", "a single point", "a spectrum"});
  for (std::size_t row = 1; row < energy.size(); ++row)
    if (energy[row] <= energy[row - 1])
      throw Failure({"energy", path, "line " + std::to_string(table.lines[row]), std::to_string(energy[row]),
                     "an energy above the " + std::to_string(energy[row - 1]) + " before it"});
}

}  // namespace

Result<Spectrum> read_reference(const std::string& argument, std::vector<std::string>& assumptions) {
  try {
    const Request request = parse(argument);
    const std::string path = request.path.string();
    const TextTable table = read_text_table(request.path);
    Spectrum spectrum{.name = request.name, .energy_ev = {}, .mu = choose_mu(table, request)};
    require_increasing(table, path);
    spectrum.energy_ev =
        in_ev(table.columns[energy_column(table)], table.energy_unit, path, "energy", assumptions);
    for (double& energy : spectrum.energy_ev) energy += request.shift_ev;
    return spectrum;
  } catch (const Failure& failure) {
    return failure.error;
  }
}

}  // namespace phasecast
