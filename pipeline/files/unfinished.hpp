#pragma once

#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "messages/drift.hpp"

namespace phasecast {

/// Marks beside the recordings that a restart would need, as files: RECORDING.unfinished while the scan or
/// its final map is not done, RECORDING.mapped for the newest scan whose map is, since the next one begins
/// warm with it; with registration also RECORDING.drift, the drift of a scan that is mapped, since the next
/// one is aligned with its images. None is left after an orderly end.
class UnfinishedMarks {
 public:
  /// A mark that is there already stays what it is. Throws if the disk refuses, and may be called again.
  void mark(const std::string& scan_id, const std::filesystem::path& recording);
  /// The final map of this scan is in its file, made of images that drifted so; older scans are needed no
  /// longer.
  void mapped(const std::string& scan_id, const std::vector<Drift>& drift = {});
  /// This recording is not gone on with.
  static void forget(const std::filesystem::path& recording);
  /// Nothing is unfinished any more.
  void clear();

 private:
  struct Mark {
    std::string scan_id;
    std::filesystem::path recording;
  };
  std::deque<Mark> marks_;  // the last few, oldest first
};

struct UnfinishedScan {
  std::filesystem::path recording;
  bool mapped = false;
  std::vector<Drift> drift;  ///< of a mapped scan, as it was measured; empty without registration
};

/// What the marks in the folder of a pipeline that died say, oldest first. Removes what died half made.
std::vector<UnfinishedScan> find_unfinished(const std::filesystem::path& output);

/// Only one pipeline records into a folder: held until destruction, or the end of the process.
class FolderLock {
 public:
  /// Throws std::runtime_error if another process has it.
  explicit FolderLock(const std::filesystem::path& folder);
  FolderLock(const FolderLock&) = delete;
  ~FolderLock();

 private:
  int descriptor_;
};

/// The names of new files in it survive a power cut. Throws if the disk refuses.
void sync_folder(const std::filesystem::path& folder);

}  // namespace phasecast
