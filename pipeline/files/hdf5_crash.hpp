#pragma once

#include <string>

namespace phasecast::hdf5 {

/// libhdf5 1.10 does not survive every damaged file: its heaps of texts and its old headers carry no
/// checksum, and what they say is believed. While one of these lives, a crash of this thread ends the process
/// with status 1 and an error that names the file, instead of with a signal. Only after `report_crashes`.
class InLibrary {
 public:
  explicit InLibrary(const std::string& path);
  /// Of the file that this thread named last.
  InLibrary();
  ~InLibrary();
  InLibrary(const InLibrary&) = delete;
  InLibrary& operator=(const InLibrary&) = delete;
};

/// From here on; leaves the handlers of sanitizers and debuggers in place.
void report_crashes();

}  // namespace phasecast::hdf5
