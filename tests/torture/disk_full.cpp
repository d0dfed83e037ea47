#include <sys/mount.h>

#include <cstdio>
#include <fstream>

#include "tests/torture/commands.hpp"
#include "tests/torture/live_pipeline.hpp"
#include "tests/torture/source.hpp"
#include "tests/torture/viewer.hpp"
#include "tests/torture/whole.hpp"

namespace phasecast::torture {
namespace {

constexpr int skipped = 77;  // as ctest is told
constexpr std::size_t disk_bytes = 24 << 20, left_at_first = 4 << 20;

/// A disk in memory that fills within a scan.
class SmallDisk {
 public:
  explicit SmallDisk(std::filesystem::path folder)
      : folder_(std::move(folder)),
        mounted_(mount("phasecast", folder_.c_str(), "tmpfs", 0,
                       ("size=" + std::to_string(disk_bytes)).c_str()) == 0) {}
  ~SmallDisk() {
    if (mounted_) umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }
  void fill_up_to(std::size_t left) const {
    const std::size_t free = std::filesystem::space(folder_).available;
    std::ofstream(folder_ / "ballast") << std::string(free - left, 'x');
  }
  void free() const { std::filesystem::remove(folder_ / "ballast"); }

 private:
  std::filesystem::path folder_;
  bool mounted_;
};

bool says(const Status& status, const std::string& words) {
  for (const auto& error : status.errors)
    if (error.find(words) != std::string::npos) return true;
  return false;
}

int disk_full() {
  const ScratchFolder folder;
  const auto data = folder.path() / "data";
  std::filesystem::create_directory(data);
  const SmallDisk disk(data);
  if (!disk.mounted()) {
    std::printf("skipped: a small disk may not be mounted here\n");
    return skipped;
  }
  disk.fill_up_to(left_at_first);
  SteadyScans scans(192);  // 32 frames of 72 KiB: 2.3 MiB each
  constexpr int count = 4;
  std::vector<Parts> messages;
  for (int k = 0; k < count; ++k)
    for (Parts& parts : scans.next()) messages.push_back(std::move(parts));
  const std::uint64_t frames = scans.sent() * scans.frames_per_scan();

  RunProcess run(folder.path(), scans.unmix().references, {"--in-flight", "1", "--deterministic"});
  zmq::context_t context;
  Viewer viewer(context, run.endpoints().maps);
  viewer.wait_for<Status>([](const Status&) { return true; });
  std::optional<Source> source(std::in_place, context, run.endpoints().frames, messages);

  const Status full =
      viewer.wait_for<Status>([](const Status& s) { return says(s, "the source is held back"); });
  // Held back: from one status to the next nothing more comes in.
  std::uint64_t before = 0;
  const Status held = viewer.wait_for<Status>([&](const Status& s) {
    return std::exchange(before, s.counters.received) == s.counters.received && s.counters.received > 0;
  });
  std::printf("held_back_at_frame %lu of %lu\nerror %s\n", held.counters.received, frames,
              full.errors.front().c_str());
  disk.free();
  viewer.wait_for<PhaseMap>([&](const PhaseMap& map) { return map.final && map.scan_id == scans.last_id(); });
  const Status over = viewer.wait_for<Status>([&](const Status& s) { return s.counters.recorded == frames; });
  std::printf("error %s\n", over.errors.front().c_str());
  source.reset();

  Findings findings;
  findings.require(held.counters.received < frames, "the source was not held back");
  findings.require(says(over, "over since"), "the error does not say that it is over");
  require_whole(run, scans, findings);
  for (const auto& finding : findings.texts()) std::printf("%s\n", finding.c_str());
  return findings.texts().empty() ? 0 : 1;
}

}  // namespace

void add_disk_full(CLI::App& app, int& exit_status) {
  app.add_subcommand("disk-full", "A disk that fills up in a scan and is freed again (mounts a small tmpfs)")
      ->callback([&exit_status] { exit_status = disk_full(); });
}

}  // namespace phasecast::torture
