#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include <zmq.hpp>

#include "messages/wire/codec.hpp"
#include "pipeline/control.hpp"
#include "tests/scenarios/process.hpp"
#include "tools/simulate/experiment.hpp"

namespace phasecast::test {

/// A small simulated series (48×64 pixels, two states, 30 energies) with its references on disk.
struct SmallSeries {
  explicit SmallSeries(const TemporaryFolder& folder, int scans = 1, std::uint64_t seed = 1);
  std::shared_ptr<const Experiment> experiment;
  std::vector<std::string> unmix_options;  ///< --references … --pre-edge …
  SimulatedScan scan(int index) const { return SimulatedScan(experiment, index); }
};

/// `phasecast run` as a process on ephemeral ports of the loopback.
class LivePipeline {
 public:
  LivePipeline(const TemporaryFolder& folder, const std::vector<std::string>& options);

  std::string endpoint(const std::string& name) const { return endpoints_.at(name); }
  /// Asks it to stop, waits, and reads the closing summary: name -> value. Checks that it ended well.
  std::map<std::string, std::string> stop();
  Process& process() { return process_; }
  /// Files of this kind ("scan_", "maps") in the order of the summary; after stop.
  std::vector<std::string> files(const std::string& kind) const;

 private:
  std::filesystem::path fifo_;
  Process process_;
  std::map<std::string, std::string> endpoints_;
};

/// The detector's side of the frames socket.
class FrameSender {
 public:
  FrameSender(zmq::context_t& context, const std::string& endpoint);
  template <class Content>
  void send(const Content& content) {
    send_raw(encode(content));
  }
  void send_raw(const Parts& parts);

 private:
  zmq::socket_t socket_;
};

/// A subscriber that waits for what it is asked for, at most a minute, and fails the test after that.
class Viewer {
 public:
  Viewer(zmq::context_t& context, const std::string& endpoint);
  /// Waits until subscribed: the pipeline sends its status to every newcomer.
  void wait_for_greeting();
  Message wait_for(const std::function<bool(const Message&)>& wanted);
  PhaseMap wait_for_final(const std::string& scan_id);
  void wait_for_scan_start(const std::string& scan_id);

 private:
  zmq::socket_t socket_;
};

/// One request over the control socket; the answer's own message, if there is one.
std::pair<ControlReply, std::optional<Message>> ask(zmq::context_t& context, const std::string& endpoint,
                                                    const ControlRequest& request);

/// The final map of exactly these frames of a scan, computed in this process.
PhaseMap offline_map(SimulatedScan& scan, const std::vector<std::uint64_t>& sequences,
                     const std::vector<std::string>& unmix_options);

/// RMS difference of the fractions where both are valid; NaN if nothing is.
double rms_difference(const PhaseMap& a, const PhaseMap& b);

}  // namespace phasecast::test
