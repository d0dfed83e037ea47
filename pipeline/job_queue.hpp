#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "pipeline/pairing.hpp"

namespace phasecast {

/// A question about the data in memory, answered between two sweeps.
struct QuestionJob {
  std::function<void()> answer;
};

/// What ingest does at once: a question, a scan's opening or closing, or some energies of one scan.
using Work = std::variant<QuestionJob, OpenJob, std::vector<EnergyJob>, CloseJob>;

/// Jobs between pairing and ingest, in order; questions do not wait behind them. While ingest works they
/// gather, and the energies among them are then ingested together. One step of ingest is asked for at a time,
/// however much there is to do: steps asked for with every job would pile up while the source is faster.
class JobQueue {
 public:
  /// As many as are ready whatever else goes on: 16 ms of them at 500 a second.
  static constexpr std::size_t gathered_energies = 8;

  void put(Job job) {
    std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }

  void put(QuestionJob question) {
    std::lock_guard lock(mutex_);
    questions_.push_back(std::move(question));
  }

  /// Whether a step is to be put into the graph: none is on its way that has not looked in here yet.
  bool needs_step() {
    std::lock_guard lock(mutex_);
    return !std::exchange(step_on_its_way_, true);
  }

  /// Whether there is something to take.
  bool ready() const {
    std::lock_guard lock(mutex_);
    return !questions_.empty() || (!jobs_.empty() && !gathering());
  }

  /// Between the two, energies gather: until so many wait, or what follows them is there too, none is ready.
  /// A sweep of many takes less of the processor than sweeps of each, just when a whole scan's map is made.
  void begin_gathering() {
    std::lock_guard lock(mutex_);
    ++maps_made_;
  }
  void end_gathering() {
    std::lock_guard lock(mutex_);
    --maps_made_;
  }

  /// The next question, else the next opening or closing, or the energies before it, at most so many; no
  /// energies when nothing is ready.
  Work take(std::size_t most_energies) {
    std::lock_guard lock(mutex_);
    step_on_its_way_ = false;
    if (!questions_.empty()) {
      QuestionJob question = std::move(questions_.front());
      questions_.pop_front();
      return question;
    }
    if (const auto opened = pop<OpenJob>()) return *opened;
    if (const auto closed = pop<CloseJob>()) return *closed;
    std::vector<EnergyJob> energies;
    if (gathering()) return energies;
    while (energies.size() < most_energies) {
      auto energy = pop<EnergyJob>();
      if (!energy) break;
      energies.push_back(*std::move(energy));
    }
    return energies;
  }

 private:
  bool gathering() const {
    if (maps_made_ == 0 || jobs_.size() >= gathered_energies) return false;
    return std::ranges::all_of(jobs_, [](const Job& job) { return std::holds_alternative<EnergyJob>(job); });
  }

  template <class Kind>
  std::optional<Kind> pop() {
    if (jobs_.empty() || !std::holds_alternative<Kind>(jobs_.front())) return std::nullopt;
    std::optional<Kind> job = std::get<Kind>(std::move(jobs_.front()));
    jobs_.pop_front();
    return job;
  }

  mutable std::mutex mutex_;
  std::deque<Job> jobs_;
  std::deque<QuestionJob> questions_;
  bool step_on_its_way_ = false;
  int maps_made_ = 0;  // of whole scans, at this moment
};

}  // namespace phasecast
