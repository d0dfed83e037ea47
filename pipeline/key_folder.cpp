#include "pipeline/key_folder.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "messages/result.hpp"

namespace phasecast {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view public_extension = ".key", secret_extension = ".key_secret";

[[noreturn]] void fail(const fs::path& path, const std::string& field, const std::string& value,
                       const std::string& expected) {
  throw std::runtime_error(Error{"keys", path.string(), field, value, expected}.text());
}

/// It becomes a file name.
void require_name(const fs::path& folder, const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (name.empty() || name.size() > 64 || !std::all_of(name.begin(), name.end(), fits))
    fail(folder, "name of a client", name, "1 to 64 of A-Z a-z 0-9 - _");
}

fs::path file_of(const fs::path& folder, const std::string& name, std::string_view extension) {
  return folder / (name + std::string(extension));
}

void make_folder(const fs::path& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) != 0 && !fs::is_directory(path))
    fail(path, "", "", "a folder that can be made");
}

}  // namespace

std::string_view name_of(Role role) {
  switch (role) {
    case Role::source:
      return "source";
    case Role::viewer:
      return "viewer";
    case Role::control:
      return "control";
  }
  return "";
}

std::set<Role> roles_in(const std::string& text) {
  std::set<Role> roles;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    const auto role =
        std::find_if(std::begin(all_roles), std::end(all_roles), [&](Role r) { return name_of(r) == word; });
    if (role == std::end(all_roles))
      fail("--role", "", word, "source, viewer or control, several with commas between");
    roles.insert(*role);
  }
  if (roles.empty()) fail("--role", "", text, "source, viewer or control, several with commas between");
  return roles;
}

KeyFolder KeyFolder::create(const fs::path& path) {
  if (path.has_parent_path()) fs::create_directories(path.parent_path());
  make_folder(path, 0700);
  for (const Role role : all_roles) make_folder(path / name_of(role), 0755);
  make_folder(path / "clients", 0700);
  const Certificate server = make_key_pair();
  write_certificate(path / "server.key_secret", server, "the phasecast server");  // first: it decides
  write_certificate(path / "server.key", {server.public_key, ""}, "the phasecast server");
  return KeyFolder(path);
}

KeyFolder::KeyFolder(fs::path path) : path_(std::move(path)) {
  if (!fs::is_directory(path_)) fail(path_, "", "", "a folder made by: phasecast keys " + path_.string());
  server();
  clients();
}

Certificate KeyFolder::server() const {
  return read_secret_certificate(path_ / "server.key_secret");
}

fs::path KeyFolder::add(const std::string& name, const std::set<Role>& roles) const {
  require_name(path_, name);
  for (const Role role : roles)
    if (const fs::path file = file_of(path_ / name_of(role), name, public_extension); fs::exists(file))
      fail(file, "", "", "no such file yet: another name, or --remove " + name + " first");
  const Certificate client = make_key_pair();
  make_folder(path_ / "clients", 0700);
  const fs::path handed_over = file_of(path_ / "clients", name, secret_extension);
  write_certificate(handed_over, client, name);
  for (const Role role : roles) {
    make_folder(path_ / name_of(role), 0755);
    write_certificate(file_of(path_ / name_of(role), name, public_extension), {client.public_key, ""}, name);
  }
  return handed_over;
}

std::vector<fs::path> KeyFolder::remove(const std::string& name) const {
  require_name(path_, name);
  std::vector<fs::path> candidates{file_of(path_ / "clients", name, secret_extension)}, removed;
  for (const Role role : all_roles)
    candidates.push_back(file_of(path_ / name_of(role), name, public_extension));
  for (const fs::path& file : candidates)
    if (fs::remove(file)) removed.push_back(file);
  if (removed.empty()) fail(path_, "client", name, "one of those that --list shows");
  return removed;
}

std::map<std::string, std::set<Role>> KeyFolder::clients() const {
  std::map<std::string, std::set<Role>> found;
  for (const Role role : all_roles)
    for (const auto& [name, certificate] : certificates(role)) found[name].insert(role);
  return found;
}

std::optional<std::string> KeyFolder::holder(Role role, std::string_view public_key) const {
  for (const auto& [name, certificate] : certificates(role))
    if (certificate.public_key == public_key) return name;
  return std::nullopt;
}

std::map<std::string, Certificate> KeyFolder::certificates(Role role) const {
  std::map<std::string, Certificate> found;
  const fs::path folder = path_ / name_of(role);
  if (!fs::is_directory(folder)) return found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == public_extension)
      found[entry.path().stem().string()] = read_certificate(entry.path());
  return found;
}

}  // namespace phasecast
