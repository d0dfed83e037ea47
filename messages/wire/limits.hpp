#pragma once

#include <cstddef>
#include <cstdint>

/// What a message may hold at most. A message beyond a limit is rejected: no sender can make the pipeline
/// reserve absurd memory.
namespace phasecast::limits {

inline constexpr std::size_t header_bytes = std::size_t{4} << 20;
inline constexpr std::size_t text_bytes = 4096;
inline constexpr std::size_t id_bytes = 64;
inline constexpr std::size_t list_entries = 1000;  ///< metadata, sticky errors, rejection causes, queues

inline constexpr std::size_t energies = 20'000;
inline constexpr double energy_ev = 1e7;  ///< exclusive

inline constexpr std::uint32_t side = 65'536;
inline constexpr std::uint64_t pixels = std::uint64_t{1} << 30;
inline constexpr std::size_t states = 64;
inline constexpr double magnification = 10;  ///< and its inverse

inline constexpr std::uint32_t repeats = 10'000;
inline constexpr std::uint64_t scan_frames = 10'000'000;  ///< all kinds together

}  // namespace phasecast::limits
