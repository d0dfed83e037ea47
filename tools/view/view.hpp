#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "tools/client_keys.hpp"

namespace phasecast {

struct ViewOptions {
  std::string maps;     ///< endpoint of a running pipeline's maps
  std::string control;  ///< and of its control socket; empty: spectra cannot be shown
  std::string address = "127.0.0.1";
  std::uint16_t port = 8050;                      ///< 0: any free one
  std::optional<ClientKeys> keys = std::nullopt;  ///< for a pipeline with keys
  bool insecure = false;                          ///< unencrypted even where other machines reach the address
  std::string token;                              ///< empty: whoever reaches the port may look
  std::size_t history_bytes = std::size_t{1} << 30;
};

/// Serves the page until a stop is requested. `ready` is called with the page's address once it listens.
/// Throws std::runtime_error if it cannot, or if strangers could look: an address that other machines reach
/// needs a token.
void view(const ViewOptions& options, const std::function<void(const std::string&)>& ready,
          std::stop_token stop);

}  // namespace phasecast
