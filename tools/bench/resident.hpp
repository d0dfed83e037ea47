#pragma once

#include <cstddef>
#include <functional>

namespace phasecast {

/// By how many bytes the process's resident set grew at most while `work` ran (Linux). Throws
/// std::runtime_error if the kernel does not tell.
std::size_t peak_growth(const std::function<void()>& work);

}  // namespace phasecast
