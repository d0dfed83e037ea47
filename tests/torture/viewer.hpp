#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <zmq.hpp>

#include "messages/wire/codec.hpp"
#include "pipeline/zmq_parts.hpp"

namespace phasecast::torture {

/// Everything that a pipeline publishes, until what is waited for has come.
class Viewer {
 public:
  Viewer(zmq::context_t& context, const std::string& endpoint) : socket_(context, zmq::socket_type::sub) {
    socket_.set(zmq::sockopt::rcvhwm, 0);
    socket_.set(zmq::sockopt::subscribe, "");
    connect_or_throw(socket_, endpoint, "maps");
  }
  /// Throws after a minute of silence.
  template <class Kind, class Wanted>
  Kind wait_for(const Wanted& wanted) {
    while (true) {
      zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
      if (zmq::poll(&item, 1, std::chrono::minutes(1)) == 0) throw std::runtime_error("silence for a minute");
      auto message = decode(receive_parts(socket_));
      if (!message) throw std::runtime_error(message.error().text());
      if (auto* found = std::get_if<Kind>(&*message); found && wanted(*found)) return std::move(*found);
    }
  }

 private:
  zmq::socket_t socket_;
};

/// Takes maps as they come, and remembers which scan's final one was the last.
class FinalMaps {
 public:
  FinalMaps(zmq::context_t& context, const std::string& endpoint) : socket_(context, zmq::socket_type::sub) {
    socket_.set(zmq::sockopt::subscribe, std::string(topic::phase_map));
    socket_.set(zmq::sockopt::linger, 0);
    connect_or_throw(socket_, endpoint, "maps");
  }
  /// Calls body(map) for each final one that has come; the newest is sent again after a drop, and is taken
  /// once.
  template <class Body>
  void take(const Body& body) {
    for (Parts parts; try_receive_parts(socket_, parts);) {
      const auto message = decode(parts);
      if (!message) throw std::runtime_error(message.error().text());
      const auto& map = std::get<PhaseMap>(*message);
      if (!map.final || map.scan_id == newest_) continue;
      newest_ = map.scan_id;
      body(map);
    }
  }
  /// Throws after a minute of silence.
  template <class Body>
  void wait_for(const std::string& scan_id, const Body& body) {
    for (take(body); newest_ != scan_id; take(body)) {
      zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
      if (zmq::poll(&item, 1, std::chrono::minutes(1)) == 0)
        throw std::runtime_error("no map has come for a minute");
    }
  }

 private:
  zmq::socket_t socket_;
  std::string newest_;
};

}  // namespace phasecast::torture
