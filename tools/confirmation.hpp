#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>
#include <zmq.hpp>

#include "messages/receipt.hpp"
#include "tools/client_keys.hpp"
#include "tools/stop_signal.hpp"

namespace phasecast {

/// What a source needs so that no crash of the pipeline costs it a frame: it asks which frames are safe.
class Confirmation {
 public:
  Confirmation(zmq::context_t& context, const std::string& control_endpoint,
               const std::optional<ClientKeys>& keys, std::stop_token stop);

  /// Waits for the pipeline, however long it takes; of a scan that it does not know nothing is recorded.
  /// Nothing if a stop was asked for first. Throws std::runtime_error if what answers is no control endpoint.
  std::optional<Receipt> receipt(const std::string& scan_id);

 private:
  zmq::socket_t control_;
  std::string control_endpoint_;
  std::stop_token stop_;
  StopDescriptor stop_descriptor_;
};

/// Those of the sequences with `sent[sequence]` that the receipt lacks, in order.
std::vector<std::uint64_t> unrecorded(const std::vector<bool>& sent, const Receipt& receipt);

}  // namespace phasecast
