#pragma once

#include "tests/torture/findings.hpp"
#include "tests/torture/run_process.hpp"
#include "tests/torture/steady_scans.hpp"

namespace phasecast::torture {

/// Stops a pipeline in lockstep that was sent these scans without a fault, and checks that every frame is
/// counted, recorded bit for bit, and in a final map that is the offline one. Prints what it found.
void require_whole(RunProcess& run, const SteadyScans& scans, Findings& findings);

}  // namespace phasecast::torture
