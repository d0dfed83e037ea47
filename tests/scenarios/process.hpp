#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace phasecast::test {

/// The command of this build.
std::string phasecast_command();

/// A folder of its own under /tmp, removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A real process, `phasecast` unless another program is named. Its standard output and error go to files in
/// the folder.
class Process {
 public:
  Process(const std::filesystem::path& folder, const std::string& name,
          const std::vector<std::string>& arguments, const std::string& program = phasecast_command());
  /// Kills what still runs.
  ~Process();
  Process(const Process&) = delete;

  void signal(int number) const;
  pid_t pid() const { return pid_; }
  /// Waits for its end; 128 + signal if a signal ended it.
  int wait();
  std::string output() const;
  std::string log() const;

 private:
  pid_t pid_ = -1;
  std::filesystem::path output_, log_;
};

/// Where a process says that it is ready: read_file of it waits until then, or until that process ends.
std::filesystem::path make_fifo(const std::filesystem::path& path);
std::string read_file(const std::filesystem::path& path);

}  // namespace phasecast::test
