#include <algorithm>

#include "tools/bridge/assembler.hpp"

/// The part of the assembler that waits: frames for what the metadata say about them, and
/// the end of a scan for its frames.
namespace phasecast::bridge {
namespace {

constexpr std::size_t most_held = 64;

}  // namespace

bool Assembler::wants_frames() const {
  return held_.size() < most_held;
}

void Assembler::take_metadata(Result<ForeignEvent> event, Time now) {
  if (!event) return tally_.reject(event.error());
  tally_.count("documents");
  if (closing_)
    later_.push_back(std::move(*event));
  else
    apply(*event, now);
  release(now);
}

void Assembler::apply(const ForeignEvent& event, Time now) {
  if (const auto* start = std::get_if<ForeignStart>(&event)) {
    if (announced_) {
      closing_ = {{ScanStatus::aborted, "the next scan began without its stop"}, now + config_.metadata_wait};
      later_.push_front(event);
      return;
    }
    begin(*start);
    shots_.clear();
    shots_known_ = 0;
    announced_ = true;
  } else if (const auto* shot = std::get_if<Shot>(&event)) {
    shots_[shot->place] = *shot;
    shots_known_ = std::max(shots_known_, shot->place + 1);
  } else if (const auto* end = std::get_if<ForeignEnd>(&event)) {
    if (announced_) closing_ = {*end, now + config_.metadata_wait};
  }
}

std::optional<Assembler::Time> Assembler::deadline() const {
  constexpr Time never = Time::max();
  const Time earliest = std::min({closing_ ? closing_->until : never,
                                  held_.empty() ? never : held_.front().since + config_.metadata_wait,
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
    const bool all = scan_ && (!scan_->open || (config_.metadata == Metadata::shots && shots_known_ > 0 &&
                                                scan_->placed >= shots_known_));
    if (!all && now < closing_->until) return;
    close(closing_->end);
    scan_.reset();
    announced_ = false;
    closing_.reset();
    while (!later_.empty() && !closing_) {
      const ForeignEvent event = std::move(later_.front());
      later_.pop_front();
      apply(event, now);
    }
  }
}

/// True if nothing more is to wait for: the frame was put in its place, or rejected.
bool Assembler::release_one(Held& held, Time now) {
  ForeignFrame& frame = held.frame;
  const bool waited = now >= held.since + config_.metadata_wait;
  const auto reject = [&](const std::string& value) {
    tally_.reject({"metadata", where(frame), "", value, "a document that says what it is"});
    return true;
  };
  if (!announced_) return waited && reject("in no scan that a start document opened");
  const auto position = plan_.energies_ev.empty() ? Result<std::optional<Position>>(Error{})
                                                  : numbering_.position(frame, slots_);
  if (!position) {
    place(frame, now);  // which says what is wrong
    return true;
  }
  if (!*position || belongs_to_next(**position)) return waited && reject("beyond the scan that is open");
  if (config_.metadata == Metadata::shots) {
    const auto shot = shots_.find((*position)->place);
    if (shot == shots_.end()) {
      const bool lost = closing_ || shots_known_ > (*position)->place;
      return (lost || waited) && reject("without its event document");
    }
    frame.kind = shot->second.kind;
    frame.energy_ev = shot->second.energy_ev;
    if (!frame.energy_ev && !is_shared(plan_, *frame.kind))
      return reject("with an event document that has no energy");
  }
  place(frame, now);
  return true;
}

bool Assembler::belongs_to_next(const Position& position) const {
  return position.scan > scan_number_ || (scan_ && (!scan_->open || scan_->seen[position.place]));
}

}  // namespace phasecast::bridge
