#pragma once

#include <string>
#include <vector>

#include "tools/evaluate/settings.hpp"

namespace phasecast {

/// Rows of cells as a Markdown table; the first row is the header.
std::string markdown_table(const std::vector<std::vector<std::string>>& rows);

/// What the numbers were made with: version, machine, seed, sizes.
std::string provenance(const EvaluationSettings& settings);

/// Writes DIR/NAME.md with title, provenance and text, and DIR/NAME.csv; prints the text. Throws
/// std::runtime_error naming the path.
void write_report(const EvaluationSettings& settings, const std::string& name, const std::string& title,
                  const std::string& text, const std::string& csv);

}  // namespace phasecast
