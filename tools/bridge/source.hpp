#pragma once

#include <string>
#include <zmq.hpp>

#include "tools/bridge/foreign.hpp"

namespace phasecast::bridge {

/// Where foreign frames, or metadata, come from.
class Source {
 public:
  virtual ~Source() = default;
  /// Where it is: an endpoint with its port, or a path.
  virtual std::string address() const = 0;
  /// What becomes readable when there is something to take.
  virtual zmq::pollitem_t watched() = 0;
  /// More is there already, without anything becoming readable.
  virtual bool ready() const { return false; }
  /// At most one image, or document, without waiting.
  virtual void take(const Sink& sink) = 0;
};

}  // namespace phasecast::bridge
