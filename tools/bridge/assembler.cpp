#include "tools/bridge/assembler.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "messages/units.hpp"
#include "tools/bridge/random_uuid.hpp"

namespace phasecast::bridge {
namespace {

constexpr int strays_of_a_new_beginning = 3;

/// keV times 1000 may miss the planned energy by its last bits.
double without_rounding(double energy_ev, double planned_ev) {
  constexpr double rounding_ev = 1e-6;
  return std::abs(energy_ev - planned_ev) < rounding_ev ? planned_ev : energy_ev;
}

}  // namespace

Assembler::Assembler(AssemblerConfig config, Tally& tally, Send send)
    : config_(std::move(config)),
      tally_(tally),
      send_(std::move(send)),
      plan_(config_.plan),
      slots_(planned_slots(plan_)),
      numbering_(config_.numbering) {
  if (config_.series_id.empty()) config_.series_id = random_uuid();
}

void Assembler::take(Result<ForeignEvent> event, Time now) {
  if (!event) return tally_.reject(event.error());
  if (auto* frame = std::get_if<ForeignFrame>(&*event)) {
    tally_.count("frames");
    if (config_.metadata == Metadata::none) return place(*frame, now);
    hold(std::move(*frame), now);
    return release(now);
  }
  if (config_.metadata != Metadata::none) return;
  if (const auto* start = std::get_if<ForeignStart>(&*event)) begin(*start);
  if (const auto* end = std::get_if<ForeignEnd>(&*event)) {
    close(*end);
    ended_ = scan_.has_value();
  }
}

/// The next frame is the first of a scan, whatever its number.
void Assembler::start_over() {
  close();
  scan_.reset();
  ended_ = false;
  scan_number_ = 0;
  strays_ = 0;
  numbering_.begin_again();
}

/// A scan of the source's own making: its numbers begin anew.
void Assembler::begin(const ForeignStart& start) {
  start_over();
  plan_ = config_.plan;
  if (!start.energies_ev.empty()) plan_.energies_ev = start.energies_ev;
  slots_ = planned_slots(plan_);
  facts_ = start.metadata;
  if (start.name.empty()) return;
  scan_name_ = start.name;
  facts_["source_scan"] = start.name;
}

void Assembler::place(const ForeignFrame& frame, Time now) {
  if (plan_.energies_ev.empty())
    return tally_.reject({"energies", where(frame), "", "a frame before any planned energy is known",
                          "--energies, or a source that says them when a scan begins"});
  if (config_.metadata == Metadata::none && frame.scan && frame.scan != scan_name_)
    begin({*frame.scan, {}, {}});
  if (ended_ && numbering_.is_newer(frame)) start_over();  // older ones were overtaken by the end
  auto position = numbering_.position(frame, slots_);
  if (position && began_again(*position)) {
    start_over();
    position = numbering_.position(frame, slots_);
  }
  if (!position) return tally_.reject(position.error());
  if (!*position)
    return tally_.reject({"number", where(frame), "number", std::to_string(frame.number),
                          "at least the first number that was given"});
  put(frame, **position, now);
}

/// Its first number once more, or a few old ones in a row.
bool Assembler::began_again(const std::optional<Position>& position) {
  if (!position) return true;
  const bool old = position->scan < scan_number_ ||
                   (scan_ && position->scan == scan_number_ && scan_->seen[position->place]);
  strays_ = old ? strays_ + 1 : 0;
  return old && (position->first || strays_ == strays_of_a_new_beginning);
}

void Assembler::put(const ForeignFrame& frame, const Position& position, Time now) {
  if (position.scan < scan_number_)
    return tally_.reject(
        {"late", where(frame), "number", std::to_string(frame.number), "one of the scan that is open"});
  if (position.scan > scan_number_) {
    close();
    scan_.reset();
    scan_number_ = position.scan;
  }
  if (!scan_ && !open(frame)) return;
  if (scan_->seen[position.place])
    return tally_.reject({"duplicate", where(frame), "number", std::to_string(frame.number), "a new number"});
  if (closing_) closing_->until = now + config_.metadata_wait;  // the bridge is behind, not the source
  scan_->seen[position.place] = true;
  ++scan_->placed;
  numbering_.took(frame);
  if (const auto slot = slot_of(frame, position.place))
    send_frame(frame, *slot, position.place);
  else
    tally_.reject(slot.error());
  if (scan_->placed == scan_->seen.size()) return close();
  if (scan_->seen.back() && !scan_->stragglers_until) scan_->stragglers_until = now + config_.straggler_wait;
}

void Assembler::send_frame(const ForeignFrame& frame, const Slot& slot, std::uint64_t place) {
  ++scan_->used[{slot.kind, slot.energy_index}];
  FrameHeader header;
  header.scan_id = scan_->start.scan_id;
  header.sequence = place;
  header.kind = slot.kind;
  header.energy_index = slot.energy_index;
  header.energy_set_ev = plan_.energies_ev[slot.energy_index];
  if (frame.energy_ev && !is_shared(plan_, slot.kind))
    header.energy_readback_ev = without_rounding(*frame.energy_ev, header.energy_set_ev);
  header.repeat = slot.repeat;
  header.shape = frame.shape;
  header.pixel_type = frame.pixel_type;
  header.exposure_s = frame.exposure_s;
  header.start_utc_ns = frame.start_utc_ns;
  header.i0 = frame.i0;
  send_(Frame{header, frame.pixels, 0});
  ++scan_->sent;
  tally_.count("sent");
}

Result<Slot> Assembler::slot_of(const ForeignFrame& frame, std::uint64_t place) const {
  if (frame.shape != scan_->start.shape || frame.pixel_type != scan_->start.pixel_type) {
    const auto text = [](Shape shape, PixelType type) {
      return fmt::format("{}x{} {}", shape.height, shape.width, name_of(type));
    };
    const bool other_shape = frame.shape != scan_->start.shape;
    return Error{other_shape ? "shape" : "dtype", where(frame), other_shape ? "shape" : "type",
                 text(frame.shape, frame.pixel_type),
                 text(scan_->start.shape, scan_->start.pixel_type) + " as the scan's first frame"};
  }
  const Slot planned = slots_[place];
  const FrameKind kind = frame.kind.value_or(planned.kind);
  if (frame.energy_ev && !is_shared(plan_, kind)) return slot_by_energy(kind, *frame.energy_ev, where(frame));
  if (kind != planned.kind)
    return Error{"kind", where(frame), "kind", std::string(name_of(kind)),
                 fmt::format("{} as planned for place {} (see --order)", name_of(planned.kind), place)};
  return planned;
}

/// The next repeat of this kind at the planned energy that is nearest.
Result<Slot> Assembler::slot_by_energy(FrameKind kind, double energy_ev, const std::string& frame) const {
  const auto index = energy_index(plan_.energies_ev, energy_ev, config_.energy_tolerance_ev);
  if (!index)
    return Error{"energy", frame, "energy", fmt::format("{} eV", energy_ev),
                 fmt::format("a planned energy within {} eV", config_.energy_tolerance_ev)};
  const auto used = scan_->used.find({kind, *index});
  const std::uint32_t repeat = used == scan_->used.end() ? 0 : used->second;
  const std::uint32_t planned = kind == FrameKind::dark   ? plan_.darks.repeats
                                : kind == FrameKind::flat ? plan_.flats.repeats
                                                          : plan_.sample_repeats;
  if (repeat >= planned || count_of(slots_, kind) == 0)
    return Error{"plan", frame, "energy", fmt::format("{} eV", energy_ev),
                 fmt::format("no further {} at this energy", name_of(kind))};
  return Slot{kind, *index, repeat};
}

/// False, and said, if the plan is none that the pipeline would take.
bool Assembler::open(const ForeignFrame& first) {
  ScanStart start;
  start.source = config_.source;
  start.series_id = config_.series_id;
  start.scan_id = random_uuid();
  start.scan_index = next_index_++;
  start.energies_ev = plan_.energies_ev;
  start.shape = first.shape;
  start.pixel_type = first.pixel_type;
  start.pixel_size_um = config_.pixel_size_um;
  start.edge = config_.edge;
  start.signal = config_.signal;
  start.darks = plan_.darks;
  start.flats = plan_.flats;
  start.sample_repeats = plan_.sample_repeats;
  start.start_utc_ns = first.start_utc_ns > 0 ? first.start_utc_ns : utc_now_ns();
  start.metadata = facts_;
  if (const auto taken = decode(encode(start)); !taken) {
    tally_.reject(taken.error());
    return false;
  }
  scan_.emplace();
  scan_->start = std::move(start);
  scan_->seen.assign(slots_.size(), false);
  send_(scan_->start);
  return true;
}

/// Without an `end` that the source stated, its last frame tells whether the scan was complete.
void Assembler::close(std::optional<ForeignEnd> stated) {
  if (!scan_ || !scan_->open) return;
  const auto last = std::find(scan_->seen.rbegin(), scan_->seen.rend(), true);
  const auto reached = static_cast<std::uint64_t>(scan_->seen.rend() - last);
  ForeignEnd end = stated.value_or(ForeignEnd{});
  if (end.status == ScanStatus::complete && reached < scan_->seen.size())
    end = {ScanStatus::aborted,
           fmt::format("the source ended it after frame {} of {}", reached, scan_->seen.size())};
  send_(ScanEnd{scan_->start.scan_id, reached, end.status, end.reason});
  scan_->open = false;
  ++scans_closed_;
  tally_.count(end.status == ScanStatus::complete ? "scans_complete" : "scans_aborted");
  tally_.count("missing", reached - scan_->sent);
  fmt::print("scan {} id {} sent {} missing {} {}\n", scan_->start.scan_index, scan_->start.scan_id,
             scan_->sent, reached - scan_->sent, name_of(end.status));
  std::fflush(stdout);
  if (!end.reason.empty()) say(fmt::format("scan {}: {}", scan_->start.scan_id, end.reason));
}

void Assembler::finish() {
  if (config_.metadata != Metadata::none)
    for (const Held& held : held_)
      tally_.reject({"metadata", where(held.frame), "", "without its metadata when the bridge stopped",
                     "a document that says what it is"});
  held_.clear();
  close(closing_ ? std::optional(closing_->end) : std::nullopt);
}

}  // namespace phasecast::bridge
