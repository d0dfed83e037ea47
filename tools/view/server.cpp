#include "tools/view/server.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <stdexcept>
#include <thread>
#include <utility>

#include "tools/view/http_session.hpp"

namespace phasecast {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t question_threads = 2;

tcp::acceptor listen_at(asio::io_context& io, const std::string& address, std::uint16_t port) try {
  const tcp::endpoint endpoint(asio::ip::make_address(address), port);
  return {io, endpoint};
} catch (const std::exception& e) {
  throw std::runtime_error("viewer: cannot listen at address " + address + " port " + std::to_string(port) +
                           ": " + e.what() + "; expected an IP address of this machine and a free port");
}

}  // namespace

struct WebServer::Threads {
  Threads(const std::string& address, std::uint16_t port, const Answers& answers)
      : acceptor(listen_at(io, address, port)), context{answers, hub, workers, is_loopback(address)} {
    accept();
    network = std::thread([this] { io.run(); });
  }

  ~Threads() {
    asio::post(io, [this] {
      hub.close_all();
      io.stop();
    });
    network.join();
    workers.join();
  }

  void accept() {
    acceptor.async_accept([this](boost::system::error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) return accept_later(error.message());
      serve(std::move(socket), context);
      accept();
    });
  }

  /// Too many open connections, say: some have to end first.
  void accept_later(const std::string& why) {
    spdlog::warn("viewer: a connection failed: {}; next try in 1 s", why);
    breath.expires_after(std::chrono::seconds(1));
    breath.async_wait([this](boost::system::error_code error) {
      if (!error) accept();
    });
  }

  asio::io_context io;
  asio::thread_pool workers{question_threads};
  LiveHub hub;
  tcp::acceptor acceptor;
  asio::steady_timer breath{io};
  WebContext context;
  std::thread network;
};

WebServer::WebServer(const std::string& address, std::uint16_t port, const Answers& answers)
    : threads_(std::make_unique<Threads>(address, port, answers)) {}

WebServer::~WebServer() = default;

std::uint16_t WebServer::port() const {
  return threads_->acceptor.local_endpoint().port();
}

void WebServer::publish(Parts parts) {
  asio::post(threads_->io,
             [hub = &threads_->hub, parts = std::move(parts)]() mutable { hub->publish(std::move(parts)); });
}

void WebServer::tell_link(std::string json) {
  asio::post(threads_->io,
             [hub = &threads_->hub, json = std::move(json)]() mutable { hub->tell_link(std::move(json)); });
}

bool is_loopback(const std::string& address) {
  boost::system::error_code error;
  const auto parsed = asio::ip::make_address(address, error);
  return !error && parsed.is_loopback();
}

}  // namespace phasecast
