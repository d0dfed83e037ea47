#pragma once

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "tools/export/output.hpp"
#include "tools/export/selection.hpp"

namespace phasecast {

/// What was said about each scan: scan id -> name -> value.
using Metadata = std::map<std::string, std::map<std::string, std::string>>;

/// means.csv: a row per scan and region, comma-separated (RFC 4180), numbers as short as they can be read
/// back exactly. Fractions are means over the valid pixels, weighted by the scale. Empty: no valid pixel
/// there, or a scan without that metadata. received_s: s since the file's first map, by arrival of the newest
/// frame.
class CsvExport {
 public:
  CsvExport(const ExportPlan& plan, std::vector<NamedRegion> regions, Metadata metadata);
  /// `scan` is its place in the file.
  void add(std::size_t scan, const PhaseMap& map);
  void finish();

 private:
  void write_row(const std::vector<std::string>& cells);
  std::vector<std::string> scan_cells(std::size_t scan, const PhaseMap& map) const;

  const ExportPlan& plan_;
  std::vector<NamedRegion> regions_;
  Metadata metadata_;
  std::vector<std::string> metadata_names_;
  OutputFile file_;
  std::ofstream stream_;
};

}  // namespace phasecast
