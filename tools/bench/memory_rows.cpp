#include <spdlog/fmt/fmt.h>
#include <tbb/parallel_for.h>

#include <cstring>

#include "tools/bench/bench.hpp"
#include "tools/bench/copies.hpp"
#include "tools/bench/timing.hpp"

namespace phasecast {
namespace {

constexpr std::size_t share = std::size_t{1} << 18;  // of a thread at a time, in elements

template <class Body>
void for_shares(std::size_t size, const Body& body) {
  tbb::parallel_for(
      tbb::blocked_range<std::size_t>(0, size, share),
      [&](const auto& range) { body(range.begin(), range.size()); }, tbb::static_partitioner());
}

}  // namespace

void copy_memory(std::span<const std::byte> from, std::span<std::byte> to) {
  for_shares(from.size(), [&](std::size_t begin, std::size_t count) {
    std::memcpy(to.data() + begin, from.data() + begin, count);
  });
}

void triad(std::span<float> a, std::span<const float> b, std::span<const float> c) {
  for_shares(a.size(), [&](std::size_t begin, std::size_t count) {
    for (std::size_t i = begin; i < begin + count; ++i) a[i] = b[i] + 3.F * c[i];
  });
}

std::vector<BenchRow> memory_rows(const BenchSettings& settings) {
  const std::size_t size = settings.quick ? std::size_t{1} << 20 : std::size_t{1} << 26;  // 256 MiB of floats
  std::vector<float> a(size, 1), b(size, 2), c(size, 3);
  const auto copied = [&] { copy_memory(std::as_bytes(std::span(b)), std::as_writable_bytes(std::span(a))); };
  const auto added = [&] { triad(a, b, c); };
  const auto bytes = static_cast<double>(size * sizeof(float));
  struct Rates {
    double copy, triad;
  };
  const auto rates = [&](int threads) {
    const ThreadLimit limit(threads);
    const Seconds s = least_seconds_of_both(settings.repetitions(7), copied, added);
    return Rates{2 * bytes / s.ours / 1e9, 3 * bytes / s.reference / 1e9};
  };
  const Rates one = rates(1), all = rates(settings.threads);
  const std::string threads = fmt::format("{} threads", settings.threads);
  return {
      {"memcpy, 1 thread, read + written", "GB/s", one.copy, one.triad, "triad, 1 thread", true},
      {"memcpy, " + threads, "GB/s", all.copy, one.copy, "memcpy, 1 thread", true},
      {"triad a = b + 3c, 1 thread", "GB/s", one.triad, one.copy, "memcpy, 1 thread", true},
      {"triad, " + threads, "GB/s", all.triad, one.triad, "triad, 1 thread", true},
  };
}

}  // namespace phasecast
