#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messages/phase_map.hpp"
#include "messages/status.hpp"
#include "tools/feed.hpp"

namespace phasecast {

/// What there is to show.
struct View {
  std::string endpoint;
  Link link = Link::absent;
  std::optional<Status> status;
  std::shared_ptr<const PhaseMap> map;  ///< the newest
  std::size_t finals_seen = 0;
  std::size_t undecodable = 0;           ///< messages that were not what the protocol says
  std::vector<std::string> truth_lines;  ///< newest comparisons with the truth
};

/// The view as lines of at most `columns` visible characters and at most `rows` lines, with color sequences.
std::vector<std::string> screen_lines(const View& view, int columns, int rows);

}  // namespace phasecast
