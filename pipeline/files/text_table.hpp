#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace phasecast {

/// Columns of numbers as people write them: separated by spaces, tabs, commas or semicolons; comments with #;
/// names in a first line, in the last comment, or as XDI's "# Column.N: name unit".
struct TextTable {
  std::vector<std::string> labels;  ///< one per column, or empty: the file names none
  std::string energy_unit;          ///< "eV" or "keV" where the header says it, else empty
  std::vector<std::vector<double>> columns;
  std::vector<std::size_t> lines;  ///< the line each row came from, for error messages
};

std::string lower(std::string text);

/// Nothing if the text is not a number and nothing else, or not a finite one.
std::optional<double> finite_number(const std::string& text);

/// Throws a Failure that names the file and the line.
TextTable read_text_table(const std::string& text, const std::string& path);

}  // namespace phasecast
