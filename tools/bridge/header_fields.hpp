#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tools/bridge/foreign.hpp"
#include "tools/bridge/mapping.hpp"

namespace phasecast::bridge {

/// The value at this path, or null.
const nlohmann::json* find(const nlohmann::json& header, const FieldPath& path);

/// Reads a JSON text of a stranger: at most 1 MiB, an object. Error "header" otherwise.
Result<nlohmann::json> parse_header(std::span<const std::byte> bytes, const std::string& where);

/// Fills in what the mapping finds in the header beside shape and pixels: number, kind, energy, exposure,
/// time, scan, I0. Errors: "field" (not there, or not of its type), "kind", "energy", "require".
/// `keV` collects the fields whose values below 70 were taken as keV.
Result<Ok> read_fields(const nlohmann::json& header, const Mapping& mapping, ForeignFrame& frame,
                       std::set<std::string>& assumed_kev);

/// True if this header ends a scan and has no image.
bool ends_scan(const nlohmann::json& header, const Mapping& mapping);

/// In eV; error "energy" unless it is finite and above 0. `unit` as in Mapping::energy_unit.
Result<double> energy_in_ev(double value, const std::string& unit, const std::string& where,
                            const std::string& field, std::set<std::string>& assumed_kev);

}  // namespace phasecast::bridge
