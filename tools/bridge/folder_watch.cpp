#include "tools/bridge/folder_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace phasecast::bridge {

FolderWatch::FolderWatch(const std::filesystem::path& folder, Tell tell)
    : descriptor_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  const std::uint32_t what =
      IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR | (tell == Tell::written ? IN_MODIFY : 0);
  const bool watched = descriptor_ >= 0 && inotify_add_watch(descriptor_, folder.c_str(), what) >= 0;
  if (watched) return;
  const std::string words = std::generic_category().message(errno);
  if (descriptor_ >= 0) close(descriptor_);
  throw std::runtime_error(folder.string() + ": cannot watch it: " + words + ", expected a folder");
}

FolderWatch::~FolderWatch() {
  close(descriptor_);
}

FolderWatch::Changes FolderWatch::take() {
  Changes changes;
  alignas(inotify_event) std::array<char, 16384> buffer;
  for (ssize_t length = 0; (length = read(descriptor_, buffer.data(), buffer.size())) > 0;)
    for (ssize_t at = 0; at < length;) {
      inotify_event event;
      std::memcpy(&event, buffer.data() + at, sizeof event);
      if (event.mask & IN_Q_OVERFLOW) changes.overflow = true;
      if (event.len > 0)
        changes.files.push_back({buffer.data() + at + sizeof event, (event.mask & IN_MODIFY) == 0});
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  return changes;
}

}  // namespace phasecast::bridge
