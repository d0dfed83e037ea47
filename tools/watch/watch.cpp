#include "tools/watch/watch.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "tools/feed.hpp"
#include "tools/watch/lines.hpp"
#include "tools/watch/pictures.hpp"
#include "tools/watch/screen.hpp"
#include "tools/watch/truth.hpp"

namespace phasecast {
namespace {

constexpr auto redraw_interval = std::chrono::milliseconds(200);
constexpr std::size_t truth_lines_shown = 5;

class Watcher {
 public:
  Watcher(const WatchOptions& options, const WatchOutput& output, std::stop_token stop)
      : options_(options),
        output_(output),
        stop_(stop),
        feed_(options.endpoint, options.keys, std::move(stop)),
        truth_(options.truth),
        started_(Clock::now()) {
    view_.endpoint = options.endpoint;
    if (!options.pictures.empty()) pictures_.emplace(options.pictures, options.every_map);
  }

  int run() {
    tell_link(feed_.link());
    while (!has_finals() && !stop_.stop_requested() && feed_.link() != Link::wrong &&
           Clock::now() < give_up()) {
      feed_.wait(next_deadline());
      tell_changes();
      take_messages();
      if (pictures_) pictures_->write_due(Clock::now());
      if (changed_ && Clock::now() >= next_redraw_) redraw();
    }
    tell_changes();
    if (pictures_) pictures_->finish();
    redraw();
    return exit_status();
  }

 private:
  void tell(const std::string& line) {
    output_.line(line);
    changed_ = true;
  }

  void tell_changes() {
    for (const Link link : feed_.take_changes()) tell_link(link);
  }

  void tell_link(Link link) {
    view_.link = link;
    tell(fmt::format("endpoint \"{}\"", describe(link, view_.endpoint)));
  }

  void take_messages() {
    while (auto message = feed_.receive()) {
      tell_changes();
      if (!*message) {
        ++view_.undecodable;
        tell(fmt::format("undecodable \"{}\"", printable(message->error().text())));
      } else if (auto* map = std::get_if<PhaseMap>(&**message)) {
        take(std::make_shared<const PhaseMap>(std::move(*map)));
      } else if (auto* status = std::get_if<Status>(&**message)) {
        take(std::move(*status));
      }
      if (has_finals()) return;
    }
  }

  /// A publisher sends the newest map once more whenever someone subscribes.
  bool shown_already(const PhaseMap& map) const {
    return view_.map && view_.map->map_number == map.map_number && view_.map->scan_id == map.scan_id &&
           view_.map->published_utc_ns == map.published_utc_ns;
  }

  void take(std::shared_ptr<const PhaseMap> map) {
    if (shown_already(*map)) return;
    view_.map = map;
    tell(map_line(*map));
    if (pictures_) pictures_->take(map);
    if (!map->final) return;
    ++view_.finals_seen;
    truth_.take(map);
    compare_with_truth();
  }

  void take(Status status) {
    if (!view_.status || tells_news(*view_.status, status)) tell(status_line(status));
    view_.status = std::move(status);
    changed_ = true;
    compare_with_truth();
  }

  void compare_with_truth() {
    for (const std::string& line : truth_.compare()) {
      tell(line);
      view_.truth_lines.push_back(line);
      if (view_.truth_lines.size() > truth_lines_shown) view_.truth_lines.erase(view_.truth_lines.begin());
    }
  }

  bool has_finals() const {
    return options_.finals > 0 && view_.finals_seen >= options_.finals && !truth_.waiting();
  }

  Clock::time_point give_up() const {
    if (options_.timeout_s <= 0) return Clock::time_point::max();
    return started_ +
           std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.timeout_s));
  }

  Clock::time_point next_deadline() const {
    Clock::time_point deadline = std::min(give_up(), Clock::now() + std::chrono::hours(1));
    if (changed_ && output_.screen) deadline = std::min(deadline, next_redraw_);
    if (pictures_ && pictures_->due()) deadline = std::min(deadline, *pictures_->due());
    return deadline;
  }

  void redraw() {
    if (output_.screen) output_.screen(view_);
    next_redraw_ = Clock::now() + redraw_interval;
    changed_ = false;
  }

  int exit_status() {
    if (feed_.link() == Link::wrong) return 1;
    if (options_.finals > 0 && !has_finals()) {
      const std::string reason =
          stop_.stop_requested() ? "stopped" : fmt::format("{:g} s passed", options_.timeout_s);
      tell(fmt::format("incomplete \"{} with {} of {} final maps{}\"", reason, view_.finals_seen,
                       options_.finals, truth_.waiting() ? ", not all compared with the truth" : ""));
      return 1;
    }
    return truth_.failed() ? 1 : 0;
  }

  const WatchOptions& options_;
  const WatchOutput& output_;
  std::stop_token stop_;
  Feed feed_;
  View view_;
  TruthComparison truth_;
  std::optional<Pictures> pictures_;
  Clock::time_point started_, next_redraw_{};
  bool changed_ = false;
};

}  // namespace

int watch(const WatchOptions& options, const WatchOutput& output, std::stop_token stop) {
  return Watcher(options, output, std::move(stop)).run();
}

}  // namespace phasecast
