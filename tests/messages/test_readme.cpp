#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/paths.hpp"

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

/// From "  repeated double energies_ev = 6;  // eV [required]".
Field read_field(std::string line) {
  const bool required = line.find("[required") != std::string::npos;
  line.erase(line.find(" = "));
  line.erase(0, line.find_first_not_of(' '));
  if (line.starts_with("optional ")) line.erase(0, line.find(' ') + 1);
  const auto last = line.rfind(' ');
  return {line.substr(last + 1), line.substr(0, last), required};
}

Protocol read_protocol() {
  Protocol protocol;
  std::istringstream lines(read_file("wire/phasecast.proto"));
  std::string keyword, name;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("message ") || line.starts_with("enum "))
      std::istringstream(line) >> keyword >> name;
    if (!line.starts_with("  ") || line.find(" = ") == std::string::npos) continue;
    if (keyword == "message") protocol.messages[name].push_back(read_field(line));
    if (keyword == "enum") protocol.enum_values.push_back(read_field(line).name);
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
  REQUIRE(protocol.messages.size() == 19);
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
