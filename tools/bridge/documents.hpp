#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "messages/result.hpp"
#include "messages/wire/codec.hpp"

namespace phasecast::bridge {

/// A bluesky document's name and content, from one ZeroMQ message. At most 4 MiB, nested at most 64 deep.
/// Error "pickle" if it is pickled, "document" if it is anything else but JSON or msgpack.
Result<std::pair<std::string, nlohmann::json>> read_document(const Parts& parts);

}  // namespace phasecast::bridge
