#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "messages/scan.hpp"

/// What the tests of pipeline/files share: folders that vanish, small disks, scans with known pixels, h5py.
namespace phasecast::test {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }
  /// Writes a file of text and gives its path back.
  std::string text(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path path_;
};

/// A file system in memory of a few megabytes, where the test may mount one.
class SmallDisk {
 public:
  explicit SmallDisk(std::size_t bytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  /// Takes all free space but `left` bytes.
  void fill(std::size_t left = 0);
  void free_space();

 private:
  TemporaryFolder folder_;
  bool mounted_;
};

/// No file may grow beyond `bytes` while this lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::size_t bytes);
  ~FileSizeLimit();
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  unsigned long before_;
};

/// 3 energies with 2 repeats, 2 darks, 1 flat per energy, 4 x 5 pixels of uint16.
ScanStart small_scan();
/// All frames of a scan in the order darks, then per energy flats and samples; every header field is set.
std::vector<FrameHeader> all_headers(const ScanStart& start);
/// Pixel i of frame k is 1000 k + i, modulo what its type holds.
Frame make_frame(const FrameHeader& header);
std::vector<Frame> all_frames(const ScanStart& start);

bool same_bits(double a, double b);
bool same_header(const FrameHeader& a, const FrameHeader& b);
bool same_pixels(const Frame& a, const Frame& b);

bool have_h5py();
/// Runs tests/oracles/files.py with these arguments; what it printed, and whether all was as it should be.
struct OracleAnswer {
  bool right;
  std::string text;
};
OracleAnswer ask_oracle(const std::string& arguments);

/// tests/oracles/files.py as a second process that answers line by line.
class OracleProcess {
 public:
  explicit OracleProcess(const std::string& arguments);
  ~OracleProcess();
  OracleProcess(const OracleProcess&) = delete;
  OracleProcess& operator=(const OracleProcess&) = delete;
  std::string answer();
  std::string ask(const std::string& line);

 private:
  TemporaryFolder folder_;
  FILE* process_;
  std::ifstream answers_;
};

/// Path below ../shared/data, or empty with a warning.
std::string shared_data(const std::string& name);

}  // namespace phasecast::test
