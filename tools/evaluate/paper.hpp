#pragma once

#include <optional>

#include "tools/simulate/scenes.hpp"

namespace phasecast {

/// The methods of the paper's tables. Its RUM_PnP is the one with BM3D (section V-B).
enum class PaperMethod : std::uint8_t { edge50, lcf, rum_tv, rum_dncnn, rum_bm3d };

struct PaperQuality {
  double psnr_db = 0;
  double ssim = 0;
};

/// Tables II to IV; nothing where the paper has no number.
std::optional<PaperQuality> paper_quality(SceneKind scene, int states, double sigma, PaperMethod method);

/// Table I, in seconds, on an Intel i7-6348 with 2.6 GHz and 16 GB.
std::optional<double> paper_seconds(SceneKind scene, PaperMethod method);

}  // namespace phasecast
