#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/evaluate/measurement.hpp"

namespace phasecast {

/// "33.21 (32.64)": ours and, where there is one, the paper's.
std::string with_paper(double ours, std::optional<double> paper, int decimals);
std::string psnr_cell(const Measurement& measurement);
std::string ssim_cell(const Measurement& measurement);
std::string seconds_cell(const Measurement& measurement);

/// A line for each of the paper's comparisons that was measured: the mean gain in PSNR of RUM-TV over LCF and
/// of RUM with BM3D over RUM-TV at σ = 3, beside the paper's over the same scenes.
std::string mean_gains(const std::vector<Measurement>& measurements);

/// In how many of the samples the methods rank as in the list of methods.
std::string order_of_methods(const std::vector<Measurement>& measurements);

/// For each method that was tuned: the largest loss of its automatic λ against λ tuned on the truth.
std::string tuning_losses(const std::vector<Measurement>& measurements);

}  // namespace phasecast
