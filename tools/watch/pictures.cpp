#include "tools/watch/pictures.hpp"

#include <spdlog/fmt/fmt.h>

#include "tools/picture/map_picture.hpp"

namespace phasecast {
namespace {

constexpr auto shortest_interval = std::chrono::seconds(1);  // drawing a large map takes tenths of a second

}  // namespace

Pictures::Pictures(std::filesystem::path folder, bool every_map)
    : folder_(std::move(folder)), every_map_(every_map) {
  std::filesystem::create_directories(folder_);
}

void Pictures::take(std::shared_ptr<const PhaseMap> map) {
  if (map->final) {
    write_map_picture(*map, folder_ / fmt::format("scan_{:03}_final.png", map->scan_index));
  } else if (every_map_) {
    write_map_picture(*map,
                      folder_ / fmt::format("scan_{:03}_map_{:06}.png", map->scan_index, map->map_number));
  }
  waiting_ = std::move(map);
}

std::optional<Clock::time_point> Pictures::due() const {
  if (!waiting_) return std::nullopt;
  return waiting_->final ? Clock::time_point{} : next_;
}

void Pictures::write_due(Clock::time_point now) {
  if (!waiting_ || *due() > now) return;
  write_latest();
  next_ = now + shortest_interval;
}

void Pictures::finish() {
  if (waiting_) write_latest();
}

void Pictures::write_latest() {
  write_map_picture(*waiting_, folder_ / "latest.png");
  waiting_.reset();
}

}  // namespace phasecast
