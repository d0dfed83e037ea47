#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "messages/result.hpp"

namespace phasecast::bridge {

/// What came of what the source sent: nothing is dropped without a count and a word on stderr.
class Tally {
 public:
  void count(const std::string& name, std::uint64_t n = 1) { counts_[name] += n; }
  /// Counts "rejected_CAUSE", and says why: the first few times of each cause, then every thousandth.
  void reject(const Error& error);
  std::uint64_t of(const std::string& name) const;
  /// One line for each count: "sent 34".
  std::string text() const;

 private:
  std::map<std::string, std::uint64_t> counts_;
};

/// A stranger's text as it may be shown and sent on: printable ASCII, at most 256 letters; ? for the rest.
std::string printable(std::string text);

/// To stderr: what had to be assumed, or happened.
void say(const std::string& line);

}  // namespace phasecast::bridge
