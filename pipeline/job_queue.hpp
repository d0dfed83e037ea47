#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
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
/// gather, and the energies among them are then ingested together.
class JobQueue {
 public:
  void put(Job job) {
    std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }

  void put(QuestionJob question) {
    std::lock_guard lock(mutex_);
    questions_.push_back(std::move(question));
  }

  /// The next question, else the next opening or closing, or the energies before it, at most so many; no
  /// energies when nothing waits.
  Work take(std::size_t most_energies) {
    std::lock_guard lock(mutex_);
    if (!questions_.empty()) {
      QuestionJob question = std::move(questions_.front());
      questions_.pop_front();
      return question;
    }
    if (const auto opened = pop<OpenJob>()) return *opened;
    if (const auto closed = pop<CloseJob>()) return *closed;
    std::vector<EnergyJob> energies;
    while (energies.size() < most_energies) {
      auto energy = pop<EnergyJob>();
      if (!energy) break;
      energies.push_back(*std::move(energy));
    }
    return energies;
  }

 private:
  template <class Kind>
  std::optional<Kind> pop() {
    if (jobs_.empty() || !std::holds_alternative<Kind>(jobs_.front())) return std::nullopt;
    std::optional<Kind> job = std::get<Kind>(std::move(jobs_.front()));
    jobs_.pop_front();
    return job;
  }

  std::mutex mutex_;
  std::deque<Job> jobs_;
  std::deque<QuestionJob> questions_;
};

}  // namespace phasecast
