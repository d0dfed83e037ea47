#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "messages/wire/codec.hpp"
#include "tests/torture/random_scan.hpp"

namespace phasecast::torture {

/// The way from a source to the pipeline on a bad day: what is lost, doubled, disordered, delayed beyond the
/// scan's end, changed on the way, or was never meant for this socket.
class FaultyWire {
 public:
  /// `timed`: scans also close on silence, so nothing is sent whose meaning depends on when that happens.
  FaultyWire(Random& random, bool timed) : random_(random), timed_(timed) {}

  /// The messages of a scan as they arrive, with what was delayed before, and perhaps with those of an
  /// `intruder` in between.
  std::vector<Parts> carry(const RandomScan& scan, const RandomScan* intruder);

 private:
  struct Mood;
  using Arrivals = std::vector<std::pair<double, Parts>>;  // place, message

  Mood random_mood();
  double somewhere(double frames);
  void add_start(const RandomScan& scan, Arrivals& arrivals);
  void add_frames(const RandomScan& scan, const Mood& mood, Arrivals& arrivals);
  void add_end(const RandomScan& scan, const Mood& mood, Arrivals& arrivals);
  void add_strays(double frames, Arrivals& arrivals);

  Random& random_;
  bool timed_;
  std::deque<std::pair<std::size_t, Parts>> delayed_;  // scans to go
};

}  // namespace phasecast::torture
