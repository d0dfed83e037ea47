#pragma once

#include <atomic>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>
#include <zmq.hpp>

#include "pipeline/admission.hpp"
#include "pipeline/budget.hpp"
#include "pipeline/gatekeeper.hpp"
#include "pipeline/ledger.hpp"

namespace phasecast {

/// The PULL socket and its thread: receives, decodes and hands to admission, as long as the budget has room.
/// Binds in the constructor (throws with the endpoint and the system's words).
class FrameSource {
 public:
  FrameSource(zmq::context_t& context, const std::string& endpoint, const SocketGuard& guard,
              std::size_t largest_frame_bytes, Admission& admission, Budget& budget, Ledger& ledger);
  ~FrameSource();

  /// The endpoint as bound (an ephemeral port is resolved).
  const std::string& endpoint() const { return endpoint_; }
  /// First takes these scans up again, oldest first: their frames pass admission as if they had just come.
  void start(std::vector<std::shared_ptr<const RecordedScan>> resumed = {});
  /// Asks the thread to close the open scan as aborted and to go on with the next one.
  void abort_scan(const std::string& reason);
  /// Whether its thread came round since this was last asked, or waits for room; it is asked to.
  bool responsive();
  /// Takes no new connections, finishes what has arrived, closes the open scan, ends the thread.
  void stop();

 private:
  void work(std::stop_token stop);
  void resume(const std::shared_ptr<const RecordedScan>& scan);
  bool wait_for_room(std::stop_token stop, std::optional<Budget::Clock::time_point> deadline);
  void wait(std::stop_token stop);
  bool receive_one();
  void drain();
  void take(const ScanStart& scan);
  void shorten_queue(std::size_t frame_bytes);
  void wake();

  zmq::context_t& context_;
  const std::size_t largest_frame_bytes_;
  Admission& admission_;
  Budget& budget_;
  Ledger& ledger_;
  int queue_;  // messages inside ZeroMQ, for each source
  zmq::socket_t frames_;
  zmq::socket_t wake_receiver_;
  zmq::socket_t wake_sender_;
  std::string endpoint_;
  std::mutex mutex_;
  std::string abort_reason_;
  std::atomic<bool> asked_ = false, held_back_ = false;  // for a sign of life; by a spent budget
  std::jthread thread_;
};

}  // namespace phasecast
