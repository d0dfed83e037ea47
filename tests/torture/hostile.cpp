#include "tests/torture/hostile.hpp"

#include <arpa/inet.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <deque>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include "messages/wire/codec.hpp"
#include "pipeline/zmq_parts.hpp"
#include "tests/torture/commands.hpp"
#include "tools/simulate/random.hpp"

namespace phasecast::torture {
namespace {

using namespace std::chrono_literals;

/// A plain TCP connection, for what no ZeroMQ socket would say. None where nobody listens: the maps socket is
/// away for a moment after it has hung up on all.
class RawConnection {
 public:
  explicit RawConnection(const std::string& endpoint)
      : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
    if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 && errno != ECONNREFUSED)
      throw std::system_error(errno, std::generic_category(), "cannot connect to " + endpoint);
  }
  RawConnection(RawConnection&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  ~RawConnection() {
    if (socket_ >= 0) close(socket_);
  }
  void say(const std::string& bytes) { (void)!::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

 private:
  int socket_;
};

std::string greeting() {
  std::string bytes("\xff\0\0\0\0\0\0\0\0\x7f\x03\0NULL", 16);
  bytes.resize(64);
  return bytes;
}

std::string ready_command(const std::string& socket_type) {
  const std::string body =
      std::string("\x05READY\x0bSocket-Type\0\0\0", 21) + static_cast<char>(socket_type.size()) + socket_type;
  return std::string("\x04") + static_cast<char>(body.size()) + body;
}

/// The header of a message of 2⁶² bytes, and a little of it.
std::string huge_message() {
  return std::string("\x02\x40\0\0\0\0\0\0\0", 9) + "and so on";
}

std::string noise(Random& random) {
  std::string bytes(1 + random.below(2000), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.bits());
  return bytes;
}

class Hostiles {
 public:
  Hostiles(const Endpoints& endpoints, const Hostility& hostility)
      : endpoints_(endpoints), hostility_(hostility), control_(context_, zmq::socket_type::dealer) {
    context_.set(zmq::ctxopt::max_sockets, 4096);
    for (int k = 0; k < hostility.subscribers; ++k) subscribe(k < hostility.many_topics);
    const std::pair<std::string, std::string> ports[] = {
        {endpoints.frames, "PUSH"}, {endpoints.maps, "SUB"}, {endpoints.control, "REQ"}};
    for (const auto& [endpoint, type] : ports)
      for (int k = 0; k < hostility.silent_each; ++k) {
        connections_.emplace_back(endpoint);
        connections_.emplace_back(endpoint).say(greeting().substr(0, 11));
        connections_.emplace_back(endpoint).say(greeting() + ready_command(type) + huge_message());
      }
    control_.set(zmq::sockopt::sndhwm, 10);
    control_.set(zmq::sockopt::rcvhwm, 1);  // it never reads an answer
    control_.connect(endpoints.control);
  }

  [[noreturn]] void work() {
    if (hostility_.per_second == 0)
      while (true) pause();
    const auto step = 1'000'000'000ns / hostility_.per_second;
    for (auto next = std::chrono::steady_clock::now();; next += step) {
      std::this_thread::sleep_until(next);  // the pace of the attack, not a wait for anything
      disturb();
    }
  }

 private:
  void subscribe(bool many_topics) {
    zmq::socket_t& viewer = viewers_.emplace_back(context_, zmq::socket_type::sub);
    viewer.set(zmq::sockopt::rcvhwm, 1);
    viewer.set(zmq::sockopt::rcvbuf, 4096);
    viewer.set(zmq::sockopt::subscribe, "");
    for (int k = 0; many_topics && k < 1000; ++k)
      viewer.set(zmq::sockopt::subscribe, "topic that nobody sends " + std::to_string(k));
    viewer.connect(endpoints_.maps);
  }
  void disturb() {
    const std::array ports{&endpoints_.frames, &endpoints_.maps, &endpoints_.control};
    RawConnection(*ports[random_.below(3)]).say(noise(random_));
    Parts question = encode(
        ControlRequest{random_.below(2) == 0 ? ControlCommand::get_status : ControlCommand::get_map, {}});
    question.insert(question.begin(), PixelBuffer{});
    (void)try_send_parts(control_, question);
    zmq::socket_t& viewer = viewers_[random_.below(viewers_.size())];
    viewer.set(zmq::sockopt::unsubscribe, "");
    viewer.set(zmq::sockopt::subscribe, "");
  }

  Endpoints endpoints_;
  Hostility hostility_;
  Random random_{7};
  zmq::context_t context_;
  std::deque<zmq::socket_t> viewers_;
  std::deque<RawConnection> connections_;
  zmq::socket_t control_;
};

}  // namespace

HostileProcess::HostileProcess(const std::filesystem::path& folder, const Endpoints& endpoints,
                               const Hostility& hostility)
    : ready_(test::make_fifo(folder / "hostile")),
      process_(folder, "hostile",
               {"hostile", "--frames", endpoints.frames, "--maps", endpoints.maps, "--control",
                endpoints.control, "--ready", ready_, "--subscribers", std::to_string(hostility.subscribers),
                "--per-second", std::to_string(hostility.per_second)},
               "/proc/self/exe") {
  if (test::read_file(ready_).empty())
    throw std::runtime_error("the hostile clients could not connect: " + process_.log());
}

void add_hostile(CLI::App& app) {
  struct Options {
    Endpoints endpoints;
    Hostility hostility;
    std::string ready;
  };
  auto* command = app.add_subcommand("hostile", "The clients that `overload` lets loose, until killed");
  auto options = std::make_shared<Options>();
  command->add_option("--frames", options->endpoints.frames)->required();
  command->add_option("--maps", options->endpoints.maps)->required();
  command->add_option("--control", options->endpoints.control)->required();
  command->add_option("--ready", options->ready, "Written to once all are connected")->required();
  add_hostility(*command, options->hostility);
  command->callback([options] {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)setpriority(PRIO_PROCESS, 0, 19);
    std::ofstream ready(options->ready);
    Hostiles hostiles(options->endpoints, options->hostility);
    ready << "ready" << std::endl;
    ready.close();
    hostiles.work();
  });
}

void add_hostility(CLI::App& command, Hostility& hostility) {
  command.add_option("--subscribers", hostility.subscribers)->capture_default_str();
  command
      .add_option("--per-second", hostility.per_second,
                  "Attacks: a connection that sends noise, a question, a new subscription")
      ->capture_default_str();
}

}  // namespace phasecast::torture
