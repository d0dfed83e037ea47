#include "tools/view/view.hpp"

#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include <stdexcept>
#include <utility>

#include "tools/feed.hpp"
#include "tools/view/server.hpp"

namespace phasecast {
namespace {

std::string_view name_of(Link link) {
  switch (link) {
    case Link::absent:
      return "absent";
    case Link::connected:
      return "connected";
    case Link::silent:
      return "silent";
    case Link::lost:
      return "lost";
    case Link::wrong:
      return "wrong";
  }
  return "";
}

std::string link_json(Link link, const std::string& endpoint) {
  return nlohmann::json{{"link", name_of(link)}, {"text", describe(link, endpoint)}}.dump();
}

void check(const ViewOptions& options) {
  if (!is_loopback(options.address) && options.token.empty())
    throw std::runtime_error("viewer: other machines reach address " + options.address +
                             "; expected a --token that lets only its holders in");
  if (!is_loopback(options.address) && !options.insecure)
    throw std::runtime_error(
        "viewer: at address " + options.address +
        " maps and token would cross the network unencrypted; expected the loopback, reached over "
        "'ssh -L 8050:127.0.0.1:8050 THIS-MACHINE', or --insecure");
}

std::string url(const ViewOptions& options, std::uint16_t port) {
  const bool v6 = options.address.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + options.address + "]" : options.address;
  const std::string page = "http://" + host + ":" + std::to_string(port) + "/";
  return options.token.empty() ? page : page + "?token=" + options.token;
}

/// What it cannot read it does not show: said in the log, and the pipeline's own business.
void take(Parts parts, Archive& archive, Metrics& metrics, WebServer& server) {
  auto message = decode(parts);
  if (!message) return spdlog::warn("viewer: {}", message.error().text());
  if (const auto* status = std::get_if<Status>(&*message)) metrics.take(*status);
  if (const auto* scan = std::get_if<ScanStart>(&*message)) archive.take(*scan);
  if (auto* map = std::get_if<PhaseMap>(&*message)) {
    metrics.take(*map);
    if (!archive.take(std::move(*map))) return;
  }
  server.publish(std::move(parts));
}

}  // namespace

void view(const ViewOptions& options, const std::function<void(const std::string&)>& ready,
          std::stop_token stop) {
  check(options);
  Archive archive(options.history_bytes);
  Metrics metrics;
  const Answers answers(archive, metrics, options.control, options.token, options.keys);
  Feed feed(options.maps, options.keys, stop);
  WebServer server(options.address, options.port, answers);
  const auto tell = [&](Link link) {
    metrics.set_link(link == Link::connected);
    server.tell_link(link_json(link, options.maps));
  };
  tell(feed.link());
  ready(url(options, server.port()));
  while (!stop.stop_requested()) {
    feed.wait(Clock::now() + std::chrono::hours(1));
    for (const Link link : feed.take_changes()) tell(link);
    while (auto parts = feed.receive_parts()) {
      for (const Link link : feed.take_changes()) tell(link);
      take(std::move(*parts), archive, metrics, server);
    }
  }
}

}  // namespace phasecast
