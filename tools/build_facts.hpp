#pragma once

#include <string>

namespace phasecast {

/// Version, commit, compiler, instruction set and the libraries in use: what a report of a fault should
/// carry. The same sources, compiler and libraries give the same text; there is a date only with
/// SOURCE_DATE_EPOCH.
std::string build_facts();

}  // namespace phasecast
