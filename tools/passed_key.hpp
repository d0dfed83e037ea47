#pragma once

#include <filesystem>
#include <string>

namespace phasecast {

/// A client key made for one child process: in memory alone, not on disk; the child inherits its descriptor
/// and opens it by the path.
class PassedKey {
 public:
  /// Throws std::system_error if there is no memory for it.
  PassedKey();
  ~PassedKey();
  PassedKey(const PassedKey&) = delete;
  PassedKey& operator=(const PassedKey&) = delete;

  const std::string& public_key() const { return public_key_; }
  std::filesystem::path path() const;  ///< in this process and in its children

 private:
  std::string public_key_;
  int descriptor_ = -1;
};

}  // namespace phasecast
