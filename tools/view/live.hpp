#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "messages/wire/codec.hpp"

namespace phasecast {

class LiveSession;

/// What goes out in one WebSocket message; shared by all sessions, the pixels not copied for any.
struct LiveMessage {
  bool text = false;
  bool newest_wins = false;  ///< a map: stands in for one that the session has not begun to send
  std::string head;          ///< the text, or the frame's lengths
  Parts parts;
};
using LiveMessagePtr = std::shared_ptr<const LiveMessage>;

LiveMessagePtr live_text(std::string text);
LiveMessagePtr live_message(Parts parts);

/// The open browsers and what a new one gets first. Of one thread, the server's.
class LiveHub {
 public:
  /// What the server's own link to the pipeline is like, as JSON.
  void tell_link(std::string json);
  /// To all; the newest of scan_start, phase_map and status also to those who come later.
  void publish(Parts parts);
  /// Takes over a connection whose request asks for a WebSocket.
  void open(boost::beast::tcp_stream stream,
            boost::beast::http::request<boost::beast::http::string_body> request);
  void close_all();
  std::size_t sessions() const { return sessions_.size(); }

 private:
  friend class LiveSession;
  void send_to_all(const LiveMessagePtr& message);

  LiveMessagePtr link_ = live_text("{}");
  std::map<std::string, LiveMessagePtr> newest_;  // by topic
  std::set<std::shared_ptr<LiveSession>> sessions_;
};

}  // namespace phasecast
