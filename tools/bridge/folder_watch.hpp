#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace phasecast::bridge {

/// What happens to the files of a folder, told by the kernel (inotify): nothing is looked at in turns.
class FolderWatch {
 public:
  struct Change {
    std::string name;
    bool finished = false;  ///< closed after writing, or moved here; else written to
  };
  struct Changes {
    std::vector<Change> files;
    bool overflow = false;  ///< more happened than the kernel kept
  };

  enum class Tell { finished, written };  ///< of files that are closed or moved here; of every write, too
  /// Throws std::runtime_error naming the folder.
  FolderWatch(const std::filesystem::path& folder, Tell tell);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  int descriptor() const { return descriptor_; }
  /// Since this was last called; does not wait.
  Changes take();

 private:
  int descriptor_;
};

}  // namespace phasecast::bridge
