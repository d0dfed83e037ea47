#include "tools/config_file.hpp"

#include <toml++/toml.h>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tools/toml_text.hpp"

namespace phasecast {
namespace {

std::string as_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return from_ascii(text->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* whole = node.as_integer()) return std::to_string(whole->get());
  if (const auto* real = node.as_floating_point()) return CLI::detail::to_string(real->get());
  throw std::runtime_error("expected text, a number, true or false");
}

constexpr std::uintmax_t most_bytes = 1 << 20;

std::string content_of(const std::string& path) {
  const auto size = std::filesystem::file_size(path);
  if (size > most_bytes)
    throw std::runtime_error(path + ": is " + std::to_string(size) + " bytes long, expected at most " +
                             std::to_string(most_bytes));
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw std::runtime_error(path + ": not readable, expected a TOML file");
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  return content.starts_with(byte_order_mark) ? content.substr(byte_order_mark.size()) : content;
}

}  // namespace

void add_config_file(CLI::App& app, std::string& path) {
  app.add_option("--config", path, "TOML file with the same names as these options; the command line wins")
      ->check(CLI::ExistingFile);
}

void apply_config_file(CLI::App& app, const std::string& path) try {
  if (path.empty()) return;
  const toml::table table = toml::parse(as_ascii(content_of(path)), path);
  for (const auto& [key, node] : table) {
    const std::string name = from_ascii(key.str());
    const auto where = path + " line " + std::to_string(node.source().begin.line) + ": " + name;
    CLI::Option* option = name == "config" ? nullptr : app.get_option_no_throw("--" + name);
    if (!option) throw std::runtime_error(where + " is no option of '" + app.get_name() + "'; see --help");
    if (option->count() > 0) continue;  // the command line wins
    try {
      if (const auto* list = node.as_array())
        for (const auto& item : *list) option->add_result(as_text(item));
      else
        option->add_result(as_text(node));
      option->run_callback();
    } catch (const std::exception& e) {
      throw std::runtime_error(where + ": " + e.what());
    }
  }
} catch (const toml::parse_error& e) {
  throw std::runtime_error(path + " line " + std::to_string(e.source().begin.line) + ": " +
                           from_ascii(e.description()));
}

std::map<std::string, std::string> describe(const CLI::App& app) {
  std::map<std::string, std::string> described;
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_single_name();
    if (name == "help" || name == "config") continue;
    described[name] =
        option->count() > 0 ? CLI::detail::join(option->results(), " ") : option->get_default_str();
  }
  return described;
}

}  // namespace phasecast
