#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "tools/client_keys.hpp"

namespace phasecast {

struct View;

struct WatchOptions {
  std::string endpoint;
  std::size_t finals = 0;          ///< end after so many final maps; 0: never
  double timeout_s = 0;            ///< give up on them after this long; 0: never
  std::filesystem::path pictures;  ///< folder for PNG files; empty: none
  bool every_map = false;
  std::vector<std::filesystem::path> truth;
  std::optional<ClientKeys> keys = std::nullopt;
};

/// Where the watching shows: plain lines as they come, or the screen as a whole when something changed.
struct WatchOutput {
  std::function<void(const std::string& line)> line;
  std::function<void(const View& view)> screen;  ///< may be empty
};

/// Watches until the finals are there (0), the timeout passed, a comparison with the truth failed or the
/// endpoint is not a publisher (1), or a stop was requested (0 unless finals were asked for).
int watch(const WatchOptions& options, const WatchOutput& output, std::stop_token stop);

}  // namespace phasecast
