#include "pipeline/ledger.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

using namespace phasecast;
using namespace std::chrono_literals;

namespace {

/// What is logged while it lives.
class Log {
 public:
  Log() {
    spdlog::set_default_logger(
        std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::ostream_sink_st>(text_)));
  }
  ~Log() { spdlog::set_default_logger(before_); }
  auto lines() const { return std::ranges::count(text_.str(), '\n'); }
  bool tells(const std::string& words) const { return text_.str().find(words) != std::string::npos; }

 private:
  std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
  std::ostringstream text_;
};

}  // namespace

TEST_CASE("a flood of rejections is counted in full and told in twenty lines a minute for each cause") {
  Log log;
  Ledger ledger;
  const auto begin = std::chrono::steady_clock::now();
  const Error crc{"crc", "frame 7", "payload_crc32c", "1", "2"},
      shape{"shape", "frame 8", "shape", "2x2", "3x3"};
  for (int k = 0; k < 1000; ++k) ledger.reject(crc, begin + k * 1ms);
  CHECK(log.lines() == 21);
  CHECK(log.tells("more of [crc] within this minute are counted only"));

  ledger.reject(shape, begin + 2s);
  CHECK(log.lines() == 22);
  CHECK(log.tells(shape.text()));

  ledger.reject(crc, begin + 61s);
  CHECK(log.lines() == 24);
  CHECK(log.tells("980 more were rejected as [crc]"));

  const auto rejected = ledger.snapshot().counters.rejected;
  CHECK(rejected.at("crc") == 1001);
  CHECK(rejected.at("shape") == 1);
}
