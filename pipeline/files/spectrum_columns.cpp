#include "pipeline/files/spectrum_columns.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "pipeline/files/failure.hpp"

namespace phasecast {

namespace {

/// A spectrum that two columns of intensities make.
struct Made {
  const char* name;
  const char* over;
  const char* under;
  bool logarithm;
};
constexpr Made all_made[] = {{"mutrans", "i0", "itrans", true},
                             {"mufluor", "ifluor", "i0", false},
                             {"murefer", "itrans", "irefer", true}};

std::optional<std::size_t> column_called(const TextTable& table, const std::string& label) {
  for (std::size_t c = 0; c < table.labels.size(); ++c)
    if (lower(table.labels[c]) == lower(label)) return c;
  return std::nullopt;
}

bool can_be_made(const TextTable& table, const Made& made) {
  return column_called(table, made.over) && column_called(table, made.under);
}

std::vector<double> make(const TextTable& table, const Made& made, const std::string& path) {
  const auto &over = table.columns[*column_called(table, made.over)],
             &under = table.columns[*column_called(table, made.under)];
  std::vector<double> mu;
  for (std::size_t row = 0; row < over.size(); ++row) {
    const double ratio = over[row] / under[row];
    if (!std::isfinite(ratio) || (made.logarithm && ratio <= 0))
      throw Failure({"text", path, "line " + std::to_string(table.lines[row]),
                     std::string(made.over) + " / " + made.under + " = " + std::to_string(ratio),
                     made.logarithm ? "a ratio above zero" : "a finite ratio"});
    mu.push_back(made.logarithm ? std::log(ratio) : ratio);
  }
  return mu;
}

Failure must_choose(const TextTable& table, const std::string& path, const std::string& found) {
  std::string names;
  for (const std::string& name : spectra_in(table, path)) names += (names.empty() ? "" : ", ") + name;
  return Failure({"column", path, "column", found,
                  names.empty() ? "two columns, energy and mu" : "PATH:column=NAME with one of " + names});
}

/// Whether a column's name says that it is a sample's μ, as measured or normalized.
bool is_mu(const std::string& label) {
  const std::string name = lower(label);
  return (name.starts_with("mu") && name != "murefer") || name == "normtrans" || name == "normfluor";
}

}  // namespace

std::size_t energy_column(const TextTable& table, const std::string& path) {
  for (std::size_t c = 0; c < table.labels.size(); ++c)
    if (lower(table.labels[c]).starts_with("energy")) return c;
  for (const char* other : {"angle", "k"})
    if (column_called(table, other))
      throw Failure({"energy", path, other, "instead of energies", "a column of energies in eV or keV"});
  return 0;
}

std::vector<std::string> spectra_in(const TextTable& table, const std::string& path) {
  const std::size_t energy = energy_column(table, path);
  std::vector<std::string> names;
  for (std::size_t c = 0; c < table.labels.size(); ++c)
    if (c != energy) names.push_back(table.labels[c]);
  for (const Made& made : all_made)
    if (!column_called(table, made.name) && can_be_made(table, made)) names.emplace_back(made.name);
  return names;
}

std::vector<double> choose_mu(const TextTable& table, const std::string& wanted, const std::string& path) {
  const std::size_t energy = energy_column(table, path);
  if (!wanted.empty()) {
    const auto chosen = column_called(table, wanted);
    if (chosen && *chosen != energy) return table.columns[*chosen];
    for (const Made& made : all_made)
      if (!chosen && lower(wanted) == made.name && can_be_made(table, made)) return make(table, made, path);
    throw must_choose(table, path, wanted);
  }
  if (table.columns.size() == 2) return table.columns[1 - energy];
  std::vector<std::size_t> mu;
  for (std::size_t c = 0; c < table.labels.size(); ++c)
    if (is_mu(table.labels[c])) mu.push_back(c);
  if (mu.size() == 1) return table.columns[mu.front()];
  std::vector<const Made*> possible;
  for (const Made& made : all_made)
    if (is_mu(made.name) && can_be_made(table, made)) possible.push_back(&made);
  if (mu.empty() && possible.size() == 1) return make(table, *possible.front(), path);
  throw must_choose(table, path, std::to_string(table.columns.size()) + " columns");
}

}  // namespace phasecast
