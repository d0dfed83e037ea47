#pragma once

#include <string>
#include <string_view>

#include "messages/phase_map.hpp"
#include "messages/status.hpp"

namespace phasecast {

/// Text from elsewhere made safe for a terminal and one line: control characters become '?', quotes '\''.
std::string printable(std::string_view text);

/// One line of words for programs: "map 12 scan 0 final energies 117/117 carried 0 missing 0 iterations 35
/// ...".
std::string map_line(const PhaseMap& map);
/// "status scanning scan 0 energies 40/117 received 120 ..."; every counter, then queues, errors and the
/// note.
std::string status_line(const Status& status);

/// Something a person would want to know has changed, not only the number of frames.
bool tells_news(const Status& before, const Status& now);

std::string_view name_of(PipelineState state);
/// Planned energies that are neither in the map nor carried from the scan before.
std::size_t energies_missing(const PhaseMap& map);

}  // namespace phasecast
