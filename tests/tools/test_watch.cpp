#include <algorithm>
#include <catch2/catch.hpp>
#include <future>
#include <mutex>
#include <thread>
#include <zmq.hpp>

#include "pipeline/zmq_parts.hpp"
#include "tests/tools/example_map.hpp"
#include "tests/tools/scratch_folder.hpp"
#include "tools/watch/lines.hpp"
#include "tools/watch/screen.hpp"
#include "tools/watch/watch.hpp"

namespace phasecast {
namespace {

/// The publishing end of a pipeline; binds any free port of the loopback.
class Publisher {
 public:
  explicit Publisher(zmq::socket_type type = zmq::socket_type::xpub,
                     const std::string& endpoint = "tcp://127.0.0.1:*")
      : socket_(context_, type) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.bind(endpoint);
  }
  std::string endpoint() { return socket_.get(zmq::sockopt::last_endpoint); }
  void wait_for_subscriber() {
    zmq::message_t subscription;
    REQUIRE(socket_.recv(subscription));
  }
  template <class Content>
  void publish(const Content& content) {
    send_parts(socket_, encode(content));
  }
  void publish_text(const std::string& text) { socket_.send(zmq::buffer(text)); }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_;
};

/// `watch` on a thread of its own, with what it tells.
class Watching {
 public:
  explicit Watching(WatchOptions options) : options_(std::move(options)) {
    output_.line = [this](const std::string& line) {
      const std::lock_guard lock(mutex_);
      lines_.push_back(line);
      changed_.notify_all();
    };
    output_.screen = [this](const View& view) { finals_on_screen_ = view.finals_seen; };
    thread_ = std::thread([this] { exit_status_ = watch(options_, output_, stop_.get_token()); });
  }
  ~Watching() {
    if (thread_.joinable()) thread_.join();
  }

  void wait_for_line(const std::string& beginning) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return std::any_of(lines_.begin(), lines_.end(), starts_with(beginning)); });
  }
  void interrupt() { stop_.request_stop(); }
  int wait() {
    thread_.join();
    return exit_status_;
  }
  std::vector<std::string> lines(const std::string& beginning) const {
    std::vector<std::string> found;
    std::copy_if(lines_.begin(), lines_.end(), std::back_inserter(found), starts_with(beginning));
    return found;
  }
  std::size_t finals_on_screen() const { return finals_on_screen_; }

 private:
  static std::function<bool(const std::string&)> starts_with(const std::string& beginning) {
    return [beginning](const std::string& line) { return line.starts_with(beginning); };
  }

  WatchOptions options_;
  WatchOutput output_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  std::size_t finals_on_screen_ = 0;
  int exit_status_ = -1;
  std::stop_source stop_;
  std::thread thread_;
};

PhaseMap numbered_map(std::uint64_t number, bool final) {
  PhaseMap map = example_map();
  map.map_number = number;
  map.scan_index = static_cast<std::uint32_t>(number / 2);
  map.final = final;
  return map;
}

WatchOptions watching_for(std::size_t finals, const std::string& endpoint) {
  WatchOptions options;
  options.endpoint = endpoint;
  options.finals = finals;
  return options;
}

}  // namespace

TEST_CASE("watch ends well after the final maps it was asked for, with a line for each map") {
  Publisher pipeline;
  Watching watching(watching_for(2, pipeline.endpoint()));
  pipeline.wait_for_subscriber();
  std::vector<std::string> expected;
  for (std::uint64_t number = 0; number < 4; ++number) {
    const PhaseMap map = numbered_map(number, number % 2 == 1);
    pipeline.publish(map);
    expected.push_back(map_line(map));
  }
  CHECK(watching.wait() == 0);
  CHECK(watching.lines("map ") == expected);
  CHECK(watching.finals_on_screen() == 2);
}

TEST_CASE("a map sent again for another subscriber is shown once") {
  Publisher pipeline;
  Watching watching(watching_for(2, pipeline.endpoint()));
  pipeline.wait_for_subscriber();
  for (const std::uint64_t number : {1, 1, 1, 3}) pipeline.publish(numbered_map(number, true));
  CHECK(watching.wait() == 0);
  CHECK(watching.lines("map ").size() == 2);
}

TEST_CASE("a pipeline that was started anew counts its maps from zero and they are shown") {
  Publisher pipeline;
  Watching watching(watching_for(2, pipeline.endpoint()));
  pipeline.wait_for_subscriber();
  PhaseMap map = numbered_map(1, true);
  pipeline.publish(map);
  map.published_utc_ns += 5'000'000'000;
  pipeline.publish(map);
  CHECK(watching.wait() == 0);
}

TEST_CASE("a status is told when it has news") {
  Publisher pipeline;
  Watching watching(watching_for(1, pipeline.endpoint()));
  pipeline.wait_for_subscriber();
  Status status;
  pipeline.publish(status);
  status.counters.received = 5;
  pipeline.publish(status);
  status.counters.late = 1;
  pipeline.publish(status);
  pipeline.publish(numbered_map(1, true));
  CHECK(watching.wait() == 0);
  CHECK(watching.lines("status ") == std::vector<std::string>{status_line(Status{}), status_line(status)});
}

TEST_CASE("a message that is not of the protocol is told and watching goes on") {
  Publisher pipeline;
  Watching watching(watching_for(1, pipeline.endpoint()));
  pipeline.wait_for_subscriber();
  pipeline.publish_text("banana");
  pipeline.publish(numbered_map(1, true));
  CHECK(watching.wait() == 0);
  CHECK(watching.lines("undecodable ").size() == 1);
}

TEST_CASE("without a pipeline watch says so, waits, and gives up at the timeout") {
  std::string nobody;
  {
    Publisher gone;
    nobody = gone.endpoint();
  }
  WatchOptions options = watching_for(1, nobody);
  options.timeout_s = 0.02;
  Watching watching(options);
  CHECK(watching.wait() == 1);
  CHECK(watching.lines("endpoint ") ==
        std::vector<std::string>{"endpoint \"no pipeline answers at " + nobody + " yet; waiting for one\""});
  CHECK(watching.lines("incomplete ") ==
        std::vector<std::string>{"incomplete \"0.02 s passed with 0 of 1 final maps\""});
}

TEST_CASE("an endpoint that does not publish is told from one that is not there") {
  Publisher frames(zmq::socket_type::pull);
  Watching watching(watching_for(1, frames.endpoint()));
  CHECK(watching.wait() == 1);
  REQUIRE(watching.lines("endpoint ").size() == 2);
  CHECK_THAT(watching.lines("endpoint ").back(), Catch::Contains("does not publish maps"));
}

TEST_CASE("a pipeline that goes away and comes back is told and its maps are shown again") {
  auto pipeline = std::make_unique<Publisher>();
  const std::string endpoint = pipeline->endpoint();
  Watching watching(watching_for(1, endpoint));
  pipeline->wait_for_subscriber();
  pipeline.reset();
  watching.wait_for_line("endpoint \"the pipeline at " + endpoint + " is gone");
  pipeline = std::make_unique<Publisher>(zmq::socket_type::xpub, endpoint);
  pipeline->wait_for_subscriber();
  pipeline->publish(numbered_map(1, true));
  CHECK(watching.wait() == 0);
  CHECK(watching.lines("endpoint \"connected").size() == 2);
}

TEST_CASE("an interrupt ends watching: well if it was endless, as incomplete if final maps were asked for") {
  for (const std::size_t finals : {0, 3}) {
    Publisher pipeline;
    Watching watching(watching_for(finals, pipeline.endpoint()));
    pipeline.wait_for_subscriber();
    watching.interrupt();
    CHECK(watching.wait() == (finals == 0 ? 0 : 1));
    CHECK(watching.lines("incomplete ").size() == (finals == 0 ? 0 : 1));
  }
}

TEST_CASE("pictures are kept of the newest map and of each final one, and of every map if asked for") {
  for (const bool every_map : {false, true}) {
    const ScratchFolder folder;
    Publisher pipeline;
    WatchOptions options = watching_for(2, pipeline.endpoint());
    options.pictures = folder.path / "pictures";
    options.every_map = every_map;
    Watching watching(options);
    pipeline.wait_for_subscriber();
    for (std::uint64_t number = 0; number < 4; ++number)
      pipeline.publish(numbered_map(number, number % 2 == 1));
    CHECK(watching.wait() == 0);
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(options.pictures)) {
      files.push_back(entry.path().filename());
    }
    std::sort(files.begin(), files.end());
    std::vector<std::string> expected{"latest.png", "scan_000_final.png", "scan_001_final.png"};
    if (every_map) {
      expected = {"latest.png", "scan_000_final.png", "scan_000_map_000000.png", "scan_001_final.png",
                  "scan_001_map_000002.png"};
    }
    CHECK(files == expected);
  }
}

}  // namespace phasecast
