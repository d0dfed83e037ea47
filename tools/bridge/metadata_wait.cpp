#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "tools/bridge/assembler.hpp"

/// The part of the assembler that waits: frames for what the metadata say about them, and
/// the end of a scan for its frames.
namespace phasecast::bridge {
namespace {

constexpr std::size_t most_held = 64;
constexpr std::chrono::seconds start_is_late_by{1};

}  // namespace

bool Assembler::wants_frames() const {
  return !announced_ || held_.size() < most_held;
}

/// Frames of no scan, a live view's, must not keep out those of the next.
void Assembler::hold(ForeignFrame frame, Time now) {
  if (!announced_ && held_.size() == most_held) {
    reject_waiting(held_.front().frame, "in no scan that a start document opened");
    held_.pop_front();
  }
  held_.push_back({std::move(frame), now});
}

/// A run's first exposure follows its start document, which may be a little longer on its way.
void Assembler::drop_older_than(Time start) {
  for (; !held_.empty() && held_.front().since + start_is_late_by < start; held_.pop_front())
    reject_waiting(held_.front().frame, "from before the start document");
}

Assembler::Time Assembler::waits_until(const Held& held) const {
  return std::max(held.since, last_document_) + config_.metadata_wait;
}

void Assembler::take_metadata(Result<ForeignEvent> event, Time now) {
  if (!event) return tally_.reject(event.error());
  tally_.count("documents");
  last_document_ = now;
  if (closing_)
    later_.push_back({std::move(*event), now});
  else
    apply({std::move(*event), now});
  release(now);
}

void Assembler::apply(const Document& document) {
  const auto& [event, came] = document;
  if (const auto* start = std::get_if<ForeignStart>(&event)) {
    if (announced_) {
      closing_ = {{ScanStatus::aborted, "the next scan began without its stop"},
                  came + config_.metadata_wait};
      later_.push_front(document);
      return;
    }
    drop_older_than(came);
    begin(*start);
    shots_.clear();
    shots_known_ = 0;
    announced_ = true;
  } else if (const auto* shot = std::get_if<Shot>(&event)) {
    shots_[config_.metadata == Metadata::numbered ? shot->number.value_or(0) : shot->place] = *shot;
    shots_known_ = std::max(shots_known_, shot->place + 1);
  } else if (const auto* end = std::get_if<ForeignEnd>(&event)) {
    if (announced_) closing_ = {*end, came + config_.metadata_wait};
  }
}

std::optional<Assembler::Time> Assembler::deadline() const {
  constexpr Time never = Time::max();
  const Time earliest =
      std::min({closing_ ? closing_->until : never, held_.empty() ? never : waits_until(held_.front()),
                scan_ && scan_->open ? scan_->stragglers_until.value_or(never) : never});
  return earliest == never ? std::nullopt : std::optional(earliest);
}

void Assembler::on_time(Time now) {
  if (config_.metadata != Metadata::none) release(now);
  if (scan_ && scan_->open && scan_->stragglers_until && now >= *scan_->stragglers_until) close();
}

/// Frames in their order as far as they can go; then the scan's end, and what came after it.
void Assembler::release(Time now) {
  while (true) {
    while (!held_.empty() && release_one(held_.front(), now)) held_.pop_front();
    if (!closing_) return;
    const bool all = scan_ && (!scan_->open || (config_.metadata != Metadata::boundaries &&
                                                shots_known_ > 0 && scan_->placed >= shots_known_));
    if (!all && now < closing_->until) return;
    close(closing_->end);
    scan_.reset();
    announced_ = false;
    closing_.reset();
    while (!later_.empty() && !closing_) {
      const Document document = std::move(later_.front());
      later_.pop_front();
      apply(document);
    }
  }
}

/// True if nothing more is to wait for: the frame was put in its place, or rejected.
bool Assembler::release_one(Held& held, Time now) {
  ForeignFrame& frame = held.frame;
  const bool waited = now >= waits_until(held);
  if (!announced_) return waited && reject_waiting(frame, "in no scan that a start document opened");
  if (config_.metadata == Metadata::numbered) return release_numbered(held, now);
  const auto position = plan_.energies_ev.empty() ? Result<std::optional<Position>>(Error{})
                                                  : numbering_.position(frame, slots_);
  if (!position) {
    place(frame, now);  // which says what is wrong
    return true;
  }
  if (!*position || belongs_to_next(**position))
    return waited && reject_waiting(frame, "beyond the scan that is open");
  if (config_.metadata == Metadata::shots) {
    const auto shot = shots_.find((*position)->place);
    if (shot == shots_.end()) {
      const bool lost = closing_ || shots_known_ > (*position)->place;
      return (lost || waited) && reject_waiting(frame, "without its event document");
    }
    if (!says_what_it_is(frame, shot->second)) return true;
  }
  place(frame, now);
  return true;
}

/// An exposure that no event is about is no frame of the scan: it takes no place.
bool Assembler::release_numbered(Held& held, Time now) {
  ForeignFrame& frame = held.frame;
  const bool waited = now >= waits_until(held);
  if (plan_.energies_ev.empty()) {
    place(frame, now);  // which says what is wrong
    return true;
  }
  const auto shot = shots_.find(frame.number);
  if (shot == shots_.end()) {
    const bool passed = !shots_.empty() && shots_.rbegin()->first > frame.number;
    return (passed || closing_ || waited) && reject_waiting(frame, "without its event document");
  }
  if (shot->second.place >= slots_.size())
    return reject_waiting(
        frame, fmt::format("event {} of the run, {} are planned", shot->second.place + 1, slots_.size()));
  if (says_what_it_is(frame, shot->second)) put(frame, {scan_number_, shot->second.place, false}, now);
  return true;
}

bool Assembler::reject_waiting(const ForeignFrame& frame, const std::string& value) {
  tally_.reject({"metadata", where(frame), "", value, "a document that says what it is"});
  return true;
}

/// False, and said, if the shot does not tell.
bool Assembler::says_what_it_is(ForeignFrame& frame, const Shot& shot) {
  frame.kind = shot.kind;
  frame.energy_ev = shot.energy_ev;
  if (frame.energy_ev || is_shared(plan_, shot.kind)) return true;
  reject_waiting(frame, "with an event document that has no energy");
  return false;
}

bool Assembler::belongs_to_next(const Position& position) const {
  return position.scan > scan_number_ || (scan_ && (!scan_->open || scan_->seen[position.place]));
}

}  // namespace phasecast::bridge
