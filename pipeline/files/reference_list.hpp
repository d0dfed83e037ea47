#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "messages/result.hpp"

namespace phasecast {

/// What a file of spectra holds, before one of them is chosen.
struct ReferenceList {
  struct Entry {
    std::string name;  ///< what :column= takes; empty where there is nothing to choose
    std::size_t points = 0;
    double low_ev = 0, high_ev = 0;
    std::string wrong;  ///< why it cannot be read; empty if it can
  };
  std::string format;  ///< "XDI", "Athena project (JSON)", "two-column text", ...
  bool gzipped = false;
  std::vector<Entry> entries;
  std::string chosen;     ///< what is read without :column=; empty if that is refused
  bool energies = false;  ///< a single column: no spectrum, but the energies of a stack
};

/// `assumptions` says what the energies' unit was taken for. An error names the file and the line.
Result<ReferenceList> list_references(const std::filesystem::path& path,
                                      std::vector<std::string>& assumptions);

}  // namespace phasecast
