#include "pipeline/files/athena.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pipeline/files/athena_perl.hpp"
#include "pipeline/files/failure.hpp"
#include "pipeline/files/text_table.hpp"

namespace phasecast {

namespace {

using Json = nlohmann::json;

constexpr int deepest = 8;

/// What Athena keeps as a text or as a number, as it likes.
std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::vector<std::string> texts(const Json& group, const char* name) {
  std::vector<std::string> all;
  const auto list = group.find(name);
  if (list != group.end() && list->is_array())
    for (const Json& value : *list) all.push_back(text_of(value));
  return all;
}

Json parsed(const std::string& text, const std::string& path) {
  const auto shallow = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > deepest)
      throw Failure(
          {"text", path, "", "nested more than " + std::to_string(deepest) + " deep", "an Athena project"});
    return true;
  };
  try {
    return Json::parse(text, shallow);
  } catch (const Json::exception& error) {
    throw Failure({"text", path, "", error.what(), "an Athena project in JSON"});
  }
}

std::vector<athena::RawGroup> json_groups(const std::string& text, const std::string& path) {
  std::vector<athena::RawGroup> groups;
  const Json project = parsed(text, path);
  for (const auto& [name, value] : project.items()) {
    if (name.starts_with("_____") || !value.is_object() || !value.contains("x")) continue;
    athena::RawGroup group;
    group.id = name;
    group.x = texts(value, "x");
    group.y = texts(value, "y");
    if (const auto arguments = value.find("args"); arguments != value.end() && arguments->is_object())
      for (const auto& [key, argument] : arguments->items()) group.arguments[key] = text_of(argument);
    groups.push_back(std::move(group));
  }
  return groups;
}

std::vector<double> numbers(const std::vector<std::string>& texts, const std::string& path,
                            const std::string& where) {
  std::vector<double> values;
  for (const std::string& text : texts) {
    const auto value = finite_number(text);
    if (!value)
      throw Failure({"text", path, where + " point " + std::to_string(values.size() + 1), text, "a number"});
    values.push_back(*value);
  }
  return values;
}

bool holds(const athena::RawGroup& group, const char* argument) {
  const auto found = group.arguments.find(argument);
  return found != group.arguments.end() && !found->second.empty() && found->second != "0";
}

AthenaGroup group_of(const athena::RawGroup& raw, const std::string& path) {
  AthenaGroup group;
  group.id = raw.id;
  const auto argument = [&](const char* name) {
    const auto found = raw.arguments.find(name);
    return found == raw.arguments.end() ? std::string() : found->second;
  };
  group.label = argument("label").empty() ? raw.id : argument("label");
  const std::string where = "group " + group.label;
  const std::string shift = argument("bkg_eshift");
  if (!shift.empty()) group.shift_ev = numbers({shift}, path, where + " bkg_eshift").front();
  group.is_mu = !holds(raw, "is_chi") && argument("datatype") != "chi" && !holds(raw, "not_data");
  group.energy_ev = numbers(raw.x, path, where + " x");
  group.mu = numbers(raw.y, path, where + " y");
  if (group.energy_ev.size() != group.mu.size())
    throw Failure({"text", path, where, std::to_string(group.mu.size()) + " values",
                   std::to_string(group.energy_ev.size()) + ", one per energy"});
  return group;
}

bool is_json(std::string_view text) {
  return text.starts_with("{") && text.substr(0, 4096).find("\"_____") != std::string_view::npos;
}

}  // namespace

bool is_athena(std::string_view text) {
  return text.starts_with("# Athena project") || is_json(text);
}

std::vector<AthenaGroup> read_athena(const std::string& text, const std::string& path) {
  std::vector<AthenaGroup> groups;
  for (const auto& raw : is_json(text) ? json_groups(text, path) : athena::perl_groups(text, path))
    groups.push_back(group_of(raw, path));
  if (groups.empty()) throw Failure({"text", path, "", "without groups", "an Athena project with spectra"});
  return groups;
}

}  // namespace phasecast
