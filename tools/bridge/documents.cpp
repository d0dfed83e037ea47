#include "tools/bridge/documents.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "tools/bridge/tally.hpp"

namespace phasecast::bridge {
namespace {

using nlohmann::json;

constexpr std::size_t most_bytes = 4 << 20;
constexpr int deepest = 64;

/// Ends a reading that nests too deep: nlohmann's reader of msgpack calls itself for each level.
class DepthCheck final : public nlohmann::json_sax<json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool key(string_t&) override { return true; }
  bool start_object(std::size_t) override { return ++depth_ <= deepest; }
  bool end_object() override { return --depth_ >= 0; }
  bool start_array(std::size_t) override { return ++depth_ <= deepest; }
  bool end_array() override { return --depth_ >= 0; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  int depth_ = 0;
};

constexpr std::array<std::string_view, 12> names{
    "start",    "stop",  "descriptor", "event",           "event_page",   "bulk_events",
    "resource", "datum", "datum_page", "stream_resource", "stream_datum", "bulk_datum"};

bool is_name(std::string_view word) {
  return std::find(names.begin(), names.end(), word) != names.end();
}

struct Named {
  std::string_view name, payload;
};

std::string_view text_of(const PixelBuffer& part) {
  return {reinterpret_cast<const char*>(part.bytes.data()), part.bytes.size()};
}

/// "PREFIX NAME PAYLOAD", "NAME PAYLOAD", or [PREFIX] | NAME | PAYLOAD.
Named split(const Parts& parts) {
  if (parts.size() > 1) {
    const std::string_view name = text_of(parts[parts.size() - 2]);
    return is_name(name) ? Named{name, text_of(parts.back())} : Named{};
  }
  std::string_view left = parts.empty() ? std::string_view() : text_of(parts.front());
  constexpr int most_words = 5;  // before the payload: bluesky's first format had host, process and engine
  for (int word = 0; word < most_words; ++word) {
    const std::size_t end = left.find(' ');
    if (end == std::string_view::npos) return {};
    const std::string_view name = left.substr(0, end);
    left.remove_prefix(end + 1);
    if (is_name(name)) return {name, left};
  }
  return {};
}

/// Protocol 2 and later begin with \x80 and their number, 0 and 1 with a mark or an empty dict; all end in
/// '.'.
bool is_pickle(std::string_view payload) {
  if (payload.size() < 2 || payload.back() != '.') return false;
  const auto first = static_cast<unsigned char>(payload[0]), second = static_cast<unsigned char>(payload[1]);
  return (first == 0x80 && second <= 5) || payload[0] == '(' || payload[0] == '}';
}

}  // namespace

Result<std::pair<std::string, json>> read_document(const Parts& parts) {
  const Named found = split(parts);
  const auto wrong = [&](const std::string& value) {
    return Error{"document", "metadata", std::string(found.name), value,
                 "a bluesky document in JSON or msgpack, at most 4 MiB"};
  };
  if (found.name.empty())
    return wrong("a message of " + std::to_string(parts.size()) + " parts that names no document");
  if (is_pickle(found.payload))
    return Error{
        "pickle", "metadata", std::string(found.name), "pickled",
        "JSON or msgpack: Publisher(..., serializer=msgpack.dumps). A pickle is never opened, for it "
        "runs what its sender wants"};
  if (found.payload.size() > most_bytes) return wrong(std::to_string(found.payload.size()) + " bytes");
  const bool is_json = found.payload.starts_with('{');
  const auto format = is_json ? json::input_format_t::json : json::input_format_t::msgpack;
  DepthCheck check;
  if (!json::sax_parse(found.payload, &check, format)) return wrong("neither of the two, or too deep");
  json document =
      is_json ? json::parse(found.payload, nullptr, false) : json::from_msgpack(found.payload, true, false);
  if (!document.is_object()) return wrong("no map");
  return std::pair(std::string(found.name), std::move(document));
}

}  // namespace phasecast::bridge
