#include "stages/ingest.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

#include "stages/median.hpp"
#include "stages/noise_sample.hpp"
#include "stages/parallel.hpp"

namespace phasecast {

namespace {

// Columns of a strip times energies of a batch: the windows, four rows each, are 270 kB. The wider, the
// longer are the pieces of the sums that lie together.
constexpr std::size_t most_columns_and_energies = 1024 * 16;
constexpr std::size_t most_columns = 4096;
constexpr int tile_rows = 64;
constexpr std::size_t piece = 512;  // pixels between requests to the memory
// To know whether a neighbor is a spike, its neighbors are needed.
constexpr int despike_reach = 2;

struct Tiling {
  Tiling(Shape of, std::size_t energies)
      : shape(of),
        columns(strip(static_cast<int>(std::min(most_columns, most_columns_and_energies / energies)))),
        across(divide_up(shape.width, columns)),
        count(static_cast<std::size_t>(across) *
              static_cast<std::size_t>(divide_up(shape.height, tile_rows))) {}
  static int divide_up(int a, int b) { return (a + b - 1) / b; }
  /// Strips of equal width, at most so wide.
  int strip(int most) const {
    return divide_up(divide_up(shape.width, divide_up(shape.width, most)), 64) * 64;
  }

  Shape shape;
  int columns, across;
  std::size_t count;
};

void require_pixels(const RawPixels& pixels, Shape shape, const char* what, bool optional) {
  const std::size_t needed = shape.pixels() * bytes_per_pixel(pixels.type);
  if (pixels.bytes.size() != needed && !(optional && pixels.empty()))
    throw std::invalid_argument(std::string(what) + " frame has " + std::to_string(pixels.bytes.size()) +
                                " bytes, not " + std::to_string(needed));
}

void require_batch(std::span<const IngestEnergy> batch, const Moments& sums) {
  if (batch.size() > Ingest::most_energies)
    throw std::invalid_argument("a batch of " + std::to_string(batch.size()) + " energies, more than " +
                                std::to_string(Ingest::most_energies));
  for (const IngestEnergy& energy : batch) {
    require_pixels(energy.frame.sample, sums.shape(), "sample", false);
    require_pixels(energy.frame.flat, sums.shape(), "flat", true);
    require_pixels(energy.frame.dark, sums.shape(), "dark", true);
    if (!energy.keep.empty() && energy.keep.size() != sums.shape().pixels())
      throw std::invalid_argument("room to keep " + std::to_string(energy.keep.size()) + " pixels, not " +
                                  std::to_string(sums.shape().pixels()));
    if (energy.sample.absorbance.size() != energy.sample.places.size())
      throw std::invalid_argument("room for " + std::to_string(energy.sample.absorbance.size()) + " of " +
                                  std::to_string(energy.sample.places.size()) + " sampled pixels");
    if (!sums.dictionary().covers(energy.energy_ev))
      throw std::invalid_argument("the references do not cover " + std::to_string(energy.energy_ev) + " eV");
  }
}

/// Asks for raw pixels ahead of time: a strip's rows are too short for the CPU to see what comes next.
void prefetch(const RawPixels& pixels, std::size_t first, std::size_t count) {
  if (pixels.empty()) return;
  constexpr std::size_t cache_line = 64;
  const std::size_t size = bytes_per_pixel(pixels.type);
  const std::byte* const end = pixels.bytes.data() + (first + count) * size;
  for (const std::byte* line = pixels.bytes.data() + first * size; line < end; line += cache_line)
    __builtin_prefetch(line);
}

/// Row y of the frame, with the columns around the strip that exist.
void fill_row(const RawFrame& frame, Shape shape, int y, int left, int right, RowWindow& window) {
  if (y < 0 || y >= shape.height) return window.clear(y);
  window.clear_around(y, static_cast<std::size_t>(right - left));
  const auto width = static_cast<std::size_t>(shape.width);
  const int from = std::max(left - despike_reach, 0), to = std::min(right + despike_reach, shape.width);
  const std::size_t first = static_cast<std::size_t>(y) * width + static_cast<std::size_t>(from);
  const std::span<float> row(window.row(y) + (from - left), static_cast<std::size_t>(to - from));
  for (std::size_t done = 0; done < row.size(); done += piece) {
    const std::size_t count = std::min(piece, row.size() - done);
    if (y + 1 < shape.height)
      for (const RawPixels* pixels : {&frame.sample, &frame.flat})
        prefetch(*pixels, first + width + done, count);
    to_absorbance(frame, first + done, row.subspan(done, count));
  }
}

}  // namespace

/// As `despike` has it: threshold · frame_noise.
float Ingest::spike_margin(Shape shape, const RawFrame& frame) {
  const NoiseSample sample(shape);
  const auto width = static_cast<std::size_t>(shape.width);
  std::vector<float>& differences = samples_.local();
  differences.clear();
  std::array<float, NoiseSample::run + 1> run;
  for (std::size_t k = 0; k < sample.runs; ++k) {
    const std::size_t first = sample.first(k), count = sample.count(k);
    if (count == 0) continue;
    to_absorbance(frame, first, std::span(run).first(count + 1));
    for (std::size_t i = 0; i < count; ++i) {
      const float difference = std::abs(run[i + 1] - run[i]);
      if ((first + i + 1) % width != 0 && std::isfinite(difference)) differences.push_back(difference);
    }
  }
  const double noise = sd_per_median_difference * median_of(std::span(differences));
  return static_cast<float>(config_.threshold * noise);
}

std::span<const Ingested> Ingest::add(std::span<const IngestEnergy> batch, Moments& sums) {
  require_batch(batch, sums);
  if (batch.empty()) return {};
  const Shape shape = sums.shape();
  const Tiling tiling(shape, batch.size());
  std::array<double, most_energies> energies_ev;
  std::transform(batch.begin(), batch.end(), energies_ev.begin(), [](const auto& e) { return e.energy_ev; });
  margins_.resize(batch.size());
  found_.assign(tiling.count * batch.size(), {});
  const auto update = sums.begin_batch({energies_ev.data(), batch.size()});

  tbb::this_task_arena::isolate([&] {
    if (config_.enabled)
      tbb::parallel_for(std::size_t{0}, batch.size(),
                        [&](std::size_t e) { margins_[e] = spike_margin(shape, batch[e].frame); });
    tbb::parallel_for(std::size_t{0}, tiling.count, [&](std::size_t k) {
      const int y = static_cast<int>(k) / tiling.across * tile_rows,
                x = static_cast<int>(k) % tiling.across * tiling.columns;
      sweep({y, std::min(y + tile_rows, shape.height), x, std::min(x + tiling.columns, shape.width)}, batch,
            update, sums, std::span(found_).subspan(k * batch.size(), batch.size()));
    });
  });

  total_.assign(batch.size(), {});
  for (std::size_t i = 0; i < found_.size(); ++i) {
    Ingested& total = total_[i % batch.size()];
    total.largest = std::max(total.largest, found_[i].largest);
    total.repaired += found_[i].repaired;
  }
  largest_.clear();
  for (const Ingested& total : total_) largest_.push_back(total.largest);
  sums.end_batch(largest_);
  return total_;
}

void Ingest::sweep(const Tile& tile, std::span<const IngestEnergy> batch, const Moments::Batch& update,
                   Moments& sums, std::span<Ingested> found) {
  const Shape shape = sums.shape();
  const auto columns = static_cast<std::size_t>(tile.right - tile.left);
  const int reach = config_.enabled ? despike_reach : 0;
  std::vector<RowWindow>& windows = windows_.local();
  if (windows.size() < batch.size()) windows.resize(batch.size());
  for (std::size_t e = 0; e < batch.size(); ++e) windows[e].lay_out(columns);

  std::array<const float*, most_energies> rows;
  for (int y = tile.top - 2 * reach; y < tile.bottom; ++y) {
    const std::size_t first =
        static_cast<std::size_t>(std::max(y, 0)) * static_cast<std::size_t>(shape.width) +
        static_cast<std::size_t>(tile.left);
    for (std::size_t e = 0; e < batch.size(); ++e) {
      RowWindow& window = windows[e];
      fill_row(batch[e].frame, shape, y + reach, tile.left, tile.right, window);
      if (config_.enabled && y + 1 >= tile.top - 1) window.find(y + 1, margins_[e]);
      if (y < tile.top) continue;
      if (config_.enabled) found[e].repaired += window.repair(y, columns);
      const std::span<const float> row(window.row(y), columns);
      found[e].largest = std::max(found[e].largest, largest_finite(row));
      if (!batch[e].keep.empty()) to_half(row, batch[e].keep.subspan(first, columns));
      take_sample(first, row, batch[e].sample);
      rows[e] = row.data();
    }
    if (y >= tile.top) sums.add_pixels(update, first, columns, {rows.data(), batch.size()});
  }
}

}  // namespace phasecast
