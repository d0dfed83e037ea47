#include "tools/watch/screen.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>

#include "messages/latency.hpp"
#include "tools/findings.hpp"
#include "tools/picture/colormap.hpp"
#include "tools/picture/panels.hpp"
#include "tools/watch/half_blocks.hpp"
#include "tools/watch/lines.hpp"

namespace phasecast {
namespace {

constexpr auto plain = "0", faint = "2", bold = "1", red = "1;31", yellow = "33";
constexpr auto final_badge = "1;37;42", provisional_badge = "1;30;43", aborted_badge = "1;37;41";
constexpr int smallest_map_rows = 4;

struct Field {
  std::string text;
  std::string style = plain;  ///< parameters of an SGR sequence
};

std::size_t visible_length(const std::string& text) {
  return std::count_if(text.begin(), text.end(),
                       [](unsigned char c) { return (c & 0xC0) != 0x80; });  // UTF-8
}

std::string cut(std::string text, std::size_t columns) {
  if (visible_length(text) <= columns) return text;
  while (visible_length(text) >= columns) text.pop_back();
  return text + "…";
}

/// Sets fields side by side and starts a new line where the next one does not fit.
class Lines {
 public:
  explicit Lines(int columns) : columns_(static_cast<std::size_t>(columns)) {}

  void row(const std::vector<Field>& fields, const std::string& gap = "  ") {
    std::size_t used = columns_;
    for (const Field& field : fields) {
      const std::string text = cut(field.text, columns_);
      const bool fits = used + gap.size() + visible_length(text) <= columns_;
      if (!fits || &field == &fields.front()) {
        lines_.emplace_back();
        used = 0;
      } else {
        lines_.back() += gap;
        used += gap.size();
      }
      lines_.back() += "\x1b[" + field.style + "m" + text + "\x1b[0m";
      used += visible_length(text);
    }
  }

  void words(const std::string& text, const std::string& style) {
    std::vector<Field> fields;
    std::istringstream stream(text);
    for (std::string word; stream >> word;) fields.push_back({word, style});
    row(fields, " ");
  }

  std::vector<std::string>& lines() { return lines_; }

 private:
  std::size_t columns_;
  std::vector<std::string> lines_;
};

Field count(const std::string& name, std::uint64_t value, const std::string& style_if_any = plain) {
  return {fmt::format("{} {}", name, value), value > 0 ? style_if_any : std::string(plain)};
}

std::string milliseconds(double value) {
  return std::isnan(value) ? "-" : fmt::format("{:.0f} ms", value);
}

void add_status(Lines& lines, const Status& status) {
  const Counters& c = status.counters;
  std::vector<Field> state{
      {std::string(name_of(status.state)), bold},
      {fmt::format("scan {}", status.scan_index)},
      {fmt::format("energies {} of {}", status.energies_received, status.energies_planned)},
      {fmt::format("{:.1f} frames/s", status.frames_per_second)}};
  if (!status.queue_depths.empty()) state.push_back({"queues:", faint});
  for (const auto& [branch, depth] : status.queue_depths) state.push_back(count(printable(branch), depth));
  state.push_back(count("recorder lag", status.recorder_lag_frames));
  lines.row(state);

  std::vector<Field> frames{{"frames:", faint},
                            count("received", c.received),
                            count("recorded", c.recorded),
                            count("used", c.used),
                            count("duplicate", c.duplicate, yellow),
                            count("late", c.late, yellow),
                            count("missing", c.missing, red),
                            count("foreign", c.foreign, yellow),
                            count("unpaired", c.unpaired, yellow)};
  if (c.unregistered > 0) frames.push_back(count("unregistered", c.unregistered, yellow));
  for (const auto& [cause, number] : c.rejected)
    frames.push_back(count("rejected " + printable(cause), number, red));
  if (c.rejected.empty()) frames.push_back({"rejected 0"});
  frames.push_back(count("repaired pixels", c.repaired_pixels));
  lines.row(frames);

  lines.row({{"maps:", faint},
             count("provisional", c.maps_provisional),
             count("final", c.maps_final),
             count("dropped for slow viewers", c.viewer_drops, yellow),
             {fmt::format("latency p50 {} p95 {}", milliseconds(status.latency_p50_ms),
                          milliseconds(status.latency_p95_ms))}});
  lines.row({{"scans:", faint},
             count("started", c.scans_started),
             count("closed", c.scans_closed),
             count("aborted", c.scans_aborted, yellow),
             count("timed out", c.scans_timed_out, red)});
  if (!c.refused.empty()) {
    std::vector<Field> refused{{"refused connections:", faint}};
    for (const auto& [socket, number] : c.refused)
      refused.push_back(count(printable(socket), number, yellow));
    lines.row(refused);
  }
  if (!status.drift.empty())
    lines.row({{drift_text(status.drift), flagged(status.drift) > 0 ? yellow : plain}});
  if (status.advice) lines.row({{advice_text(*status.advice, status.energies_planned)}});
  if (!status.note.empty()) lines.words(printable(status.note), faint);
  for (const std::string& error : status.errors) lines.words(printable(error), red);
}

void add_map_numbers(Lines& lines, const PhaseMap& map) {
  const bool aborted = map.final && map.scan_status == ScanStatus::aborted;
  const Field badge = aborted     ? Field{" FINAL, ABORTED ", aborted_badge}
                      : map.final ? Field{" FINAL ", final_badge}
                                  : Field{" PROVISIONAL ", provisional_badge};
  lines.row({badge,
             {fmt::format("scan {} map {}", map.scan_index, map.map_number), bold},
             {fmt::format("energies: {} used, {} carried, {} missing", map.energies_used.size(),
                          map.energies_carried.size(), energies_missing(map))},
             {printable(map.method)},
             {fmt::format("{} iterations", map.iterations)},
             {std::isnan(map.map_distance) ? "distance not known yet"
                                           : fmt::format("distance {:.2g}", map.map_distance),
              map.converged ? plain : yellow},
             {fmt::format("noise {:.2g}", map.noise_sigma)},
             {fmt::format("latency {}", milliseconds(latency_ms(map)))}});
}

void add_references(Lines& lines, const PhaseMap& map) {
  if (!map.reference_check) return;
  for (const auto& text : reference_warnings(*map.reference_check, map.states))
    lines.words(printable(text), red);
  for (const auto& text : reference_moves(*map.reference_check, map.states))
    lines.words(printable(text), plain);
}

std::vector<Field> legend(const PhaseMap& map) {
  if (!has_composite(map)) return {{"fraction of " + printable(map.states.front()) + ", dark 0 to bright 1"}};
  std::vector<Field> fields;
  auto add = [&fields](Rgb color, const std::string& name) {
    fields.push_back({"■ " + name, fmt::format("38;2;{};{};{}", color.r, color.g, color.b)});
  };
  for (std::size_t state = 0; state < map.states.size(); ++state) {
    add(state_color(state), printable(map.states[state]));
  }
  add(masked_color, "masked");
  return fields;
}

}  // namespace

std::vector<std::string> screen_lines(const View& view, int columns, int rows) {
  Lines lines(columns);
  lines.row({{"phasecast", bold},
             {describe(view.link, view.endpoint), view.link == Link::connected ? faint : yellow}});
  if (view.undecodable > 0) lines.row({count("messages that could not be decoded", view.undecodable, red)});
  if (view.status) add_status(lines, *view.status);
  for (const std::string& line : view.truth_lines) lines.row({{line}});
  if (view.map) {
    add_map_numbers(lines, *view.map);
    add_references(lines, *view.map);
    lines.row(legend(*view.map));
    const int left = rows - static_cast<int>(lines.lines().size());
    if (left >= smallest_map_rows) {
      for (std::string& line : map_in_characters(*view.map, columns, left))
        lines.lines().push_back(std::move(line));
    }
  }
  if (lines.lines().size() > static_cast<std::size_t>(rows)) lines.lines().resize(rows);
  return lines.lines();
}

}  // namespace phasecast
