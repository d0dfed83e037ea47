#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "messages/phase_map.hpp"
#include "pipeline/files/hdf5.hpp"

/// What a map file holds for each map, for its writer and its reader.
namespace phasecast::maps {

inline const std::string group = "/entry/chemical_state";
inline std::string path(const std::string& name) {
  return group + "/" + name;
}

/// Values of energy_use.
inline constexpr std::uint8_t missing = 0;
inline constexpr std::uint8_t used = 1;
inline constexpr std::uint8_t carried = 2;

struct ImageColumn {
  const char* name;
  hid_t type;
  hdf5::Dims dims;     ///< of one map
  std::size_t values;  ///< in one map
  std::vector<float> PhaseMap::*floats;
  std::vector<std::uint8_t> PhaseMap::*bytes;

  std::size_t size(const PhaseMap& map) const { return floats ? (map.*floats).size() : (map.*bytes).size(); }
  const void* data(const PhaseMap& map) const {
    return floats ? static_cast<const void*>((map.*floats).data()) : (map.*bytes).data();
  }
  void* make_room(PhaseMap& map) const {
    if (floats) (map.*floats).resize(values);
    if (bytes) (map.*bytes).resize(values);
    return const_cast<void*>(data(map));
  }
};
std::vector<ImageColumn> images(Shape shape, std::size_t states);

template <class T>
struct Column {
  const char* name;
  const char* unit;
  T (*get)(const PhaseMap&);
  void (*set)(PhaseMap&, T);
};
extern const std::array<Column<double>, 6> reals;
extern const std::array<Column<std::uint32_t>, 5> counts;

}  // namespace phasecast::maps
