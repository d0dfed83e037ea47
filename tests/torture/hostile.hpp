#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>

#include "pipeline/pipeline.hpp"
#include "tests/scenarios/process.hpp"

namespace phasecast::torture {

struct Hostility {
  int subscribers = 200;  ///< that never read
  int many_topics = 20;   ///< of them ask for a thousand topics each, over and over
  int silent_each = 10;   ///< raw connections to each socket that say nothing, half a greeting, or announce
                          ///< a message of exabytes
  int per_second = 0;     ///< new connections that send noise, and questions to the control socket
};

void add_hostility(CLI::App& command, Hostility& hostility);

/// Clients that mean harm, in a process of their own (`torture hostile`) at the lowest priority. Made once
/// all are connected; killed when it goes.
class HostileProcess {
 public:
  HostileProcess(const std::filesystem::path& folder, const Endpoints& endpoints, const Hostility& hostility);

 private:
  std::filesystem::path ready_;
  test::Process process_;
};

}  // namespace phasecast::torture
