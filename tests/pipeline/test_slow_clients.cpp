#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <string>

#include "pipeline/control.hpp"
#include "pipeline/gatekeeper.hpp"
#include "pipeline/publisher.hpp"
#include "pipeline/zmq_parts.hpp"

namespace phasecast {
namespace {

constexpr int patience_ms = 60000;
constexpr std::size_t large = 4 << 20;

PixelBuffer text(std::string_view words) {
  const auto bytes = std::as_bytes(std::span(words));
  return PixelBuffer::take({bytes.begin(), bytes.end()});
}

/// What a map looks like to the publisher: its topic, and bytes that tell which one it is.
Parts map_of(int number) {
  return {text(topic::phase_map),
          PixelBuffer::take(std::vector<std::byte>(large, static_cast<std::byte>(number)))};
}
bool is_map(const Parts& parts) {
  return parts[1].bytes.size() == large;
}
int number_of(const Parts& map) {
  return std::to_integer<int>(map[1].bytes.front());
}

class Viewer {
 public:
  Viewer(const std::string& endpoint, int queue) : socket_(context_, zmq::socket_type::sub) {
    socket_.set(zmq::sockopt::rcvhwm, queue);
    socket_.set(zmq::sockopt::rcvbuf, 4096);
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::subscribe, "");
    socket_.connect(endpoint);
  }
  std::optional<Parts> take(int patience) {
    zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
    if (zmq::poll(&item, 1, std::chrono::milliseconds(patience)) == 0) return std::nullopt;
    return receive_parts(socket_);
  }
  void wait_for(const std::function<bool(const Parts&)>& wanted) {
    while (true) {
      const auto parts = take(patience_ms);
      REQUIRE(parts);
      if (wanted(*parts)) return;
    }
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_;
};

struct Maps {
  zmq::context_t context;
  Ledger ledger;
  Gatekeeper gatekeeper{context, std::nullopt, "", ledger};
  Publisher publisher{context, "tcp://127.0.0.1:*", gatekeeper, ledger};
};

bool is_status(const Parts& parts) {
  return parts[0].bytes.size() == topic::status.size();
}

/// Two viewers that have seen a status: one that reads all, and one with the shortest queue.
struct WatchedMaps : Maps {
  Parts status{text(topic::status), text("status")};
  Viewer well{publisher.endpoint(), 0}, slow{publisher.endpoint(), 1};

  WatchedMaps() {
    publisher.publish(status);
    well.wait_for(is_status);
    slow.wait_for(is_status);
  }
};

TEST_CASE("a newcomer is told of the scan and then of its newest map, whatever is published just then") {
  Maps maps;
  maps.publisher.publish({text(topic::scan_start), text("scan")});
  const auto is_start = [](const Parts& parts) { return parts[1].bytes.size() == 4; };
  const auto is_small_map = [](const Parts& parts) { return parts[1].bytes.size() == 3; };
  for (int newcomers = 0; newcomers < 5; ++newcomers) {
    Viewer viewer(maps.publisher.endpoint(), 0);
    std::optional<Parts> first;
    while (!first) {  // then no more
      maps.publisher.publish({text(topic::phase_map), text("map")});
      first = viewer.take(1);
    }
    if (!is_start(*first)) viewer.wait_for(is_start);
    viewer.wait_for(is_small_map);
  }
}

TEST_CASE("a viewer that was left out gets the newest map once it reads again, whenever that is") {
  WatchedMaps maps;
  const int newest = 40;
  for (int k = 1; k <= newest; ++k) {
    maps.publisher.publish(map_of(k));
    maps.well.wait_for([&](const Parts& parts) { return is_map(parts) && number_of(parts) == k; });
  }
  REQUIRE(maps.ledger.snapshot().counters.viewer_drops > 0);
  // The newest map goes with it, and is not for a viewer whose queue is still full.
  maps.publisher.publish(maps.status);
  maps.well.wait_for(is_status);

  int seen = 0;
  for (int statuses = 1; statuses < 64 && seen < newest; ++statuses) {
    while (const auto parts = maps.slow.take(100))
      if (is_map(*parts)) seen = number_of(*parts);
    maps.publisher.publish(maps.status);
    maps.well.wait_for(is_status);
  }
  CHECK(seen == newest);
}

TEST_CASE("what a viewer that never reads leaves unread is bounded, the kernel's share with it") {
  WatchedMaps maps;
  // 8 in the queue, 1 MiB (twice what is asked of Linux) on the way, and those being written and read.
  const Parts map{text(topic::phase_map), PixelBuffer::take(std::vector<std::byte>(256 << 10, std::byte{1}))};
  for (int k = 0; k < 14; ++k) {
    maps.publisher.publish(map);
    maps.well.wait_for([&](const Parts& parts) { return !is_status(parts); });
  }
  CHECK(maps.ledger.snapshot().counters.viewer_drops > 0);
}

TEST_CASE("answers to a client that never reads them do not pile up") {
  std::atomic<int> answered = 0, kept = 0, most_kept = 0;
  const int questions = 300;
  std::promise<void> all_answered;
  zmq::context_t context, other;
  ControlServer server(
      context, "tcp://127.0.0.1:*", [](zmq::socket_t&) {},
      [&](const ControlRequest&) {
        auto bytes = std::make_unique<std::vector<std::byte>>(large);
        const std::span<const std::byte> view(*bytes);
        most_kept = std::max(most_kept.load(), ++kept);
        std::shared_ptr<const void> owner(bytes.release(), [&kept](const void* held) {
          delete static_cast<const std::vector<std::byte>*>(held);
          --kept;
        });
        if (++answered == questions) all_answered.set_value();
        return ControlAnswer{{true, ""}, {PixelBuffer{std::move(owner), view}}};
      });
  zmq::socket_t client(other, zmq::socket_type::dealer);
  client.set(zmq::sockopt::rcvhwm, 1);
  client.set(zmq::sockopt::rcvbuf, 4096);
  client.set(zmq::sockopt::linger, 0);
  client.connect(server.endpoint());
  Parts question = encode(ControlRequest{ControlCommand::get_map, {}});
  question.insert(question.begin(), PixelBuffer{});
  for (int k = 0; k < questions; ++k) send_parts(client, question);
  REQUIRE(all_answered.get_future().wait_for(std::chrono::milliseconds(patience_ms)) ==
          std::future_status::ready);
  CHECK(most_kept < 20);
}

}  // namespace
}  // namespace phasecast
