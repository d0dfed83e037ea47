#include "tests/torture/faulty_wire.hpp"

#include <algorithm>

#include "tests/torture/corruption.hpp"

namespace phasecast::torture {

struct FaultyWire::Mood {
  double loss, duplicate, corrupt, delay;
  double disorder;  // places
  bool restarts;    // the source dies in mid-scan and begins anew
};

FaultyWire::Mood FaultyWire::random_mood() {
  const auto one_of = [&](std::initializer_list<double> values) {
    return values.begin()[random_.below(values.size())];
  };
  Mood mood{};
  mood.loss = one_of({0, 0, 0, 0.02, 0.2});
  mood.duplicate = one_of({0, 0, 0.05, 0.5});
  mood.corrupt = one_of({0, 0, 0.03, 0.3});
  mood.delay = one_of({0, 0, 0, 0.05});
  mood.disorder = one_of({0, 0, 4, 40});
  mood.restarts = chance(random_, 0.05);
  return mood;
}

double FaultyWire::somewhere(double frames) {
  return random_.uniform(0, frames + 1);
}

void FaultyWire::add_start(const RandomScan& scan, Arrivals& arrivals) {
  const auto frames = static_cast<double>(scan.frames.size());
  if (timed_) return arrivals.emplace_back(-1, encode(scan.start)), void();
  if (!chance(random_, 0.02)) arrivals.emplace_back(-1, encode(scan.start));
  if (chance(random_, 0.1)) arrivals.emplace_back(somewhere(frames), encode(scan.start));
  if (chance(random_, 0.05)) arrivals.emplace_back(somewhere(frames), corrupted_start(random_, scan.start));
}

void FaultyWire::add_frames(const RandomScan& scan, const Mood& mood, Arrivals& arrivals) {
  for (const Frame& frame : scan.frames) {
    const double place = static_cast<double>(frame.header.sequence) + random_.uniform(0, mood.disorder);
    if (chance(random_, mood.corrupt)) {
      arrivals.emplace_back(place, corrupted_frame(random_, frame));
      if (chance(random_, 0.5)) continue;  // lost; else it was sent again
    }
    if (chance(random_, mood.loss)) continue;
    if (chance(random_, mood.delay))
      delayed_.emplace_back(1 + random_.below(12), encode(frame));  // some beyond all memory
    else
      arrivals.emplace_back(place, encode(frame));
    if (chance(random_, mood.duplicate))
      arrivals.emplace_back(place + random_.uniform(0, mood.disorder + 3), encode(frame));
  }
}

void FaultyWire::add_end(const RandomScan& scan, const Mood& mood, Arrivals& arrivals) {
  const auto frames = static_cast<double>(scan.frames.size());
  const double after_all = frames + mood.disorder + 4;
  const double place = chance(random_, 0.1) ? somewhere(frames) : after_all;
  ScanEnd end = scan.end();
  if (!timed_ && chance(random_, 0.1)) {  // the operator stops it; frames behind are still on their way
    end.status = ScanStatus::aborted;
    end.reason = "beam lost";
    end.frames_sent = random_.below(scan.frames.size() + 1);
  }
  if (!timed_ && chance(random_, 0.03)) {
    ScanEnd overlong = end;
    overlong.frames_sent += scan.frames.size() + 1;
    arrivals.emplace_back(somewhere(frames), encode(overlong));
  }
  if (!timed_ && chance(random_, 0.02)) arrivals.emplace_back(somewhere(frames), corrupted_end(random_, end));
  if (!chance(random_, 0.1)) arrivals.emplace_back(place, encode(end));
}

/// Messages of no scan at all.
void FaultyWire::add_strays(double frames, Arrivals& arrivals) {
  while (chance(random_, 0.3)) arrivals.emplace_back(somewhere(frames), stray_message(random_));
}

std::vector<Parts> FaultyWire::carry(const RandomScan& scan, const RandomScan* intruder) {
  const Mood mood = random_mood();
  const auto frames = static_cast<double>(scan.frames.size());
  Arrivals arrivals;
  add_start(scan, arrivals);
  if (mood.restarts && !timed_) {
    Arrivals first_try;
    add_frames(scan, mood, first_try);
    first_try.resize(random_.below(first_try.size() + 1));
    for (auto& [place, parts] : first_try) arrivals.emplace_back(place - 2 * frames, std::move(parts));
    arrivals.emplace_back(-2 * frames - 1, encode(scan.start));
  }
  add_frames(scan, mood, arrivals);
  add_end(scan, mood, arrivals);
  add_strays(frames, arrivals);
  if (intruder) {
    arrivals.emplace_back(somewhere(frames), encode(intruder->start));
    for (const Frame& frame : intruder->frames) arrivals.emplace_back(somewhere(frames), encode(frame));
    arrivals.emplace_back(somewhere(frames), encode(intruder->end()));
  }
  for (std::size_t n = delayed_.size(); n > 0; --n) {
    auto [scans_to_go, parts] = std::move(delayed_.front());
    delayed_.pop_front();
    if (scans_to_go == 0)
      arrivals.emplace_back(somewhere(frames), std::move(parts));
    else
      delayed_.emplace_back(scans_to_go - 1, std::move(parts));
  }
  std::stable_sort(arrivals.begin(), arrivals.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Parts> messages;
  for (auto& [place, parts] : arrivals) messages.push_back(std::move(parts));
  return messages;
}

}  // namespace phasecast::torture
