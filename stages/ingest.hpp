#pragma once

#include <tbb/enumerable_thread_specific.h>

#include <cstddef>
#include <span>
#include <vector>

#include "stages/absorbance.hpp"
#include "stages/despike.hpp"
#include "stages/half.hpp"
#include "stages/moments.hpp"
#include "stages/row_window.hpp"
#include "stages/spectrum_sample.hpp"

namespace phasecast {

/// One energy on its way into the moments.
struct IngestEnergy {
  double energy_ev = 0;
  RawFrame frame;
  std::span<Half> keep;    ///< where its despiked absorbance is to be kept, too; empty: nowhere
  SampleRoom sample = {};  ///< and that of some pixels
};

/// What was found in one energy's frame.
struct Ingested {
  std::size_t repaired = 0;  ///< pixels that were spikes or NaN
  float largest = 0;         ///< finite |absorbance|
};

/// From raw pixels to moments in one sweep: dark, flat, −ln, despike, sums. The absorbance of a few rows at a
/// time lives in the L2 cache, and each sum is loaded and stored once for all energies of a batch.
///
/// The bits of the sums depend neither on how energies were batched nor on the number of threads. Buffers are
/// kept from batch to batch.
class Ingest {
 public:
  static constexpr std::size_t most_energies = 16;  ///< of a batch

  explicit Ingest(const DespikeConfig& config) : config_(config) {}

  /// Adds a batch to the moments, and gives what was found in each energy (until the next call). Throws
  /// std::invalid_argument, with the moments as they were, if a frame is not of their shape or the references
  /// do not cover an energy.
  std::span<const Ingested> add(std::span<const IngestEnergy> batch, Moments& sums);

 private:
  struct Tile {
    int top, bottom, left, right;
  };

  float spike_margin(Shape shape, const RawFrame& frame);
  void sweep(const Tile& tile, std::span<const IngestEnergy> batch, const Moments::Batch& update,
             Moments& sums, std::span<Ingested> found);

  DespikeConfig config_;
  std::vector<float> margins_;   // by energy
  std::vector<Ingested> found_;  // [tiles][energies]
  std::vector<Ingested> total_;  // by energy
  std::vector<float> largest_;   // by energy
  tbb::enumerable_thread_specific<std::vector<float>> samples_;
  tbb::enumerable_thread_specific<std::vector<RowWindow>> windows_;  // by energy
};

}  // namespace phasecast
