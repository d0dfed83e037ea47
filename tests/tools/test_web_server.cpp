#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/tools/example_map.hpp"
#include "tools/view/framing.hpp"
#include "tools/view/server.hpp"

using namespace phasecast;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

namespace {

/// A browser's WebSocket; reads when told to.
class Browser {
 public:
  explicit Browser(std::uint16_t port, const std::string& target = "/live", const std::string& origin = "") {
    auto& tcp = beast::get_lowest_layer(socket_);
    tcp.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    socket_.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
      if (!origin.empty()) request.set(beast::http::field::origin, origin);
    }));
    socket_.read_message_max(0);
    socket_.handshake("127.0.0.1:" + std::to_string(port), target);
  }

  /// The next message; text as it is, binary as the message it holds. Throws when cut off.
  std::string read() {
    beast::flat_buffer buffer;
    socket_.read(buffer);
    return {static_cast<const char*>(buffer.data().data()), buffer.size()};
  }
  Message read_message() {
    const auto parts = from_frame(read());
    if (!parts) throw std::runtime_error(parts.error().text());
    auto message = decode(*parts);
    if (!message) throw std::runtime_error(message.error().text());
    return *std::move(message);
  }

 private:
  boost::asio::io_context io_;
  websocket::stream<boost::asio::ip::tcp::socket> socket_{io_};
};

struct Site {
  Archive archive{1};
  Metrics metrics;
  Answers answers{archive, metrics, "", ""};
  WebServer server{"127.0.0.1", 0, answers};
};

PhaseMap map_numbered(std::uint64_t number, Shape shape = {6, 8}) {
  PhaseMap map = example_map(shape);
  map.map_number = number;
  return map;
}

Status status_with(const std::string& note) {
  Status status;
  status.note = note;
  return status;
}

bool is_status(const Message& message, const std::string& note) {
  const auto* status = std::get_if<Status>(&message);
  return status && status->note == note;
}

std::vector<Message> read_until_status(Browser& browser, const std::string& note) {
  std::vector<Message> messages;
  do messages.push_back(browser.read_message());
  while (!is_status(messages.back(), note));
  return messages;
}

constexpr auto connected = R"({"link":"connected"})";

}  // namespace

TEST_CASE(
    "a browser that comes late gets the link, the newest scan, map and status first, then what follows") {
  Site site;
  ScanStart scan;
  scan.series_id = scan.scan_id = "scan";
  scan.energies_ev = {8333};
  scan.shape = {6, 8};
  site.server.tell_link(connected);
  site.server.publish(encode(scan));
  site.server.publish(encode(map_numbered(1)));
  site.server.publish(encode(map_numbered(2)));
  site.server.publish(encode(status_with("now")));
  Browser late(site.server.port());
  CHECK(late.read() == connected);
  const auto first = read_until_status(late, "now");
  CHECK(std::get<ScanStart>(first.front()).scan_id == "scan");
  CHECK(std::get<PhaseMap>(late.read_message()).map_number == 2);
  site.server.publish(encode(map_numbered(3)));
  CHECK(std::get<PhaseMap>(late.read_message()).map_number == 3);
}

TEST_CASE("a browser that stalls misses maps but the newest, loses no small message, and holds up nobody") {
  Site site;
  Browser stalled(site.server.port()), awake(site.server.port());
  CHECK(stalled.read() == "{}");
  CHECK(awake.read() == "{}");
  constexpr std::uint64_t maps = 100;
  const Shape shape{512, 512};  // 6 MB a map: more than any socket holds
  for (std::uint64_t number = 0; number < maps; ++number) {
    site.server.publish(encode(map_numbered(number, shape)));
    site.server.publish(encode(status_with(std::to_string(number))));
    read_until_status(awake, std::to_string(number));
  }
  std::uint64_t maps_seen = 0, newest = 0, statuses = 0;
  while (newest + 1 < maps || statuses < maps) {
    const Message message = stalled.read_message();
    if (const auto* map = std::get_if<PhaseMap>(&message)) {
      ++maps_seen;
      newest = map->map_number;
    } else {
      CHECK(is_status(message, std::to_string(statuses)));
      ++statuses;
    }
  }
  CHECK(newest == maps - 1);
  CHECK(maps_seen < maps / 2);
}

TEST_CASE("a browser that lets a thousand small messages wait is cut off") {
  Site site;
  Browser stalled(site.server.port()), awake(site.server.port());
  CHECK(awake.read() == "{}");
  const std::string note(4000, 'x');
  for (int k = 0; k < 10'000; ++k) {
    site.server.publish(encode(status_with(note + std::to_string(k))));
    if (k % 100 == 99) read_until_status(awake, note + std::to_string(k));
  }
  int read = 0;
  const auto read_all = [&] {
    while (true) {
      stalled.read();
      ++read;
    }
  };
  CHECK_THROWS_AS(read_all(), beast::system_error);
  CHECK(read < 10'000);
}

TEST_CASE("a foreign page, another path or a missing token opens no WebSocket") {
  const Archive archive(1);
  const Metrics metrics;
  const Answers guarded(archive, metrics, "", "secret");
  const WebServer server("127.0.0.1", 0, guarded);
  CHECK_NOTHROW(Browser(server.port(), "/live?token=secret"));
  CHECK_THROWS_AS(Browser(server.port(), "/live"), beast::system_error);
  CHECK_THROWS_AS(Browser(server.port(), "/history?token=secret"), beast::system_error);
  CHECK_THROWS_AS(Browser(server.port(), "/live?token=secret", "http://evil.example"), beast::system_error);
}

TEST_CASE("the server ends while browsers are connected, reading or not") {
  auto site = std::make_unique<Site>();
  Browser stalled(site->server.port());
  Browser reading(site->server.port());
  for (std::uint64_t number = 0; number < 20; ++number)
    site->server.publish(encode(map_numbered(number, {512, 512})));
  std::thread reader([&] {
    try {
      while (true) reading.read();
    } catch (const beast::system_error&) {  // the server has gone
    }
  });
  site.reset();
  reader.join();
  SUCCEED("nothing hangs");
}
