#pragma once

#include <string>
#include <vector>

#include "tools/bench/bench.hpp"

namespace phasecast {

struct BenchTable {
  std::string machine;  ///< what the numbers were made with
  struct Line {
    std::string group, statistic;
    BenchRow row;
  };
  std::vector<Line> lines;
};

std::string header_text();
std::string text_of(const BenchRow& row);
std::string csv(const BenchTable& table);
std::string json(const BenchTable& table);

}  // namespace phasecast
