#include <catch2/catch.hpp>
#include <numeric>
#include <random>

#include "pipeline/receipts.hpp"

using namespace phasecast;

TEST_CASE("a receipt lists what was recorded in runs with gaps between them, whatever the order") {
  std::mt19937 random(GENERATE(1, 2, 3, 4, 5, 6));
  std::vector<std::uint64_t> sequences(60);
  std::iota(sequences.begin(), sequences.end(), 0u);
  std::shuffle(sequences.begin(), sequences.end(), random);
  std::vector<bool> recorded(sequences.size() + 1);
  Receipts receipts;
  for (const std::uint64_t sequence : sequences) {
    receipts.add("a", sequence);
    receipts.add("a", sequence);  // twice is once
    recorded[sequence] = true;
    std::vector<SequenceRun> runs;
    for (std::uint64_t k = 0; k < recorded.size(); ++k) {
      if (!recorded[k]) continue;
      if (k > 0 && recorded[k - 1])
        ++runs.back().count;
      else
        runs.push_back({k, 1});
    }
    REQUIRE(receipts.of("a")->recorded == runs);
  }
  CHECK_FALSE(receipts.of("a")->closed);
  receipts.close("a");
  CHECK(receipts.of("a")->closed);
}

TEST_CASE("the receipts of the last sixteen scans are kept") {
  Receipts receipts;
  for (int k = 0; k < 18; ++k) receipts.add(std::to_string(k), 0);
  CHECK_FALSE(receipts.of("1"));
  CHECK(receipts.of("2"));
  CHECK(receipts.of("17"));
}
