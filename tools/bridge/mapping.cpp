#include "tools/bridge/mapping.hpp"

#include <spdlog/fmt/fmt.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "tools/toml_text.hpp"

namespace phasecast::bridge {
namespace {

constexpr std::uintmax_t most_bytes = 1 << 20;

struct Wrong {
  toml::source_index line;
  std::string key, expected;
};

toml::source_index line_of(const toml::node& node) {
  return node.source().begin.line;
}

std::string text_of(const toml::node& node, const std::string& key) {
  if (const auto* text = node.as_string()) return from_ascii(text->get());
  throw Wrong{line_of(node), key, "text"};
}

double positive_of(const toml::node& node, const std::string& key) {
  const auto number = node.value<double>();
  if (!number || !(*number > 0)) throw Wrong{line_of(node), key, "a number above 0"};
  return *number;
}

std::uint64_t count_of(const toml::node& node, const std::string& key) {
  const auto number = node.value_exact<std::int64_t>();
  if (!number || *number < 0) throw Wrong{line_of(node), key, "a whole number, at least 0"};
  return static_cast<std::uint64_t>(*number);
}

bool flag_of(const toml::node& node, const std::string& key) {
  if (const auto* flag = node.as_boolean()) return flag->get();
  throw Wrong{line_of(node), key, "true or false"};
}

std::string one_of(const toml::node& node, const std::string& key, const std::vector<std::string>& words) {
  const std::string text = text_of(node, key);
  if (std::find(words.begin(), words.end(), text) != words.end()) return text;
  throw Wrong{line_of(node), key, fmt::format("one of {}", fmt::join(words, ", "))};
}

/// As a header would have it.
nlohmann::json json_of(const toml::node& node, const std::string& key) {
  if (const auto* text = node.as_string()) return from_ascii(text->get());
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* whole = node.as_integer()) return whole->get();
  if (const auto* real = node.as_floating_point()) return real->get();
  if (const auto* list = node.as_array()) {
    nlohmann::json values = nlohmann::json::array();
    for (const auto& value : *list) values.push_back(json_of(value, key));
    return values;
  }
  throw Wrong{line_of(node), key, "text, a number, true, false, or a list of them"};
}

const toml::table& table_of(const toml::node& node, const std::string& key) {
  if (const auto* table = node.as_table()) return *table;
  throw Wrong{line_of(node), key, "a table"};
}

std::map<FieldPath, std::string> values_of(const toml::node& node, const std::string& key) {
  std::map<FieldPath, std::string> values;
  for (const auto& [path, value] : table_of(node, key))
    values[from_ascii(path.str())] = json_of(value, key).dump();
  return values;
}

std::map<std::string, FrameKind> kinds_of(const toml::node& node, const std::string& key) {
  std::map<std::string, FrameKind> kinds;
  for (const auto& [name, values] : table_of(node, key)) {
    const auto add = [&](const toml::node& value) {
      for (const FrameKind kind : {FrameKind::dark, FrameKind::flat, FrameKind::sample})
        if (name.str() == name_of(kind)) {
          kinds[json_of(value, key).dump()] = kind;
          return;
        }
      throw Wrong{line_of(value), key, "only dark, flat and sample"};
    };
    if (const auto* list = values.as_array())
      for (const auto& value : *list) add(value);
    else
      add(values);
  }
  return kinds;
}

using Setter = std::function<void(Mapping&, const toml::node&, const std::string&)>;

const std::map<std::string, Setter>& setters() {
  const auto path = [](FieldPath Mapping::*field) -> Setter {
    return [field](Mapping& m, const toml::node& n, const std::string& k) { m.*field = text_of(n, k); };
  };
  static const std::map<std::string, Setter> all{
      {"number", path(&Mapping::number)},
      {"shape", path(&Mapping::shape)},
      {"dtype", path(&Mapping::dtype)},
      {"kind", path(&Mapping::kind)},
      {"energy", path(&Mapping::energy)},
      {"exposure", path(&Mapping::exposure)},
      {"timestamp", path(&Mapping::timestamp)},
      {"scan", path(&Mapping::scan)},
      {"i0", path(&Mapping::i0)},
      {"default_dtype", path(&Mapping::default_dtype)},
      {"shape_order",
       [](auto& m, auto& n, auto& k) {
         m.shape_order = one_of(n, k, {"yx", "xy"});
       }},
      {"energy_unit",
       [](auto& m, auto& n, auto& k) {
         m.energy_unit = one_of(n, k, {"eV", "keV"});
       }},
      {"socket",
       [](auto& m, auto& n, auto& k) {
         m.socket = one_of(n, k, {"pull", "sub"});
       }},
      {"exposure_unit_s", [](auto& m, auto& n, auto& k) { m.exposure_unit_s = positive_of(n, k); }},
      {"timestamp_unit_s", [](auto& m, auto& n, auto& k) { m.timestamp_unit_s = positive_of(n, k); }},
      {"numbers_per_kind", [](auto& m, auto& n, auto& k) { m.numbers_per_kind = flag_of(n, k); }},
      {"numbers_go_on", [](auto& m, auto& n, auto& k) { m.numbers_go_on = flag_of(n, k); }},
      {"separate_messages", [](auto& m, auto& n, auto& k) { m.separate_messages = flag_of(n, k); }},
      {"first", [](auto& m, auto& n, auto& k) { m.first = count_of(n, k); }},
      {"skip_parts", [](auto& m, auto& n, auto& k) { m.skip_parts = static_cast<int>(count_of(n, k)); }},
      {"kinds", [](auto& m, auto& n, auto& k) { m.kinds = kinds_of(n, k); }},
      {"require", [](auto& m, auto& n, auto& k) { m.require = values_of(n, k); }},
      {"end", [](auto& m, auto& n, auto& k) { m.end = values_of(n, k); }},
  };
  return all;
}

std::string known_keys() {
  std::string names;
  for (const auto& [name, setter] : setters()) names += (names.empty() ? "" : ", ") + name;
  return names;
}

}  // namespace

Result<Mapping> read_mapping(const std::filesystem::path& path, const Mapping& base) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  if (failed || size > most_bytes)
    return Error{"mapping", path.string(), "", failed ? failed.message() : std::to_string(size) + " bytes",
                 "a TOML file of at most 1 MiB"};
  std::ifstream file(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  const auto line = [&](toml::source_index number) {
    return path.string() + " line " + std::to_string(number);
  };
  Mapping mapping = base;
  try {
    for (const toml::table table = toml::parse(as_ascii(content), path.string());
         const auto& [key, node] : table) {
      const std::string name = from_ascii(key.str());
      const auto setter = setters().find(name);
      if (setter == setters().end())
        return Error{"mapping", line(line_of(node)), "", name, "one of " + known_keys()};
      setter->second(mapping, node, name);
    }
  } catch (const Wrong& wrong) {
    return Error{"mapping", line(wrong.line), wrong.key, "", wrong.expected};
  } catch (const toml::parse_error& error) {
    return Error{"mapping", line(error.source().begin.line), "", from_ascii(error.description()), "TOML"};
  }
  return mapping;
}

}  // namespace phasecast::bridge
