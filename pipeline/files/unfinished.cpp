#include "pipeline/files/unfinished.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <system_error>

#include "messages/units.hpp"

namespace phasecast {
namespace {

namespace fs = std::filesystem;

constexpr const char* unfinished = ".unfinished";
constexpr const char* mapped_mark = ".mapped";
constexpr const char* drift_file = ".drift";
constexpr std::size_t most_marks = 8;

fs::path with(const fs::path& recording, const char* suffix) {
  return recording.string() + suffix;
}

/// When the scan began, which a mark holds; 0 if the disk was too full for it.
std::int64_t marked_utc_ns(const fs::path& mark) {
  std::int64_t time = 0;
  std::ifstream(mark) >> time;
  return time;
}

std::runtime_error failure(const fs::path& path, const std::string& doing) {
  return std::runtime_error(path.string() + ": " + doing + ": " + std::generic_category().message(errno));
}

/// One image per line; every digit counts, as what follows is to be the same bit for bit.
void write_drift(const fs::path& path, const std::vector<Drift>& drift) {
  std::ofstream file(path);
  file.precision(std::numeric_limits<double>::max_digits10);
  for (const Drift& d : drift)
    file << d.energy_index << ' ' << d.x << ' ' << d.y << ' ' << d.magnification << ' ' << d.quality << ' '
         << d.trusted << '\n';
  if (!file.flush())
    spdlog::error("{}: cannot write: after a crash the next scan is aligned anew", path.string());
}

std::vector<Drift> read_drift(const fs::path& path) {
  std::vector<Drift> list;
  std::ifstream file(path);
  for (Drift d; file >> d.energy_index >> d.x >> d.y >> d.magnification >> d.quality >> d.trusted;)
    list.push_back(d);
  if (!file.eof() && fs::exists(path))
    spdlog::error("{}: line {} is damaged: the scans from here on are aligned anew", path.string(),
                  list.size() + 1);
  return file.eof() ? list : std::vector<Drift>();
}

}  // namespace

void UnfinishedMarks::mark(const std::string& scan_id, const fs::path& recording) {
  if (!fs::exists(with(recording, mapped_mark))) {
    std::ofstream file(with(recording, unfinished));
    if (!(file << utc_now_ns() << std::flush)) throw failure(with(recording, unfinished), "cannot write");
  }
  marks_.push_back({scan_id, recording});
  if (marks_.size() <= most_marks) return;
  forget(marks_.front().recording);
  marks_.pop_front();
}

void UnfinishedMarks::mapped(const std::string& scan_id, const std::vector<Drift>& drift) {
  const auto is_this = [&](const Mark& mark) { return mark.scan_id == scan_id; };
  const auto found = std::find_if(marks_.begin(), marks_.end(), is_this);
  if (found == marks_.end()) return;
  const fs::path recording = found->recording;
  if (!drift.empty()) write_drift(with(recording, drift_file), drift);
  std::error_code ignored;  // still called unfinished, a restart would map the scan once more
  fs::rename(with(recording, unfinished), with(recording, mapped_mark), ignored);
  while (!is_this(marks_.front())) {  // maps come in the order of the scans: these get none any more
    forget(marks_.front().recording);
    marks_.pop_front();
  }
}

void UnfinishedMarks::forget(const fs::path& recording) {
  std::error_code ignored;
  fs::remove(with(recording, unfinished), ignored);
  fs::remove(with(recording, mapped_mark), ignored);
  fs::remove(with(recording, drift_file), ignored);
}

void UnfinishedMarks::clear() {
  for (const Mark& mark : marks_) forget(mark.recording);
  marks_.clear();
}

std::vector<UnfinishedScan> find_unfinished(const fs::path& output) {
  std::vector<std::pair<std::int64_t, UnfinishedScan>> found;
  for (auto entry = fs::recursive_directory_iterator(output); entry != fs::end(entry); ++entry) {
    if (entry.depth() > 0) entry.disable_recursion_pending();  // OUTPUT/<series>/<file>
    const fs::path& path = entry->path();
    const fs::path recording = fs::path(path).replace_extension();
    if (path.extension() == ".partial") {
      spdlog::info("removed file={}: its writer died before it was made", path.string());
      fs::remove(path);
    } else if (path.extension() == unfinished || path.extension() == mapped_mark) {
      const bool mapped = path.extension() == mapped_mark;
      if (fs::exists(recording))
        found.push_back(
            {marked_utc_ns(path),
             {recording, mapped, mapped ? read_drift(with(recording, drift_file)) : std::vector<Drift>()}});
      else
        fs::remove(path);
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<UnfinishedScan> scans;
  for (auto& [time, scan] : found) scans.push_back(std::move(scan));
  return scans;
}

FolderLock::FolderLock(const fs::path& folder) {
  const fs::path path = folder / ".phasecast.lock";
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor_ < 0) throw failure(path, "cannot open");
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  const auto error =
      errno == EWOULDBLOCK
          ? std::runtime_error(folder.string() +
                               ": another pipeline records there, expected a folder of its own")
          : failure(path, "cannot lock");
  ::close(descriptor_);
  throw error;
}

FolderLock::~FolderLock() {
  ::close(descriptor_);
}

void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const auto error = failure(folder, "cannot write");
  if (descriptor >= 0) ::close(descriptor);
  if (!synced) throw error;
}

}  // namespace phasecast
