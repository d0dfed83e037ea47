#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

#include "messages/phase_map.hpp"

namespace phasecast {

/// What is exported and where to; the same for every format.
struct ExportPlan {
  std::filesystem::path folder;
  bool overwrite = false;
  std::span<const PhaseMap> outlines;  ///< all maps of the file, without their pixels
  std::vector<std::size_t> scans;      ///< places of those that are exported, increasing
  std::vector<std::size_t> states;     ///< places of the states that are exported
};

/// Throws Failure naming the path if something is there and must stay.
void keep_existing(const std::filesystem::path& path, bool overwrite);

/// A file that others see once it is whole: written beside its place, moved there by `finish`, else removed.
class OutputFile {
 public:
  /// Throws as `keep_existing`.
  OutputFile(std::filesystem::path path, bool overwrite);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& unfinished() const { return unfinished_; }
  /// The writer has closed it.
  void finish();

 private:
  std::filesystem::path path_, unfinished_;
};

}  // namespace phasecast
