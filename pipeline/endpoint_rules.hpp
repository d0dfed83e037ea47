#pragma once

#include <string>

namespace phasecast {

/// Whether only this machine can reach a socket bound there: 127.0.0.0/8, [::1], localhost, ipc and inproc.
/// What is not known to be so is taken for reachable.
bool is_loopback_endpoint(const std::string& endpoint);

}  // namespace phasecast
