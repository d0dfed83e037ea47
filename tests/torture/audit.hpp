#pragma once

#include "tests/torture/books.hpp"
#include "tests/torture/findings.hpp"
#include "tests/torture/recorded.hpp"

namespace phasecast::torture {

/// What the books cannot know when scans also close by the clock: which frames were late, in which order
/// frames were recorded, how a scan ended.
enum class Clock { none, decides };

/// What must hold between a stopped pipeline's counters, whatever was sent.
void audit_balance(const Status& status, Findings& findings);
/// The counters against the books.
void audit_counters(const Status& status, const Books& books, Clock clock, Findings& findings);
/// A recording against the books: each frame once, bit for bit.
void audit_recording(const RecordedScan& recorded, const ExpectedScan& scan, Clock clock, Findings& findings);

}  // namespace phasecast::torture
