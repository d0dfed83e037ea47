#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "messages/phase_map.hpp"
#include "pipeline/events.hpp"
#include "pipeline/files/map_file.hpp"
#include "pipeline/files/scan_file.hpp"
#include "pipeline/files/unfinished.hpp"
#include "pipeline/ledger.hpp"
#include "pipeline/receipts.hpp"

namespace phasecast {

struct RecorderConfig {
  std::filesystem::path output;
  std::map<std::string, std::string> described;  ///< the configuration, for the map files
  bool to_disk = false;                          ///< "recorded" means on the disk, not handed to the system
};

/// Writes every frame and every final map to disk, on its own thread. Its queue holds the frames' tickets:
/// when the disk is slow or full the budget is spent, and the source waits. Nothing is skipped; a frame that
/// the disk refuses is tried again until it is taken.
///
/// A frame counts as recorded, and is in the receipt of its scan, once it was flushed: then it survives this
/// process (`to_disk`: a power cut). Flushed is at once when nothing waits, else every 32 frames.
///
/// Files: OUTPUT/<series>/scan_<index>_<scan id>.h5 per scan, OUTPUT/<series>/maps.h5 per series and shape of
/// its maps (a number is added when the name is taken); beside a recording, while a restart would need it,
/// its Unfinished mark.
class Recorder {
 public:
  Recorder(RecorderConfig config, Ledger& ledger);
  /// Finishes the queue first.
  ~Recorder();

  void record(Event event);
  void record(std::shared_ptr<const PhaseMap> final_map);

  /// Writes everything recorded so far and closes the files; nothing may be recorded after it.
  void finish();

  /// Files made so far, in order; after finish() the last ones too. The newest thousand: a year of scans must
  /// not fill the memory.
  std::vector<std::filesystem::path> files() const;
  const Receipts& receipts() const { return receipts_; }
  /// A recording that a restart goes on with: its frames are safe already.
  void know(const RecordedScan& scan);

 private:
  using Item = std::variant<ScanOpened, AdmittedFrame, ScanClosed, std::shared_ptr<const PhaseMap>>;

  void push(Item item);
  void work(std::stop_token stop);
  void write(const ScanOpened& opened);
  void write(const AdmittedFrame& admitted);
  void write(const ScanClosed& closed);
  void write(const std::shared_ptr<const PhaseMap>& map);
  void write_until_taken(ScanFileWriter& file, const AdmittedFrame& admitted);
  bool resume(const ScanOpened& opened);
  void remember(const std::string& scan_id, const std::filesystem::path& path);
  void flush_when_due();
  void count_as_recorded();
  void until_taken(const std::function<void()>& action);
  void refused(const std::string& why);
  void taken();
  std::filesystem::path fresh_path(const std::string& series, const std::string& name);
  template <class Writer, class... Arguments>
  void make_file(std::unique_ptr<Writer>& writer, const std::filesystem::path& path,
                 const Arguments&... arguments);

  RecorderConfig config_;
  Ledger& ledger_;
  Receipts receipts_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Item> queue_;
  std::deque<std::filesystem::path> files_;

  std::string open_scan_;
  std::unique_ptr<ScanFileWriter> file_;
  bool copying_ = false;  // a resumed scan whose recording cannot go on: into a new one
  std::vector<std::pair<std::string, std::uint64_t>> unflushed_;          // scan id, sequence
  std::deque<std::pair<std::string, std::filesystem::path>> scan_paths_;  // by scan id, for late frames
  UnfinishedMarks unfinished_;
  struct MapsOf {
    std::string series;
    Shape shape;
    std::vector<std::string> states;
    bool operator==(const MapsOf&) const = default;
  };
  MapsOf maps_of_;  // what maps_ is for
  std::unique_ptr<MapFileWriter> maps_;

  std::optional<std::string> trouble_;  // the sticky error while the disk refuses

  std::jthread thread_;  // last: starts when everything above is ready, ends before any of it goes
};

}  // namespace phasecast
