#pragma once

#include <filesystem>
#include <vector>

#include "messages/phase_map.hpp"
#include "messages/scan.hpp"

namespace phasecast::torture {

/// All that a recording holds, rows in the order recorded.
struct RecordedScan {
  struct Row {
    Frame frame;
    bool late;
  };
  ScanStart start;
  std::vector<Row> rows;
  bool finished = false;

  std::vector<Frame> in_time() const;
};

/// Throws std::runtime_error if the file cannot be read, or pixels are not those of their checksum.
RecordedScan read_recorded(const std::filesystem::path& path);

/// What a pipeline left: recordings and maps in the order they were begun.
struct Leftovers {
  std::vector<RecordedScan> scans;
  std::vector<PhaseMap> maps;
};
Leftovers read_leftovers(const std::vector<std::filesystem::path>& files);

}  // namespace phasecast::torture
