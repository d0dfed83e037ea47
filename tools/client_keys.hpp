#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <zmq.hpp>

#include "pipeline/certificate.hpp"

namespace phasecast {

/// With what a client shows a pipeline who it is, and knows the pipeline.
struct ClientKeys {
  Certificate own;
  std::string server_public_key;
};

/// Where the keys are; both empty: a pipeline without keys.
struct KeyFiles {
  std::filesystem::path key, server_key;
};

/// --key and --server-key; or PHASECAST_KEY and PHASECAST_SERVER_KEY in the environment.
void add_key_options(CLI::App& command, KeyFiles& files);

/// Throws std::runtime_error naming the file at fault, or if only one is given.
std::optional<ClientKeys> load_keys(const KeyFiles& files);

/// Before the socket connects.
void use_keys(zmq::socket_t& socket, const std::optional<ClientKeys>& keys);

/// Why a pipeline may not have let a client in, as far as the client can know.
std::string refusal_text(bool key_refused, bool has_keys);

}  // namespace phasecast
