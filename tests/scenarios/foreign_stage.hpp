#pragma once

#include <map>
#include <string>
#include <vector>

#include "messages/phase_map.hpp"
#include "tests/scenarios/live.hpp"

namespace phasecast::test {

using Words = std::vector<std::string>;

inline Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// One simulated scan as a recording, what our own protocol makes of it, and senders in python that speak
/// other protocols (tests/scenarios/foreign).
class ForeignStage {
 public:
  ForeignStage();

  /// What came of a scan that went through a bridge into a pipeline.
  struct Outcome {
    PhaseMap map;                               ///< final
    std::map<std::string, std::string> bridge;  ///< its counts
    std::map<std::string, std::string> pipeline;
    std::string said;  ///< by the bridge, on stderr
  };
  /// `send`: arguments of send.py after the file, with {foreign} for where the bridge takes frames; `bridge`:
  /// of `phasecast bridge` beside --to and --scans. Both with {metadata} for where documents are published,
  /// {folder} for a folder of this run.
  Outcome bridged(const std::string& protocol, Words send, Words bridge, int scans = 1);

  /// Of `phasecast replay`, made once.
  const PhaseMap& replayed();
  std::vector<double> energies() const { return scan_.start().energies_ev; }
  std::string energies_file() const { return (folder_ / "energies.txt").string(); }
  /// --energies, --darks and --flats of the scan.
  Words plan() const;
  const TemporaryFolder& folder() const { return folder_; }
  std::uint64_t frames() const { return scan_.frame_count(); }

 private:
  static Words filled(Words arguments, const TemporaryFolder& folder, const std::string& foreign = "");
  Words pipeline_options() const;

  TemporaryFolder folder_;
  SmallSeries series_{folder_};
  SimulatedScan scan_ = series_.scan(0);
  std::optional<PhaseMap> replayed_;
};

/// Every number of every layer, bit for bit.
bool same_bits(const PhaseMap& a, const PhaseMap& b);

}  // namespace phasecast::test
