#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/evaluate/settings.hpp"

namespace phasecast {

/// One method on one stack.
struct Measurement {
  SceneKind scene{};
  int states = 0;
  double sigma = 0;
  std::string method;
  std::optional<PaperMethod> paper;
  double psnr_db = 0;
  double ssim = 0;
  MapResult map;
  std::optional<double> tuned_psnr_db;  ///< with the λ that is best for the truth
  std::optional<double> tuned_lambda;

  std::optional<PaperQuality> paper_quality() const {
    return paper ? phasecast::paper_quality(scene, states, sigma, *paper) : std::nullopt;
  }
};

struct Sample {
  SceneKind scene{};
  int states = 0;
  double sigma = 0;
};

Measurement measure(const EvaluationData& data, const Sample& sample, const Method& method);

/// Adds the best PSNR over λ and the λ that reaches it: golden-section search of `steps` runs within a factor
/// of ten of the automatic λ.
void tune_on_truth(const EvaluationData& data, const Method& method, int steps, Measurement& measurement);

/// Every number of every measurement, a line each.
std::string csv(const std::vector<Measurement>& measurements);

}  // namespace phasecast
