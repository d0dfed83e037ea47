#include "pipeline/recorder.hpp"

#include <spdlog/spdlog.h>

#include <chrono>

namespace phasecast {
namespace {

constexpr std::chrono::seconds retry_interval{1};

}  // namespace

Recorder::Recorder(std::filesystem::path output, std::map<std::string, std::string> configuration,
                   Ledger& ledger)
    : output_(std::move(output)),
      configuration_(std::move(configuration)),
      ledger_(ledger),
      thread_([this](std::stop_token stop) { work(stop); }) {}

Recorder::~Recorder() {
  finish();
}

void Recorder::finish() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Recorder::record(Event event) {
  std::visit([&](auto& e) { push(std::move(e)); }, event);
}

void Recorder::record(std::shared_ptr<const PhaseMap> final_map) {
  push(std::move(final_map));
}

void Recorder::push(Item item) {
  std::size_t depth = 0;
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(item));
    depth = queue_.size();
  }
  changed_.notify_all();
  ledger_.depth("record", depth);
}

std::vector<std::filesystem::path> Recorder::files() const {
  std::lock_guard lock(mutex_);
  return files_;
}

void Recorder::work(std::stop_token stop) {
  while (true) {
    Item item;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [&] { return !queue_.empty(); });
      if (queue_.empty()) break;  // stopped, and everything is written
      item = std::move(queue_.front());
      queue_.pop_front();
      ledger_.depth("record", queue_.size());
    }
    try {
      std::visit([&](const auto& content) { write(content); }, item);
      make_visible();
    } catch (const std::exception& e) {
      ledger_.error(std::string("recorder: ") + e.what());
    }
  }
  file_.reset();
  maps_.reset();
}

/// Readers see what was flushed: at once when there is time for it, every few frames when there is not.
void Recorder::make_visible() {
  constexpr int most_unflushed = 32;
  if (!file_) return;
  ++unflushed_;
  {
    std::lock_guard lock(mutex_);
    if (!queue_.empty() && unflushed_ < most_unflushed) return;
  }
  until_taken([&] { file_->flush(); });
  unflushed_ = 0;
}

/// Repeats what the disk refuses until it is done.
void Recorder::until_taken(const std::function<void()>& action) {
  while (true) {
    try {
      return action();
    } catch (const std::exception& e) {
      ledger_.error(std::string("recorder: ") + e.what());
    }
    pause_before_retry();
  }
}

std::filesystem::path Recorder::fresh_path(const std::string& series, const std::string& name) {
  const auto folder = output_ / series;
  std::filesystem::create_directories(folder);
  auto path = folder / (name + ".h5");
  for (int n = 2; std::filesystem::exists(path); ++n)
    path = folder / (name + "_" + std::to_string(n) + ".h5");
  return path;
}

/// Makes a file under a fresh name and lists it; what a full disk leaves of it is removed.
template <class Writer, class... Arguments>
std::filesystem::path Recorder::make_file(std::unique_ptr<Writer>& writer, const std::string& series,
                                          const std::string& name, const Arguments&... arguments) {
  std::filesystem::path path;
  until_taken([&] {
    path = fresh_path(series, name);
    try {
      writer = std::make_unique<Writer>(path, arguments...);
    } catch (...) {
      std::error_code ignored;
      std::filesystem::remove(path, ignored);
      throw;
    }
  });
  std::lock_guard lock(mutex_);
  files_.push_back(path);
  return path;
}

void Recorder::write(const ScanOpened& opened) {
  const ScanStart& scan = *opened.scan;
  char number[24];
  std::snprintf(number, sizeof number, "scan_%03u_", scan.scan_index);
  const auto path = make_file(file_, scan.series_id, number + scan.scan_id, scan);
  open_scan_ = scan.scan_id;
  scan_paths_[scan.scan_id] = path;
  spdlog::info("recording scan={} file={}", scan.scan_id, path.string());
}

void Recorder::write(const AdmittedFrame& admitted) {
  const std::string& scan_id = admitted.scan->scan_id;
  if (file_ && scan_id == open_scan_) return write_until_taken(*file_, admitted);
  const auto path = scan_paths_.find(scan_id);
  if (path == scan_paths_.end())
    throw std::runtime_error("no recording of scan " + scan_id + " to add a frame to");
  const auto reopened = ScanFileWriter::reopen(path->second);
  write_until_taken(*reopened, admitted);
  until_taken([&] { reopened->flush(); });
}

void Recorder::write_until_taken(ScanFileWriter& file, const AdmittedFrame& admitted) {
  while (true) {
    const auto written = file.write(admitted.frame, admitted.late);
    if (written) return ledger_.count(&Counters::recorded);
    ledger_.error(written.error().text());
    if (written.error().cause != "disk") return;
    pause_before_retry();
  }
}

/// Waits for the disk, not for a thread: nothing announces that space was freed.
void Recorder::pause_before_retry() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, retry_interval, [] { return false; });
}

void Recorder::write(const ScanClosed& closed) {
  if (!file_ || closed.scan->scan_id != open_scan_) return;
  until_taken([&] { file_->finish(closed.end); });
  file_.reset();
  open_scan_.clear();
}

void Recorder::write(const std::shared_ptr<const PhaseMap>& map) {
  if (!maps_ || map_series_ != map->series_id) {
    make_file(maps_, map->series_id, "maps", map->shape, map->states, configuration_);
    map_series_ = map->series_id;
  }
  if (const auto written = maps_->append(*map); !written) ledger_.error(written.error().text());
}

}  // namespace phasecast
