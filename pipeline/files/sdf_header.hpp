#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace phasecast {

/// The .hdr file of SDF (self-defining format): `Name = value;` where a value is a number, "text", a
/// structure { of such } or a list (count, of, values).
struct SdfNode {
  std::string text;                ///< of a number or a text
  std::vector<std::string> names;  ///< of a structure's parts; a list's have none
  std::vector<SdfNode> parts;

  /// Nothing if a structure has no such part.
  const SdfNode* find(std::string_view name) const;
};

/// Throws a Failure that names the file and the line.
SdfNode read_sdf_header(const std::string& text, const std::string& path);

/// A part of a part: at(header, {"ScanDefinition", "StackAxis"}). Throws a Failure that names it.
const SdfNode& sdf_part(const SdfNode& header, const std::vector<std::string>& names,
                        const std::string& path);

/// The values of a list of numbers, whose first is their count. `field` is what errors call it.
std::vector<double> sdf_numbers(const SdfNode& list, const std::string& field, const std::string& path);

}  // namespace phasecast
