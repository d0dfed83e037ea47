#include "pipeline/files/named_axes.hpp"

#include <array>
#include <cmath>
#include <optional>
#include <sstream>

#include "pipeline/files/hdf5_attributes.hpp"
#include "pipeline/files/text_table.hpp"

namespace phasecast {

namespace {

std::size_t meaning_of(const std::string& name) {
  const std::string called = lower(name);
  if (called == "e" || called == "ev" || called == "energy" || called == "photon_energy") return 0;
  if (called == "y" || called.ends_with("_y")) return 1;
  if (called == "x" || called.ends_with("_x")) return 2;
  return 3;
}

/// Micrometers in one unit of length, as microscopes write it.
std::optional<double> micrometers(const std::string& unit) {
  const std::string called = lower(unit);
  for (const char* um : {"um", "\u00b5m", "\u03bcm", "\xb5m", "micron", "microns", "micrometer"})
    if (called == um) return 1;
  if (called == "nm") return 1e-3;
  if (called == "mm") return 1e3;
  return std::nullopt;
}

/// The step between positions that are even to 1 %, in µm.
std::optional<double> step_um(const hdf5::File& file, const std::string& list) {
  if (!file.has(list) || !hdf5::has_attribute(file, list, "units")) return std::nullopt;
  const auto unit = micrometers(hdf5::text_attribute(file, list, "units"));
  const hdf5::Dataset dataset = hdf5::Dataset::open(file, list);
  if (!unit || !dataset.is_number()) return std::nullopt;
  const auto positions = hdf5::read_numbers<double>(dataset);
  if (positions.size() < 2) return std::nullopt;
  const double step = (positions.back() - positions.front()) / static_cast<double>(positions.size() - 1);
  for (std::size_t k = 1; k < positions.size(); ++k)
    if (!(std::abs(positions[k] - positions[k - 1] - step) <= 0.5 * std::abs(step))) return std::nullopt;
  return std::abs(step) * *unit;
}

}  // namespace

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ":") + name;
  return text;
}

std::vector<std::string> axis_names(const hdf5::File& file, const std::string& object,
                                    const std::string& attribute) {
  auto names = hdf5::texts_attribute(file, object, attribute);
  if (names.size() > 1) return names;
  std::string rest = std::move(names.front());
  for (char& c : rest)
    if (c == ':' || c == ',') c = ' ';
  std::istringstream words(rest);
  names.clear();
  for (std::string word; words >> word;) names.push_back(word);
  return names;
}

StackAxes axes_called(const std::vector<std::string>& names, const hdf5::Dims& dims, const std::string& path,
                      const std::string& where) {
  const auto refuse = [&] {
    return Failure(
        {"axes", path, where, joined(names),
         dims.size() == 2 ? "y and x, each once" : "energy, y and x, each once, for " + hdf5::to_text(dims)});
  };
  if (names.size() != dims.size() || names.size() > 3) throw refuse();
  constexpr std::size_t unset = 3;
  std::array<std::size_t, 3> place{unset, unset, unset};
  for (std::size_t d = 0; d < names.size(); ++d) {
    const std::size_t meaning = meaning_of(names[d]);
    if (meaning == unset || place[meaning] != unset) throw refuse();
    place[meaning] = d;
  }
  if (place[1] == unset || place[2] == unset) throw refuse();
  return {place[0], place[1], place[2]};
}

void require_positions(const hdf5::File& file, const std::string& list, const ImageStack& stack,
                       std::size_t dimension, const std::string& axes) {
  const hdf5::Dims dims = stack.dims();
  if (dimension >= dims.size() || !file.has(list)) return;
  const hdf5::Dims positions = hdf5::Dataset::open(file, list).dims(1, "a list of positions");
  if (positions.front() != dims[dimension])
    throw Failure({"shape", file.path(), stack.name(), hdf5::to_text(dims),
                   std::to_string(positions.front()) + " along dimension " + std::to_string(dimension) +
                       ", as " + list + " has, since the axes are " + axes});
}

double pixel_size_um(const hdf5::File& file, const std::string& columns, const std::string& rows,
                     ScanFindings& found) {
  const auto along_x = step_um(file, columns), along_y = step_um(file, rows);
  if (along_x && along_y && std::abs(*along_x - *along_y) <= 0.01 * *along_x) return *along_x;
  if (along_x && along_y)
    found.assumptions.push_back(file.path() + ": pixels of " + std::to_string(*along_x) + " x " +
                                std::to_string(*along_y) + " um: their size is taken as not known");
  return 0;
}

}  // namespace phasecast
