#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace phasecast::test {
namespace {

std::string read_file(const std::string& name) {
  std::ifstream file(std::string(PHASECAST_SOURCE_DIR) + "/messages/" + name);
  REQUIRE(file.is_open());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Field {
  std::string name, type;
  bool required;
};

/// Fields of each message and values of each enum of the protocol.
struct Protocol {
  std::map<std::string, std::vector<Field>> messages;
  std::vector<std::string> enum_values;
};

Protocol read_protocol() {
  static const std::regex message(R"(message (\w+) \{.*)"), value(R"(  ([A-Z0-9_]+) = \d+;.*)"),
      field(R"(  (?:optional )?((?:repeated )?(?:map<\w+, \w+>|\w+)) (\w+) = \d+;(.*))");
  Protocol protocol;
  std::istringstream lines(read_file("wire/phasecast.proto"));
  std::string current;
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_match(line, match, message)) current = match[1];
    if (std::regex_match(line, match, value)) protocol.enum_values.push_back(match[1]);
    if (std::regex_match(line, match, field)) {
      protocol.messages[current].push_back(
          {match[2], match[1], match[3].str().find("[required") != std::string::npos});
    }
  }
  return protocol;
}

/// The part of a Markdown page under a heading, up to the next one.
std::string section(const std::string& page, const std::string& heading) {
  const auto start = page.find("\n## " + heading + "\n");
  if (start == std::string::npos) return "";
  return page.substr(start, page.find("\n## ", start + 1) - start);
}

}  // namespace

TEST_CASE("messages/README.md has a section per message and a row per field with its type") {
  const auto page = read_file("README.md");
  const auto protocol = read_protocol();
  REQUIRE(protocol.messages.size() == 11);
  for (const auto& [message, fields] : protocol.messages) {
    const auto text = section(page, message);
    for (const auto& field : fields) {
      INFO(message << "." << field.name);
      const auto row = text.find("\n| `" + field.name + "` | " + field.type + " | ");
      REQUIRE(row != std::string::npos);
      const auto line = text.substr(row + 1, text.find('\n', row + 1) - row - 1);
      CHECK((line.find("| yes") != std::string::npos) == field.required);
    }
  }
}

TEST_CASE("messages/README.md mentions every enumerator that may be sent and every cause of rejection") {
  const auto page = read_file("README.md");
  for (const auto& value : read_protocol().enum_values) {
    if (value.ends_with("_UNSPECIFIED")) continue;
    INFO(value);
    CHECK(page.find("`" + value + "`") != std::string::npos);
  }
  for (const auto* cause :
       {"topic", "part_count", "header", "version", "scan_id", "energy", "shape", "pixel_type", "codec",
        "byte_count", "crc", "kind", "repeats", "states", "value"}) {
    INFO(cause);
    CHECK(page.find("\n| `" + std::string(cause) + "` | ") != std::string::npos);
  }
}

}  // namespace phasecast::test
