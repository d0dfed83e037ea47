#pragma once

#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "pipeline/ledger.hpp"
#include "pipeline/pairing.hpp"
#include "stages/despike.hpp"

namespace phasecast {

/// One energy of one scan as absorbance, repeats averaged, despiked.
struct EnergyAbsorbance {
  std::uint64_t order = 0;
  std::shared_ptr<const ScanStart> scan;
  std::uint32_t energy_index = 0;
  double energy_ev = 0;  ///< as read back, mean of the repeats
  std::shared_ptr<const std::vector<float>> absorbance;
  std::uint64_t last_sequence = 0;
  std::int64_t received_utc_ns = 0;
  std::vector<Ticket> tickets;  ///< the raw frames' shares, kept until the moments have the data
};

/// What reaches the accumulator, in order.
using Absorbed = std::variant<OpenJob, EnergyAbsorbance, CloseJob>;

std::uint64_t order_of(const Absorbed& absorbed);

/// Stage function of the parallel workers: mean of the repeats, dark, flat, −ln, despike.
Absorbed absorb(const Job& job, const DespikeConfig& despike_config, Ledger& ledger);

}  // namespace phasecast
