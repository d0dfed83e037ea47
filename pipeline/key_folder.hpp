#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/certificate.hpp"

namespace phasecast {

/// What a client may do: send frames; look at maps and ask; ask and command.
enum class Role { source, viewer, control };
constexpr Role all_roles[] = {Role::source, Role::viewer, Role::control};
std::string_view name_of(Role role);
/// From "source,viewer". Throws std::runtime_error naming the word that is no role.
std::set<Role> roles_in(const std::string& text);

/// The folder of `--keys`: the server's own certificate and, in a folder per role, the public keys that are
/// let in. The files are read anew at each question, so that a key added or removed counts from then on.
///
///     server.key, server.key_secret     hand the first to every client
///     source/, viewer/, control/        NAME.key of who may
///     clients/NAME.key_secret           made here, to be handed over
class KeyFolder {
 public:
  /// Makes the folder with a new server key. Throws if there is a server key already.
  static KeyFolder create(const std::filesystem::path& path);
  /// Opens one and reads all of it. Throws std::runtime_error naming the file at fault.
  explicit KeyFolder(std::filesystem::path path);

  Certificate server() const;
  std::filesystem::path server_public_file() const { return path_ / "server.key"; }
  /// Makes a client's key pair and lets it in; the file to hand over.
  std::filesystem::path add(const std::string& name, const std::set<Role>& roles) const;
  /// Takes the client's keys away; the files removed. Throws if there are none.
  std::vector<std::filesystem::path> remove(const std::string& name) const;
  std::map<std::string, std::set<Role>> clients() const;
  /// Whose key this is among those with the role; nothing for a stranger's. Throws as the constructor does.
  std::optional<std::string> holder(Role role, std::string_view public_key) const;

 private:
  std::map<std::string, Certificate> certificates(Role role) const;

  std::filesystem::path path_;
};

}  // namespace phasecast
