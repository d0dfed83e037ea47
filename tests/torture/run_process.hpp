#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "messages/spectrum.hpp"
#include "pipeline/pipeline.hpp"
#include "tests/scenarios/process.hpp"

namespace phasecast::torture {

/// `phasecast run` as a process of its own, ready.
class RunProcess {
 public:
  /// Sockets on free ports of the loopback; its files and its log go to `folder`.
  RunProcess(const std::filesystem::path& folder, const std::vector<Spectrum>& references,
             const std::vector<std::string>& options);

  const Endpoints& endpoints() const { return endpoints_; }
  int pid() const { return process_.pid(); }
  /// Asks it to stop and waits: the closing summary, name -> value, and the files it names. Throws if it did
  /// not end well.
  std::map<std::string, std::string> stop();
  const std::vector<std::filesystem::path>& files() const { return files_; }

 private:
  std::filesystem::path fifo_;
  test::Process process_;
  Endpoints endpoints_;
  std::vector<std::filesystem::path> files_;
};

}  // namespace phasecast::torture
