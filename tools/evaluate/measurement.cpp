#include "tools/evaluate/measurement.hpp"

#include <spdlog/fmt/fmt.h>

#include <cmath>

#include "stages/quality.hpp"

namespace phasecast {
namespace {

std::string text(const std::optional<double>& value) {
  return value ? fmt::format("{:.6g}", *value) : "";
}

/// Calls value(x) `steps` times to close in on the largest within [low, high] (Kiefer 1953).
template <class Value>
void golden_section(double low, double high, int steps, const Value& value) {
  constexpr double ratio = 0.6180339887498949;
  double left = high - ratio * (high - low), right = low + ratio * (high - low);
  double at_left = value(left), at_right = value(right);
  for (int step = 2; step < steps; ++step) {
    if (at_left > at_right) {
      high = right;
      right = left;
      at_right = at_left;
      left = high - ratio * (high - low);
      at_left = value(left);
    } else {
      low = left;
      left = right;
      at_left = at_right;
      right = low + ratio * (high - low);
      at_right = value(right);
    }
  }
}

}  // namespace

Measurement measure(const EvaluationData& data, const Sample& sample, const Method& method) {
  Measurement m;
  m.scene = sample.scene;
  m.states = sample.states;
  m.sigma = sample.sigma;
  m.method = method.name;
  m.paper = method.paper;
  m.map = method.run(data, {});
  m.psnr_db = psnr(m.map.fraction, data.truth.fraction);
  m.ssim = ssim(data.truth.shape, m.map.fraction, data.truth.fraction);
  return m;
}

void tune_on_truth(const EvaluationData& data, const Method& method, int steps, Measurement& m) {
  const double automatic = m.map.lambda.value();
  m.tuned_psnr_db = m.psnr_db;
  m.tuned_lambda = automatic;
  const double decade = std::log(10);
  golden_section(std::log(automatic) - decade, std::log(automatic) + decade, steps, [&](double log_lambda) {
    MethodParameters parameters;
    parameters.lambda = std::exp(log_lambda);
    const double reached = psnr(method.run(data, parameters).fraction, data.truth.fraction);
    if (reached > *m.tuned_psnr_db) {
      m.tuned_psnr_db = reached;
      m.tuned_lambda = parameters.lambda;
    }
    return reached;
  });
}

std::string csv(const std::vector<Measurement>& measurements) {
  std::string lines =
      "scene,states,sigma,method,psnr_db,paper_psnr_db,ssim,paper_ssim,seconds,paper_seconds,lambda,"
      "tuned_psnr_db,tuned_lambda,iterations,unanswered_pixels\n";
  for (const Measurement& m : measurements) {
    const auto paper = m.paper_quality();
    const auto seconds = m.paper && m.states == 2 ? paper_seconds(m.scene, *m.paper) : std::nullopt;
    lines += fmt::format(
        "{},{},{:g},{},{:.4f},{},{:.5f},{},{:.4g},{},{},{},{},{},{}\n", name_of(m.scene), m.states, m.sigma,
        m.method, m.psnr_db, text(paper ? std::optional(paper->psnr_db) : std::nullopt), m.ssim,
        text(paper ? std::optional(paper->ssim) : std::nullopt), m.map.seconds, text(seconds),
        text(m.map.lambda), text(m.tuned_psnr_db), text(m.tuned_lambda), m.map.iterations, m.map.unanswered);
  }
  return lines;
}

}  // namespace phasecast
