#include "pipeline/recorder.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace phasecast {
namespace {

constexpr std::chrono::seconds retry_interval{1};
constexpr std::size_t most_listed = 1000;
constexpr std::size_t remembered_scans = 16;  // admission takes late frames for fewer

std::string time_of_day() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &utc);
  return text;
}

}  // namespace

Recorder::Recorder(RecorderConfig config, Ledger& ledger)
    : config_(std::move(config)), ledger_(ledger), thread_([this](std::stop_token stop) { work(stop); }) {}

Recorder::~Recorder() {
  finish();
}

void Recorder::finish() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Recorder::know(const RecordedScan& scan) {
  for (const auto& slot : scan.frames) receipts_.add(scan.start.scan_id, slot.header.sequence);
  if (scan.end) receipts_.close(scan.start.scan_id);
}

void Recorder::record(Event event) {
  std::visit([&](auto& e) { push(std::move(e)); }, event);
}

void Recorder::record(std::shared_ptr<const PhaseMap> final_map) {
  push(std::move(final_map));
}

void Recorder::push(Item item) {
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(item));
    ledger_.depth("record", queue_.size());  // under the lock: the newest depth is the last to be said
  }
  changed_.notify_all();
}

std::vector<std::filesystem::path> Recorder::files() const {
  std::lock_guard lock(mutex_);
  return {files_.begin(), files_.end()};
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
      flush_when_due();
    } catch (const std::exception& e) {
      ledger_.error(std::string("recorder: ") + e.what());
    }
  }
  file_.reset();
  maps_.reset();
  unfinished_.clear();  // every map that could be made was made
}

/// At once when there is time for it, every few frames when there is not.
void Recorder::flush_when_due() {
  constexpr std::size_t most_unflushed = 32;
  if (!file_ || unflushed_.empty()) return;
  {
    std::lock_guard lock(mutex_);
    if (!queue_.empty() && unflushed_.size() < most_unflushed) return;
  }
  until_taken([&] { file_->flush(config_.to_disk); });
  count_as_recorded();
}

void Recorder::count_as_recorded() {
  for (const auto& [scan_id, sequence] : unflushed_) receipts_.add(scan_id, sequence);
  ledger_.count(&Counters::recorded, unflushed_.size());
  unflushed_.clear();
}

/// Repeats what the disk refuses until it is done.
void Recorder::until_taken(const std::function<void()>& action) {
  while (true) {
    try {
      action();
      return taken();
    } catch (const std::exception& e) {
      refused(e.what());
    }
  }
}

std::filesystem::path Recorder::fresh_path(const std::string& series, const std::string& name) {
  const auto folder = config_.output / series;
  until_taken([&] { std::filesystem::create_directories(folder); });
  auto path = folder / (name + ".h5");
  for (int n = 2; std::filesystem::exists(path); ++n)
    path = folder / (name + "_" + std::to_string(n) + ".h5");
  return path;
}

/// Makes a file and lists it; what a full disk leaves of it is removed.
template <class Writer, class... Arguments>
void Recorder::make_file(std::unique_ptr<Writer>& writer, const std::filesystem::path& path,
                         const Arguments&... arguments) {
  until_taken([&] {
    try {
      writer = std::make_unique<Writer>(path, arguments...);
    } catch (...) {
      std::error_code ignored;
      std::filesystem::remove(path, ignored);
      throw;
    }
  });
  if (config_.to_disk) until_taken([&] { sync_folder(path.parent_path()); });
  std::lock_guard lock(mutex_);
  files_.push_back(path);
  if (files_.size() > most_listed) files_.pop_front();
}

void Recorder::write(const ScanOpened& opened) {
  const ScanStart& scan = *opened.scan;
  copying_ = false;
  open_scan_ = scan.scan_id;
  if (resume(opened)) return;
  char number[24];
  std::snprintf(number, sizeof number, "scan_%03u_", scan.scan_index);
  const auto path = fresh_path(scan.series_id, number + scan.scan_id);
  remember(scan.scan_id, path);  // first: nobody would go on with a recording that has no mark
  make_file(file_, path, scan);
  spdlog::info("recording scan={} file={}", scan.scan_id, path.string());
}

void Recorder::remember(const std::string& scan_id, const std::filesystem::path& path) {
  scan_paths_.emplace_back(scan_id, path);
  if (scan_paths_.size() > remembered_scans) scan_paths_.pop_front();
  until_taken([&] { unfinished_.mark(scan_id, path); });
}

/// Goes on with the recording that a restart found. If that cannot be, its frames go into a new one.
bool Recorder::resume(const ScanOpened& opened) {
  if (!opened.recording) return false;
  const RecordedScan& recording = *opened.recording;
  try {
    if (!recording.end) file_ = ScanFileWriter::reopen(recording.path, recording.damaged);
  } catch (const std::exception& e) {
    ledger_.error(
        std::string("recorder: cannot go on with a recording, its frames are copied to a new one: ") +
        e.what());
    copying_ = true;
    UnfinishedMarks::forget(recording.path);
    return false;
  }
  remember(recording.start.scan_id, recording.path);
  spdlog::info("recording goes on scan={} file={}", recording.start.scan_id, recording.path.string());
  return true;
}

void Recorder::write(const AdmittedFrame& admitted) {
  const std::string& scan_id = admitted.scan->scan_id;
  if (admitted.recorded && !copying_) return ledger_.count(&Counters::recorded);
  if (file_ && scan_id == open_scan_) return write_until_taken(*file_, admitted);
  const auto path = std::find_if(scan_paths_.rbegin(), scan_paths_.rend(),
                                 [&](const auto& known) { return known.first == scan_id; });
  if (path == scan_paths_.rend())
    throw std::runtime_error("no recording of scan " + scan_id + " to add a frame to");
  const auto reopened = ScanFileWriter::reopen(path->second);
  write_until_taken(*reopened, admitted);
  until_taken([&] { reopened->flush(config_.to_disk); });
  count_as_recorded();
}

void Recorder::write_until_taken(ScanFileWriter& file, const AdmittedFrame& admitted) {
  while (true) {
    const auto written = file.write(admitted.frame, admitted.late);
    if (written) {
      unflushed_.emplace_back(admitted.scan->scan_id, admitted.frame.header.sequence);
      return taken();
    }
    if (written.error().cause != "disk") return ledger_.error(written.error().text());
    refused(written.error().text());
  }
}

/// Says since when, once, and waits for the disk, not for a thread: nothing announces that space was freed.
void Recorder::refused(const std::string& why) {
  if (!trouble_) {
    trouble_ = "recorder: " + why + "; since " + time_of_day() + " the source is held back";
    ledger_.error(*trouble_);
  }
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, retry_interval, [] { return false; });
}

/// The error stays, with its end: who comes in the morning sees that there was a night.
void Recorder::taken() {
  if (!trouble_) return;
  ledger_.amend_error(*trouble_, *trouble_ + "; over since " + time_of_day() + ", nothing was lost");
  trouble_.reset();
}

void Recorder::write(const ScanClosed& closed) {
  if (!file_ || closed.scan->scan_id != open_scan_) return;
  until_taken([&] { file_->finish(closed.end, config_.to_disk); });
  count_as_recorded();
  receipts_.close(open_scan_);
  file_.reset();
  open_scan_.clear();
}

/// A series may go on with another region of the detector: its maps are of another shape and need a file of
/// their own.
void Recorder::write(const std::shared_ptr<const PhaseMap>& map) {
  const MapsOf maps_of{map->series_id, map->shape, map->states};
  if (!maps_ || maps_of_ != maps_of) {
    make_file(maps_, fresh_path(map->series_id, "maps"), map->shape, map->states, config_.described);
    maps_of_ = maps_of;
  }
  while (true) {
    const auto written = maps_->append(*map, config_.to_disk);
    if (written) break;
    if (written.error().cause != "disk") return ledger_.error(written.error().text());
    refused(written.error().text());
  }
  taken();
  unfinished_.mapped(map->scan_id, map->drift);
}

}  // namespace phasecast
