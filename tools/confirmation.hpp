#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>
#include <zmq.hpp>

#include "messages/receipt.hpp"
#include "tools/stop_signal.hpp"

namespace phasecast {

/// What a source needs so that no crash of the pipeline costs it a frame: notice that the pipeline went away,
/// and ask which frames are safe.
class Confirmation {
 public:
  /// `frames`: the socket whose connection is watched; must outlive this.
  Confirmation(zmq::context_t& context, zmq::socket_t& frames, const std::string& control_endpoint,
               std::stop_token stop);
  ~Confirmation();

  /// Whether the pipeline went away since this was last called.
  bool link_was_lost();
  /// Waits for the pipeline, however long it takes; of a scan that it does not know nothing is recorded.
  /// Nothing if a stop was asked for first. Throws std::runtime_error if what answers is no control endpoint.
  std::optional<Receipt> receipt(const std::string& scan_id);
  /// Until the pipeline goes away, a stop is asked for, or this time has passed.
  void wait(std::chrono::milliseconds time);

 private:
  zmq::socket_t& frames_;
  zmq::socket_t monitor_, control_;
  std::string control_endpoint_;
  std::stop_token stop_;
  StopDescriptor stop_descriptor_;
};

/// Those of the sequences with `sent[sequence]` that the receipt lacks, in order.
std::vector<std::uint64_t> unrecorded(const std::vector<bool>& sent, const Receipt& receipt);

}  // namespace phasecast
