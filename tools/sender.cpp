#include "tools/sender.hpp"

#include <spdlog/fmt/fmt.h>

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "messages/units.hpp"
#include "pipeline/socket_monitor.hpp"
#include "pipeline/zmq_parts.hpp"

namespace phasecast {

using namespace std::chrono_literals;

namespace {

constexpr int queued_messages = 4;  // small: a slow receiver is felt here, not in memory
constexpr std::size_t frames_after_early_end = 3;

std::chrono::nanoseconds nanoseconds(double seconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * ns_per_s));
}

}  // namespace

std::string SendReport::text() const {
  std::string line = fmt::format("scan {} id {} sent {} skipped {} duplicated {}", scan_index, scan_id, sent,
                                 skipped, duplicated);
  if (repeated > 0) line += fmt::format(" repeated {}", repeated);
  if (unconfirmed > 0) line += fmt::format(" unconfirmed {}", unconfirmed);
  return line + (interrupted ? " interrupted" : "");
}

Sender::Sender(zmq::context_t& context, const SendConfig& config, std::stop_token stop)
    : config_(config),
      socket_(context, zmq::socket_type::push),
      monitor_(monitor(context, socket_, handshake_failures | ZMQ_EVENT_DISCONNECTED)),
      stop_(stop),
      stop_descriptor_(std::move(stop)) {
  socket_.set(zmq::sockopt::sndhwm, queued_messages);
  socket_.set(zmq::sockopt::immediate, true);
  socket_.set(zmq::sockopt::linger, -1);
  use_keys(socket_, config.keys);
  if (!config.control.empty()) confirmation_.emplace(context, config.control, config.keys, stop_);
  connect_or_throw(socket_, config.endpoint, "frames");
}

Sender::~Sender() {
  stop_monitoring(socket_);
  if (stop_.stop_requested()) socket_.set(zmq::sockopt::linger, 1000);
}

Result<SendReport> Sender::send(ScanSource& source, const OnSent& on_sent) {
  SendReport report{source.start().scan_id, source.start().scan_index};
  const bool pause = last_end_ && config_.pace != Pace::as_recorded;
  if ((pause && !wait_until(*last_end_ + nanoseconds(config_.interval_s))) || !push(encode(source.start()))) {
    report.interrupted = true;
    return report;
  }
  scan_start_ = Clock::now();
  const Result<Ok> outcome = send_frames(source, on_sent, report);
  last_end_ = Clock::now();
  if (!outcome || report.interrupted) {
    const std::string reason = outcome ? "interrupted" : outcome.error().text();
    push(encode(ScanEnd{report.scan_id, report.sent, ScanStatus::aborted, reason}));
  }
  if (!outcome) return outcome.error();
  return report;
}

Result<Ok> Sender::send_frames(ScanSource& source, const OnSent& on_sent, SendReport& report) {
  const SendOrder order = send_order(source.frame_count(), config_.faults, report.scan_index);
  const std::size_t messages = order.sequences.size();
  const std::size_t end_place =
      config_.faults.early_end ? messages - std::min(messages, frames_after_early_end) : messages;
  std::vector<bool> sent(source.frame_count());
  for (std::size_t place = 0; place <= messages; ++place) {
    if (place == end_place && !push(encode(source.end()))) break;
    if (place == messages) {
      report.skipped = order.skipped;
      const Result<bool> confirmed = confirmation_ ? confirm(source, sent, report) : true;
      if (!confirmed) return confirmed.error();
      report.interrupted = !*confirmed;
      return Ok{};
    }
    if (confirmation_ && link_was_lost()) {
      const auto receipt = confirmation_->receipt(report.scan_id);
      const Result<bool> again = receipt ? send_again(source, sent, *receipt, report) : false;
      if (!again) return again.error();
      if (!*again) break;
    }
    const std::uint64_t sequence = order.sequences[place];
    Result<Frame> frame = source.frame(sequence);
    if (!frame) return frame.error();
    const Result<Clock::time_point> when = due(*frame, place);
    if (!when) return when.error();
    if (!wait_until(*when) || !push(encode(*frame))) break;
    if (sent[sequence]) {
      ++report.duplicated;
      continue;
    }
    sent[sequence] = true;
    ++report.sent;
    if (!on_sent) continue;
    if (const Result<Ok> taken = on_sent(*frame); !taken) return taken.error();
  }
  report.interrupted = true;
  return Ok{};
}

Result<bool> Sender::send_again(ScanSource& source, const std::vector<bool>& sent, const Receipt& receipt,
                                SendReport& report) {
  if (!receipt.closed && !push(encode(source.start()))) return false;
  for (const std::uint64_t sequence : unrecorded(sent, receipt)) {
    Result<Frame> frame = source.frame(sequence);
    if (!frame) return frame.error();
    if (!push(encode(*frame))) return false;
    ++report.repeated;
  }
  return true;
}

Result<bool> Sender::confirm(ScanSource& source, const std::vector<bool>& sent, SendReport& report) {
  constexpr auto until_asked_again = 100ms;  // a pipeline tells when it goes away, not when it has recorded
  constexpr int most_asked_of_closed = 20;   // late frames are recorded soon, or never
  for (int asked_of_closed = 0; true;) {
    const bool lost = link_was_lost();
    const auto receipt = confirmation_->receipt(report.scan_id);
    if (!receipt) return false;
    report.unconfirmed = unrecorded(sent, *receipt).size();
    if (receipt->closed && (report.unconfirmed == 0 || (asked_of_closed > most_asked_of_closed && !lost)))
      return true;
    if (lost || (receipt->closed && asked_of_closed == 0)) {
      const Result<bool> again = send_again(source, sent, *receipt, report);
      if (!again || !*again) return again;
      if (!push(encode(source.end()))) return false;
    }
    asked_of_closed = receipt->closed && !lost ? asked_of_closed + 1 : 0;
    zmq::pollitem_t items[] = {{monitor_.handle(), 0, ZMQ_POLLIN, 0},
                               {nullptr, stop_descriptor_.get(), ZMQ_POLLIN, 0}};
    zmq::poll(items, 2, until_asked_again);
    if (stop_.stop_requested()) return false;
  }
}

Result<Sender::Clock::time_point> Sender::due(const Frame& frame, std::uint64_t place) {
  switch (config_.pace) {
    case Pace::fast:
      break;
    case Pace::rate:
      return scan_start_ + nanoseconds(static_cast<double>(place) / config_.rate_hz);
    case Pace::as_recorded: {
      const std::int64_t recorded = frame.header.start_utc_ns;
      if (recorded <= 0)
        return Error{"pace",
                     "frame " + std::to_string(frame.header.sequence) + " of scan " + frame.header.scan_id,
                     "start_utc_ns", std::to_string(recorded),
                     "the time it was recorded at (without it, replay at a rate)"};
      if (!recorded_start_) recorded_start_ = RecordedStart{Clock::now(), recorded};
      return recorded_start_->now + std::chrono::nanoseconds(recorded - recorded_start_->utc_ns);
    }
  }
  return scan_start_;
}

bool Sender::wait_until(Clock::time_point due) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never_notified;
  never_notified.wait_until(lock, stop_, due, [] { return false; });
  return !stop_.stop_requested();
}

bool Sender::wait_writable() {
  zmq::pollitem_t items[] = {{socket_.handle(), 0, ZMQ_POLLOUT, 0},
                             {nullptr, stop_descriptor_.get(), ZMQ_POLLIN, 0},
                             {monitor_.handle(), 0, ZMQ_POLLIN, 0}};
  do {
    const auto hint_after = told_waiting_ ? -1ms : 2000ms;
    if (zmq::poll(items, 3, hint_after) == 0) {
      told_waiting_ = true;
      fmt::print(stderr, "nobody takes frames at {}: waiting\n", config_.endpoint);
    }
    take_link_events();
  } while (items[0].revents == 0 && items[1].revents == 0);
  return (items[0].revents & ZMQ_POLLOUT) != 0;
}

/// ZeroMQ tries again after any refusal but that of the key, after which it has given up.
void Sender::take_link_events() {
  while (const auto event = try_receive_event(monitor_)) {
    if (event->kind == ZMQ_EVENT_DISCONNECTED) {
      link_lost_ = true;
      continue;
    }
    const bool key_refused = event->kind == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
    const std::string text = "the pipeline at " + config_.endpoint + " does not take frames from here: " +
                             refusal_text(key_refused, config_.keys.has_value());
    if (key_refused) throw std::runtime_error(text);
    if (!std::exchange(told_refusal_, true)) fmt::print(stderr, "{}; trying on\n", text);
  }
}

/// Since this was last called.
bool Sender::link_was_lost() {
  take_link_events();
  return std::exchange(link_lost_, false);
}

bool Sender::push(const Parts& parts) {
  if (!wait_writable()) return false;
  send_parts(socket_, parts);
  return true;
}

}  // namespace phasecast
