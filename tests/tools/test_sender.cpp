#include <unistd.h>

#include <catch2/catch.hpp>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "pipeline/zmq_parts.hpp"
#include "tests/tools/small_experiment.hpp"
#include "tools/progress.hpp"
#include "tools/sender.hpp"

using namespace phasecast;

namespace {

/// A bound PULL socket and what came through it.
struct Receiver {
  zmq::context_t context;
  zmq::socket_t socket{context, zmq::socket_type::pull};

  explicit Receiver(int receive_limit = 0) {
    socket.set(zmq::sockopt::rcvhwm, receive_limit);
    socket.set(zmq::sockopt::rcvtimeo, 5000);
    socket.bind("inproc://frames");
  }
  Message next() {
    const Parts parts = receive_parts(socket);
    REQUIRE(!parts.empty());
    Result<Message> message = decode(parts);
    if (!message) FAIL(message.error().text());
    return *message;
  }
};

struct Received {
  ScanStart start;
  ScanEnd end;
  std::vector<Frame> frames;
  std::size_t frames_after_end = 0;
};

/// Takes in everything that the report says was sent.
Received receive_scan(Receiver& receiver, const SendReport& report) {
  Received received;
  received.start = std::get<ScanStart>(receiver.next());
  bool ended = false;
  while (received.frames.size() < report.sent + report.duplicated || !ended) {
    const Message message = receiver.next();
    if (const Frame* frame = std::get_if<Frame>(&message)) {
      received.frames.push_back(*frame);
      received.frames_after_end += ended;
    } else {
      received.end = std::get<ScanEnd>(message);
      ended = true;
    }
  }
  return received;
}

SendConfig to_receiver(const Faults& faults = {}) {
  SendConfig config;
  config.endpoint = "inproc://frames";
  config.faults = faults;
  return config;
}

/// Sends on a thread of its own, as the sender waits for the receiver.
Received through_wire(SimulatedScan& scan, const Faults& faults, SendReport& report) {
  Receiver receiver;
  Sender sender(receiver.context, to_receiver(faults), {});
  std::thread sending([&] { report = *sender.send(scan); });
  sending.join();  // the receiver's queue has no limit here
  return receive_scan(receiver, report);
}

/// Frames of one pixel block each, kept by the test.
class KeptScan : public ScanSource {
 public:
  explicit KeptScan(std::uint64_t frames) {
    start_.scan_id = "11111111-2222-4333-8444-555555555555";
    start_.series_id = start_.scan_id;
    start_.source = "test";
    start_.shape = {4, 8};
    start_.sample_repeats = static_cast<std::uint32_t>(frames);
    start_.energies_ev = {8300};
    for (std::uint64_t k = 0; k < frames; ++k)
      pixels_.push_back(PixelBuffer::take(std::vector<std::byte>(64, static_cast<std::byte>(k))));
  }
  const ScanStart& start() const override { return start_; }
  std::uint64_t frame_count() const override { return start_.sample_repeats; }
  ScanEnd end() const override { return {start_.scan_id, frame_count(), ScanStatus::complete, ""}; }
  Result<Frame> frame(std::uint64_t sequence) override {
    if (sequence == broken) return Error{"disk", "kept.h5", "frame", std::to_string(sequence), "readable"};
    Frame frame;
    frame.header.scan_id = start_.scan_id;
    frame.header.sequence = sequence;
    frame.header.repeat = static_cast<std::uint32_t>(sequence);
    frame.header.energy_set_ev = 8300;
    frame.header.shape = start_.shape;
    frame.header.start_utc_ns = start_utc_ns;
    frame.pixels = pixels_[sequence];
    return frame;
  }
  PixelBuffer& pixels(std::uint64_t k) { return pixels_[k]; }

  std::uint64_t broken = ~std::uint64_t{0};
  std::int64_t start_utc_ns = 1;

 private:
  ScanStart start_;
  std::vector<PixelBuffer> pixels_;
};

}  // namespace

TEST_CASE("without faults the order is the scan's own") {
  const SendOrder order = send_order(100, {}, 0);
  for (std::uint64_t k = 0; k < 100; ++k) REQUIRE(order.sequences.at(k) == k);
  CHECK(order.sequences.size() == 100);
  CHECK(order.skipped + order.duplicated == 0);
}

TEST_CASE("faults hit the stated share of the frames and account for every one") {
  const std::uint64_t n = 20'000;
  const SendOrder order = send_order(n, {0.02, 0.05, 8, false, 3}, 0);
  std::map<std::uint64_t, int> times;
  for (const std::uint64_t s : order.sequences) ++times[s];
  std::uint64_t twice = 0;
  for (const auto& [sequence, count] : times) {
    REQUIRE(sequence < n);
    REQUIRE(count <= 2);
    twice += count == 2;
  }
  CHECK(times.size() + order.skipped == n);
  CHECK(twice == order.duplicated);
  // Binomial, five standard deviations.
  CHECK(std::abs(double(order.skipped) - 0.02 * n) < 5 * std::sqrt(n * 0.02 * 0.98));
  CHECK(std::abs(double(order.duplicated) - 0.05 * 0.98 * n) < 5 * std::sqrt(n * 0.049 * 0.951));
}

TEST_CASE("a frame is overtaken only by frames less than the window behind it") {
  for (const std::uint64_t window : {2, 8, 50}) {
    Faults faults;
    faults.shuffle = window;
    const SendOrder order = send_order(5000, faults, 1);
    std::uint64_t highest = 0;
    std::uint64_t disordered = 0;
    for (const std::uint64_t s : order.sequences) {
      REQUIRE((s > highest ? 0 : highest - s) < window);
      disordered += s < highest;
      highest = std::max(highest, s);
    }
    CHECK(disordered > 500);
    CHECK(order.sequences.size() == 5000);
  }
}

TEST_CASE("faults are the same for the same seed and differ between seeds and scans") {
  const Faults faults{0.1, 0.1, 6, false, 4};
  Faults other = faults;
  other.seed = 5;
  CHECK(send_order(500, faults, 0).sequences == send_order(500, faults, 0).sequences);
  CHECK(send_order(500, faults, 0).sequences != send_order(500, faults, 1).sequences);
  CHECK(send_order(500, faults, 0).sequences != send_order(500, other, 0).sequences);
}

TEST_CASE("a scan arrives whole, in order, bit for bit") {
  ExperimentConfig config = small_experiment();
  config.flats = {CorrectionUse::per_energy, 1};
  SimulatedScan scan = scan_of(config);
  SendReport report;
  const Received received = through_wire(scan, {}, report);
  CHECK(received.start.scan_id == scan.start().scan_id);
  CHECK(received.start.metadata == scan.start().metadata);
  REQUIRE(received.frames.size() == scan.frame_count());
  for (std::uint64_t k = 0; k < scan.frame_count(); ++k) {
    const Frame expected = *scan.frame(k);
    CHECK(received.frames[k].header.sequence == k);
    CHECK(received.frames[k].header.crc32c == expected.header.crc32c);
    CHECK(bytes_of(received.frames[k]) == bytes_of(expected));
  }
  CHECK(received.end.frames_sent == scan.frame_count());
  CHECK(received.frames_after_end == 0);
  CHECK(report.sent == scan.frame_count());
  CHECK(report.text() == "scan 0 id " + scan.start().scan_id + " sent 18 skipped 0 duplicated 0");
}

TEST_CASE("the end of a scan counts the frames that were lost on purpose") {
  ExperimentConfig config = small_experiment();
  config.sample_repeats = 20;
  SimulatedScan scan = scan_of(config);
  SendReport report;
  const Received received = through_wire(scan, {0.1, 0.1, 5, false, 2}, report);
  CHECK(report.skipped > 0);
  CHECK(report.duplicated > 0);
  CHECK(report.sent + report.skipped == scan.frame_count());
  CHECK(received.end.frames_sent == scan.frame_count());
  CHECK(received.end.status == ScanStatus::complete);
  CHECK(received.frames_after_end == 0);
  std::set<std::uint64_t> different;
  for (const Frame& frame : received.frames) different.insert(frame.header.sequence);
  CHECK(different.size() == report.sent);
}

TEST_CASE("an early end overtakes the last three frames") {
  SimulatedScan scan = scan_of(small_experiment());
  Faults faults;
  faults.early_end = true;
  SendReport report;
  const Received received = through_wire(scan, faults, report);
  CHECK(received.frames_after_end == 3);
  CHECK(received.end.frames_sent == scan.frame_count());
  CHECK(report.sent == scan.frame_count());
}

TEST_CASE("pixels cross the wire without being copied and are released afterwards") {
  KeptScan scan(3);
  std::vector<const std::byte*> sent_from;
  std::vector<std::weak_ptr<const void>> owners;
  for (std::uint64_t k = 0; k < 3; ++k) {
    sent_from.push_back(scan.pixels(k).bytes.data());
    owners.push_back(scan.pixels(k).owner);
  }
  {
    Receiver receiver;
    Sender sender(receiver.context, to_receiver(), {});
    const Result<SendReport> report = sender.send(scan);
    REQUIRE(report.ok());
    const Received received = receive_scan(receiver, *report);
    for (std::uint64_t k = 0; k < 3; ++k) {
      CHECK(received.frames[k].pixels.bytes.data() == sent_from[k]);
      scan.pixels(k) = {};
      CHECK(!owners[k].expired());
    }
  }
  for (const auto& owner : owners) CHECK(owner.expired());
}

TEST_CASE("the sender waits for a slow receiver and loses nothing") {
  KeptScan scan(200);
  Receiver receiver(1);
  Sender sender(receiver.context, to_receiver(), {});
  Result<SendReport> report = SendReport{};
  std::thread sending([&] { report = sender.send(scan); });
  std::get<ScanStart>(receiver.next());
  for (std::uint64_t k = 0; k < 200; ++k) CHECK(std::get<Frame>(receiver.next()).header.sequence == k);
  CHECK(std::get<ScanEnd>(receiver.next()).frames_sent == 200);
  sending.join();
  CHECK(report->sent == 200);
}

TEST_CASE("a stop ends a sender that waits for a receiver who takes nothing") {
  KeptScan scan(200);
  Receiver receiver(1);
  std::stop_source stop;
  Sender sender(receiver.context, to_receiver(), stop.get_token());
  Result<SendReport> report = SendReport{};
  std::thread sending([&] { report = sender.send(scan); });
  std::get<ScanStart>(receiver.next());
  stop.request_stop();
  sending.join();
  CHECK(report->interrupted);
  CHECK(report->sent < 200);
}

TEST_CASE("a stop while waiting for the next frame's time ends the scan as aborted") {
  KeptScan scan(3);
  Receiver receiver;
  std::stop_source stop;
  SendConfig config = to_receiver();
  config.pace = Pace::rate;
  config.rate_hz = 1e-3;
  Sender sender(receiver.context, config, stop.get_token());
  Result<SendReport> report = SendReport{};
  std::thread sending([&] { report = sender.send(scan); });
  std::get<ScanStart>(receiver.next());
  std::get<Frame>(receiver.next());
  stop.request_stop();
  sending.join();
  CHECK(report->interrupted);
  const ScanEnd end = std::get<ScanEnd>(receiver.next());
  CHECK(end.status == ScanStatus::aborted);
  CHECK(end.frames_sent == 1);
  CHECK(end.reason == "interrupted");
}

TEST_CASE("a frame that cannot be read ends the scan as aborted, with the reason") {
  KeptScan scan(5);
  scan.broken = 2;
  Receiver receiver;
  Sender sender(receiver.context, to_receiver(), {});
  const Result<SendReport> report = sender.send(scan);
  REQUIRE(!report);
  CHECK(report.error().cause == "disk");
  std::get<ScanStart>(receiver.next());
  for (std::uint64_t k = 0; k < 2; ++k) std::get<Frame>(receiver.next());
  const ScanEnd end = std::get<ScanEnd>(receiver.next());
  CHECK(end.status == ScanStatus::aborted);
  CHECK(end.frames_sent == 2);
  CHECK_THAT(end.reason, Catch::Contains("kept.h5"));
}

TEST_CASE("a recording without times cannot be replayed as recorded, and says so") {
  KeptScan scan(2);
  scan.start_utc_ns = 0;
  Receiver receiver;
  SendConfig config = to_receiver();
  config.pace = Pace::as_recorded;
  Sender sender(receiver.context, config, {});
  const Result<SendReport> report = sender.send(scan);
  REQUIRE(!report);
  CHECK(report.error().field == "start_utc_ns");
}

TEST_CASE("each different frame is handed on once after it was sent") {
  SimulatedScan scan = scan_of(small_experiment());
  Receiver receiver;
  Sender sender(receiver.context, to_receiver({0.2, 0.5, 4, false, 1}), {});
  std::vector<std::uint64_t> handed_on;
  const Result<SendReport> report = sender.send(scan, [&](const Frame& frame) -> Result<Ok> {
    handed_on.push_back(frame.header.sequence);
    return Ok{};
  });
  REQUIRE(report.ok());
  const Received received = receive_scan(receiver, *report);
  std::vector<std::uint64_t> first_arrivals;
  std::set<std::uint64_t> seen;
  for (const Frame& frame : received.frames)
    if (seen.insert(frame.header.sequence).second) first_arrivals.push_back(frame.header.sequence);
  CHECK(handed_on == first_arrivals);
}

TEST_CASE("SIGINT and SIGTERM request a stop instead of ending the process") {
  for (const int signal : {SIGINT, SIGTERM}) {
    const StopOnSignal stop;
    CHECK(!stop.token().stop_requested());
    kill(getpid(), signal);
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any waiting;
    waiting.wait(lock, stop.token(), [] { return false; });
    CHECK(stop.token().stop_requested());
  }
}

TEST_CASE("a progress line fills up from nothing to all") {
  CHECK(progress_line("scan 0", 0, 120) == "scan 0 [..............................]   0 % 0/120");
  CHECK(progress_line("scan 0", 60, 120) == "scan 0 [###############...............]  50 % 60/120");
  CHECK(progress_line("scan 0", 120, 120) == "scan 0 [##############################] 100 % 120/120");
}
