#pragma once

#include <cstdint>
#include <stop_token>

#include "tools/bridge/assembler.hpp"
#include "tools/bridge/source.hpp"
#include "tools/sender.hpp"

namespace phasecast::bridge {

/// Takes from the source (and the metadata, if not null) and sends to the pipeline until stop, or until so
/// many scans are closed (0: no end). While the pipeline is behind, nothing is taken.
void run_bridge(Source& frames, Source* metadata, Assembler& assembler, std::uint64_t scans,
                const std::stop_token& stop);

/// Sends as the assembler wants it.
Assembler::Send send_with(Sender& sender);

}  // namespace phasecast::bridge
