#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>
#include <string>

#include "tools/view/answers.hpp"
#include "tools/view/live.hpp"

namespace phasecast {

/// What every connection is served with.
struct WebContext {
  const Answers& answers;
  LiveHub& hub;
  boost::asio::thread_pool& workers;  ///< answers are made here, so that no question delays the live maps
  bool loopback_only = true;          ///< then a request must be addressed to the loopback too
};

/// Serves one browser's connection until it closes or becomes a WebSocket.
void serve(boost::asio::ip::tcp::socket socket, const WebContext& context);

/// Whether a request that carries these headers may have been made by a page of this server: a foreign
/// page's has another `Origin`, and one that renamed its host to the loopback has another `Host`.
bool is_own(std::string_view host, std::string_view origin, bool loopback_only);

}  // namespace phasecast
