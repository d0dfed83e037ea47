#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tools/export/output.hpp"
#include "tools/export/tiff_writer.hpp"

namespace phasecast {

/// Maps as TIFF stacks, bit for bit, a page per scan: fraction_STATE.tif and uncertainty_STATE.tif (NaN where
/// masked), scale.tif, residual.tif in 32-bit floats, mask.tif in 8 bits.
class TiffExport {
 public:
  explicit TiffExport(const ExportPlan& plan);
  void add(const PhaseMap& map);
  void finish();

 private:
  using Pixels = std::span<const std::byte>;
  struct Stack {
    std::unique_ptr<TiffWriter> file;
    std::function<Pixels(const PhaseMap&)> pixels;
  };
  std::vector<Stack> stacks_;
};

/// A state's name as a part of a file's name: / \ % and control characters as %2F and so on, so that two
/// states never share a file.
std::string file_name_of(const std::string& state);

}  // namespace phasecast
