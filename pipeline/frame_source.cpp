#include "pipeline/frame_source.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "messages/units.hpp"
#include "messages/wire/codec.hpp"
#include "pipeline/zmq_parts.hpp"

namespace phasecast {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// At most this many messages wait inside ZeroMQ, fewer where the frames are large; beyond it the detector's
/// PUSH socket blocks.
constexpr int receive_queue = 64, least_receive_queue = 8;
constexpr std::size_t receive_queue_bytes = std::size_t{64} << 20;

/// What a frame takes beside its pixels: its header, and its places in the queues.
constexpr std::size_t bytes_beside_pixels = 4096;

constexpr const char* wake_endpoint = "inproc://frame-source-wake";

std::chrono::milliseconds until(std::optional<SteadyClock::time_point> deadline) {
  if (!deadline) return std::chrono::milliseconds{-1};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - SteadyClock::now());
  return std::max(left, std::chrono::milliseconds{0});
}

}  // namespace

FrameSource::FrameSource(zmq::context_t& context, const std::string& endpoint, const SocketGuard& guard,
                         std::size_t largest_frame_bytes, Admission& admission, Budget& budget,
                         Ledger& ledger)
    : context_(context),
      largest_frame_bytes_(largest_frame_bytes),
      admission_(admission),
      budget_(budget),
      ledger_(ledger),
      queue_(receive_queue),
      frames_(context, zmq::socket_type::pull),
      wake_receiver_(context, zmq::socket_type::pair),
      wake_sender_(context, zmq::socket_type::pair) {
  frames_.set(zmq::sockopt::rcvhwm, queue_);
  frames_.set(zmq::sockopt::linger, 0);
  guard(frames_);
  bind_or_throw(frames_, endpoint, "frames");
  endpoint_ = frames_.get(zmq::sockopt::last_endpoint);
  wake_receiver_.bind(wake_endpoint);
  wake_sender_.connect(wake_endpoint);
}

FrameSource::~FrameSource() {
  stop();
}

void FrameSource::start(std::vector<std::shared_ptr<const RecordedScan>> resumed) {
  thread_ = std::jthread([this, scans = std::move(resumed)](std::stop_token stop) mutable {
    pthread_setname_np(pthread_self(), "frames");  // in `top -H`, and for a debugger
    for (auto& scan : scans) resume(std::exchange(scan, nullptr));
    work(stop);
  });
}

/// Also when a stop comes meanwhile: what was received is finished.
void FrameSource::resume(const std::shared_ptr<const RecordedScan>& scan) {
  admission_.resume(scan, SteadyClock::now());
  for (const RecordedScan::Slot& slot : scan->frames) {
    wait_for_room({}, std::nullopt);
    auto frame = read_frame(*scan, slot);
    if (!frame) {
      ledger_.error("resume: " + frame.error().text());
      continue;
    }
    Ticket ticket = budget_.take(frame->pixels.bytes.size());
    admission_.on_frame(std::move(*frame), std::move(ticket), SteadyClock::now(), true);
  }
  admission_.resumed(SteadyClock::now());
}

void FrameSource::wake() {
  wake_sender_.send(zmq::message_t(), zmq::send_flags::dontwait);
}

void FrameSource::abort_scan(const std::string& reason) {
  std::lock_guard lock(mutex_);
  abort_reason_ = reason;
  wake();
}

void FrameSource::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  {
    std::lock_guard lock(mutex_);
    wake();
  }
  thread_.join();
}

bool FrameSource::responsive() {
  const bool unanswered = asked_.exchange(true);
  std::lock_guard lock(mutex_);
  wake();
  return !unanswered || held_back_;
}

bool FrameSource::wait_for_room(std::stop_token stop, std::optional<Budget::Clock::time_point> deadline) {
  asked_ = false;
  held_back_ = true;
  const bool room = budget_.wait_for_room(stop, deadline);
  held_back_ = false;
  return room;
}

void FrameSource::work(std::stop_token stop) {
  while (!stop.stop_requested()) {
    if (wait_for_room(stop, admission_.deadline())) wait(stop);
    admission_.on_time(SteadyClock::now());
  }
  drain();
  admission_.abort("the pipeline was stopped", SteadyClock::now());
}

/// Sleeps in the kernel until a message, a wake-up, or the admission's next deadline.
void FrameSource::wait(std::stop_token stop) {
  std::array<zmq::pollitem_t, 2> items{
      {{frames_.handle(), 0, ZMQ_POLLIN, 0}, {wake_receiver_.handle(), 0, ZMQ_POLLIN, 0}}};
  zmq::poll(items, until(admission_.deadline()));
  if (items[1].revents != 0) {
    zmq::message_t signal;
    (void)wake_receiver_.recv(signal, zmq::recv_flags::dontwait);
    std::string reason;
    {
      std::lock_guard lock(mutex_);
      reason.swap(abort_reason_);
    }
    if (!reason.empty()) admission_.abort(reason, SteadyClock::now());
  }
  if (items[0].revents != 0 && !stop.stop_requested()) receive_one();
}

bool FrameSource::receive_one() {
  Parts parts;
  if (!try_receive_parts(frames_, parts)) return false;
  auto message = decode(parts);
  const auto now = SteadyClock::now();
  if (!message) {
    ledger_.reject(message.error());
  } else if (auto* frame = std::get_if<Frame>(&*message)) {
    frame->received_utc_ns = utc_now_ns();
    Ticket ticket = budget_.take(frame->pixels.bytes.size() + bytes_beside_pixels);
    admission_.on_frame(std::move(*frame), std::move(ticket), now);
  } else if (const auto* start = std::get_if<ScanStart>(&*message)) {
    take(*start);
  } else if (const auto* end = std::get_if<ScanEnd>(&*message)) {
    admission_.on_scan_end(*end, now);
  } else {
    ledger_.reject(
        Error{"topic", "frames socket", "topic", "another message's", "scan_start, frame or scan_end"});
  }
  return true;
}

/// ZeroMQ hangs up on a source whose message is larger than it may be, without a word: so it is said here,
/// before the first of them.
void FrameSource::take(const ScanStart& scan) {
  const std::size_t frame_bytes = scan.shape.pixels() * bytes_per_pixel(scan.pixel_type);
  if (frame_bytes <= largest_frame_bytes_) {
    shorten_queue(frame_bytes);
    return admission_.on_scan_start(scan, SteadyClock::now());
  }
  ledger_.reject("frame_size");
  ledger_.error(Error{"frame_size", "scan_start " + scan.scan_id, "shape",
                      std::to_string(scan.shape.height) + "x" + std::to_string(scan.shape.width) + ", " +
                          std::to_string(frame_bytes) + " bytes per frame",
                      "at most " + std::to_string(largest_frame_bytes_) + " bytes; see --max-frame"}
                    .text());
}

/// Never made longer again: libzmq tells a sender after every half queue that its messages were read, and one
/// that waits on a short queue would not hear it from a long one.
void FrameSource::shorten_queue(std::size_t frame_bytes) {
  const int fitting =
      static_cast<int>(std::min<std::size_t>(receive_queue_bytes / frame_bytes, receive_queue));
  const int wanted = std::max(fitting, least_receive_queue);
  if (wanted >= queue_) return;
  queue_ = wanted;
  frames_.set(zmq::sockopt::rcvhwm, queue_);
}

/// What has arrived when the stop came is finished; what the source still has stays with the source.
void FrameSource::drain() {
  frames_.unbind(endpoint_);
  for (int k = 0; k < receive_queue && receive_one(); ++k) {
  }
}

}  // namespace phasecast
