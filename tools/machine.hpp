#pragma once

#include <string>

namespace phasecast {

/// As /proc/cpuinfo names it.
std::string cpu_model();

}  // namespace phasecast
