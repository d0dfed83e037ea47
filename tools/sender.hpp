#pragma once

#include <zmq.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "messages/result.hpp"
#include "messages/wire/codec.hpp"
#include "pipeline/scan_source.hpp"
#include "tools/client_keys.hpp"
#include "tools/confirmation.hpp"
#include "tools/faults.hpp"
#include "tools/stop_signal.hpp"

namespace phasecast {

/// When the next frame is due: at once, at a fixed rate, or as far apart as start_utc_ns says.
enum class Pace : std::uint8_t { fast, rate, as_recorded };

struct SendConfig {
  std::string endpoint;  ///< "tcp://host:port" where a PULL socket is bound
  Pace pace = Pace::fast;
  double rate_hz = 0;     ///< with Pace::rate
  double interval_s = 0;  ///< pause between scans, except with Pace::as_recorded
  Faults faults;
  std::optional<ClientKeys> keys = std::nullopt;
  std::string
      control;  ///< "tcp://host:port" of the same pipeline: it confirms every frame; empty: it does not
};

struct SendReport {
  std::string scan_id;
  std::uint32_t scan_index = 0;
  std::uint64_t sent = 0;        ///< different frames
  std::uint64_t skipped = 0;     ///< deliberately
  std::uint64_t duplicated = 0;  ///< frames sent a second time, deliberately
  std::uint64_t repeated = 0;    ///< frames sent again because the pipeline went away before it recorded them
  std::uint64_t unconfirmed = 0;  ///< frames that the pipeline did not record although it closed their scan
  bool interrupted = false;       ///< stop was requested first; the scan ended as aborted

  /// "scan 0 id 3f2c… sent 120 skipped 0 duplicated 0"
  std::string text() const;
};

/// Plays the detector: sends scans over a PUSH socket. Nothing is dropped: when the receiver does not keep
/// up, the sender waits. With `control` a scan has been sent when its recording is closed: what a pipeline
/// that went away had not recorded is sent again to the one that comes back.
class Sender {
 public:
  Sender(zmq::context_t& context, const SendConfig& config, std::stop_token stop);
  /// What was sent still leaves, however long it takes; after a stop, one second is left for it.
  ~Sender();

  /// Called with each different frame after it was sent.
  using OnSent = std::function<Result<Ok>(const Frame&)>;
  /// Throws std::runtime_error if the pipeline does not let this client's key in.
  /// Sends the whole scan. A frame that cannot be made, or an error from `on_sent`, ends the scan as aborted.
  Result<SendReport> send(ScanSource& source, const OnSent& on_sent = {});
  /// Sends one message, for whoever makes scans as they come. Waits while the receiver does not keep up;
  /// false if stop was requested first.
  bool push(const Parts& parts);

 private:
  using Clock = std::chrono::steady_clock;

  Result<Ok> send_frames(ScanSource& source, const OnSent& on_sent, SendReport& report);
  /// Start and frames that the pipeline has not recorded; false if stop was requested first.
  Result<bool> send_again(ScanSource& source, const std::vector<bool>& sent, const Receipt& receipt,
                          SendReport& report);
  /// Until the recording is closed and has every frame that was sent, or will never have it.
  Result<bool> confirm(ScanSource& source, const std::vector<bool>& sent, SendReport& report);
  Result<Clock::time_point> due(const Frame& frame, std::uint64_t place);
  // These return false when stop was requested first.
  bool wait_until(Clock::time_point due);
  bool wait_writable();

  /// Reads what the monitor has seen of the connection.
  void take_link_events();
  bool link_was_lost();

  SendConfig config_;
  zmq::socket_t socket_, monitor_;
  std::stop_token stop_;
  StopDescriptor stop_descriptor_;
  std::optional<Confirmation> confirmation_;
  bool told_waiting_ = false, told_refusal_ = false, link_lost_ = false;
  Clock::time_point scan_start_;
  std::optional<Clock::time_point> last_end_;
  struct RecordedStart {
    Clock::time_point now;
    std::int64_t utc_ns;
  };
  std::optional<RecordedStart> recorded_start_;  // of the first frame, with Pace::as_recorded
};

}  // namespace phasecast
