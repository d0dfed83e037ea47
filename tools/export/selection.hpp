#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "messages/image.hpp"
#include "messages/region_spectrum.hpp"
#include "messages/result.hpp"

namespace phasecast {

/// A part of the image with its name in tables; without a region, the whole of it.
struct NamedRegion {
  std::string name;
  std::optional<Region> region;
};

/// "0,3:5": places in a file of `count` maps, from 0, both ends of a range included. In increasing order,
/// each once; all without text.
Result<std::vector<std::size_t>> select_scans(const std::string& text, std::size_t count);

/// The state of this name; all without a name.
Result<std::vector<std::size_t>> select_states(const std::string& name, std::span<const std::string> states);

/// The whole image, then "x,y,width,height[=name]" each, in pixels; without a name it is called as it is
/// typed.
Result<std::vector<NamedRegion>> select_regions(std::span<const std::string> texts, Shape shape);

}  // namespace phasecast
