#include "tools/view/answers.hpp"

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "pipeline/zmq_parts.hpp"
#include "tools/view/framing.hpp"
#include "tools/view/page.hpp"

namespace phasecast {
namespace {

constexpr int pipeline_patience_ms = 3000;

WebAnswer refusal(int status, std::string text) {
  return {status, "text/plain; charset=utf-8", std::move(text)};
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t k = 0; k < text.size(); ++k) {
    unsigned code = 0;
    const bool escaped =
        text[k] == '%' && k + 2 < text.size() &&
        std::from_chars(text.data() + k + 1, text.data() + k + 3, code, 16).ptr == text.data() + k + 3;
    decoded.push_back(escaped ? static_cast<char>(code) : text[k]);
    if (escaped) k += 2;
  }
  return decoded;
}

/// Takes as long for a wrong token as for the right one.
bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned differences = 0;
  for (std::size_t k = 0; k < a.size(); ++k) differences |= static_cast<unsigned char>(a[k] ^ b[k]);
  return differences == 0;
}

/// All four of x, y, width and height, or none.
Result<std::optional<Region>> region_in(std::string_view target) {
  std::optional<Region> region;
  for (const auto& [name, member] : {std::pair{"x", &Region::x},
                                     {"y", &Region::y},
                                     {"width", &Region::width},
                                     {"height", &Region::height}}) {
    const std::string text = query_value(target, name);
    if (text.empty() && !region) continue;
    const auto value = number_in<std::uint32_t>(text);
    if (!value) return Error{"value", "history", name, text, "a number of pixels; x, y, width and height"};
    if (!region) region.emplace();
    (*region).*member = *value;
  }
  if (region && query_value(target, "x").empty())
    return Error{"value", "history", "x", "absent", "a number of pixels; x, y, width and height"};
  return region;
}

nlohmann::json to_json(const Archive::Entry& entry, const std::optional<Region>& region) {
  const PhaseMap& map = *entry.map;
  const auto means = region ? means_of(map, region) : entry.means;
  nlohmann::json json{{"map_number", map.map_number},
                      {"run", entry.run},
                      {"scan_id", map.scan_id},
                      {"scan_index", map.scan_index},
                      {"final", map.final},
                      {"received_utc_ns", std::to_string(map.received_utc_ns)},
                      {"energies_used", map.energies_used.size()},
                      {"metadata", entry.metadata},
                      {"means", nullptr},
                      {"residual", nullptr}};
  if (!means) return json;
  json["means"] = means->fraction;
  json["residual"] = means->residual;
  return json;
}

}  // namespace

std::string query_value(std::string_view target, std::string_view name) {
  const auto question = target.find('?');
  if (question == std::string_view::npos) return "";
  std::string_view query = target.substr(question + 1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.substr(0, pair.find('=')) == name && pair.size() > name.size())
      return percent_decoded(pair.substr(name.size() + 1));
  }
  return "";
}

bool Answers::lets_in(std::string_view target) const {
  return token_.empty() || equal_in_constant_time(query_value(target, "token"), token_);
}

WebAnswer Answers::answer(const WebRequest& request) const {
  const std::string_view path = request.target.substr(0, request.target.find('?'));
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (path == "/" && reads) return {200, "text/html; charset=utf-8", std::string(web_page())};
  if (!lets_in(request.target)) return refusal(401, "the token is missing or wrong");
  if (path == "/metrics" && reads) return {200, "text/plain; version=0.0.4; charset=utf-8", metrics_.text()};
  if (path == "/history" && reads) return history(request.target);
  if (path.starts_with("/maps/") && reads) return archived_map(path);
  if (path == "/control" && request.method == "POST") return control(request.body);
  const bool known = path == "/" || path == "/history" || path == "/metrics" || path == "/control" ||
                     path.starts_with("/maps/");
  return known ? refusal(405, "wrong method") : refusal(404, "there is no " + std::string(path));
}

WebAnswer Answers::history(std::string_view target) const {
  const auto region = region_in(target);
  if (!region) return refusal(400, region.error().text());
  nlohmann::json maps = nlohmann::json::array(), states = nlohmann::json::array();
  for (const Archive::Entry& entry : archive_.entries()) {
    maps.push_back(to_json(entry, *region));
    states = entry.map->states;
  }
  return {200, "application/json", nlohmann::json{{"maps", maps}, {"states", states}}.dump()};
}

/// "/maps/RUN/NUMBER"
WebAnswer Answers::archived_map(std::string_view path) const {
  path.remove_prefix(std::string_view("/maps/").size());
  const auto slash = path.find('/');
  const auto run = number_in<std::uint32_t>(path.substr(0, slash));
  const auto number =
      slash == std::string_view::npos ? std::nullopt : number_in<std::uint64_t>(path.substr(slash + 1));
  if (!run || !number) return refusal(400, "expected /maps/RUN/NUMBER");
  const auto map = archive_.find(*run, *number);
  if (!map) return refusal(404, "this map is no longer kept");
  return {200, "application/octet-stream", to_frame(encode(*map))};
}

/// Who looks at maps may ask, not command.
WebAnswer Answers::control(std::string_view body) const {
  const auto parts = from_frame(body);
  if (!parts) return refusal(400, parts.error().text());
  const auto message = decode(*parts);
  if (!message) return refusal(400, message.error().text());
  const auto* request = std::get_if<ControlRequest>(&*message);
  if (!request) return refusal(400, "expected a control_request");
  if (request->command == ControlCommand::abort_scan || request->command == ControlCommand::stop)
    return refusal(403, "from here a pipeline can be asked, not commanded");
  if (control_.empty()) return refusal(503, "the control endpoint is not known: give --control");

  zmq::socket_t socket(context_, zmq::socket_type::req);
  socket.set(zmq::sockopt::linger, 0);
  use_keys(socket, keys_);
  connect_or_throw(socket, control_, "control");
  send_parts(socket, *parts);
  zmq::pollitem_t item{socket.handle(), 0, ZMQ_POLLIN, 0};
  zmq::poll(&item, 1, std::chrono::milliseconds(pipeline_patience_ms));
  Parts answer;
  if (!try_receive_parts(socket, answer))
    return refusal(503, "the pipeline at " + control_ + " does not answer");
  return {200, "application/octet-stream", to_frame(answer)};
}

}  // namespace phasecast
