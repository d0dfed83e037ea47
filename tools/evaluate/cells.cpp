#include "tools/evaluate/cells.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace phasecast {
namespace {

const Measurement* same_sample(const std::vector<Measurement>& all, const Measurement& like,
                               PaperMethod method) {
  for (const Measurement& m : all)
    if (m.scene == like.scene && m.states == like.states && m.sigma == like.sigma && m.paper == method)
      return &m;
  return nullptr;
}

std::string mean_gain(const std::vector<Measurement>& all, PaperMethod better, PaperMethod base,
                      const std::string& words) {
  double ours = 0, paper = 0;
  int count = 0, paper_count = 0;
  for (const Measurement& m : all) {
    const Measurement* lower = m.paper == better && m.sigma == 3 ? same_sample(all, m, base) : nullptr;
    if (!lower) continue;
    ours += m.psnr_db - lower->psnr_db;
    ++count;
    const auto high = m.paper_quality(), low = lower->paper_quality();
    if (!high || !low) continue;
    paper += high->psnr_db - low->psnr_db;
    ++paper_count;
  }
  if (count == 0) return "";
  return fmt::format(
      "- {} at σ = 3: {} dB on average.\n", words,
      with_paper(ours / count, paper_count > 0 ? std::optional(paper / paper_count) : std::nullopt, 2));
}

}  // namespace

std::string with_paper(double ours, std::optional<double> paper, int decimals) {
  const std::string text = fmt::format("{:.{}f}", ours, decimals);
  return paper ? text + fmt::format(" ({:.2f})", *paper) : text;
}

std::string psnr_cell(const Measurement& m) {
  const auto paper = m.paper_quality();
  return with_paper(m.psnr_db, paper ? std::optional(paper->psnr_db) : std::nullopt, 2);
}

std::string ssim_cell(const Measurement& m) {
  const auto paper = m.paper_quality();
  return with_paper(m.ssim, paper ? std::optional(paper->ssim) : std::nullopt, 2);
}

std::string seconds_cell(const Measurement& m) {
  return with_paper(m.map.seconds, m.paper ? paper_seconds(m.scene, *m.paper) : std::nullopt, 2);
}

std::string mean_gains(const std::vector<Measurement>& all) {
  return mean_gain(all, PaperMethod::rum_tv, PaperMethod::lcf, "RUM-TV over LCF") +
         mean_gain(all, PaperMethod::rum_bm3d, PaperMethod::rum_tv, "RUM-PnP (BM3D) over RUM-TV");
}

std::string order_of_methods(const std::vector<Measurement>& all) {
  std::map<std::tuple<SceneKind, int, double>, std::vector<double>> samples;
  for (const Measurement& m : all)
    if (m.paper && m.paper != PaperMethod::rum_dncnn)
      samples[{m.scene, m.states, m.sigma}].push_back(m.psnr_db);
  std::size_t right = 0;
  for (const auto& [sample, ranked] : samples) right += std::is_sorted(ranked.begin(), ranked.end());
  return fmt::format(
      "- The order of methods is the paper's (edge-50 < LCF < RUM-TV < RUM-PnP) in {} of {} rows.\n", right,
      samples.size());
}

std::string tuning_losses(const std::vector<Measurement>& all) {
  std::map<std::string, double> losses;
  for (const Measurement& m : all)
    if (m.tuned_psnr_db) losses[m.method] = std::max(losses[m.method], *m.tuned_psnr_db - m.psnr_db);
  std::string text;
  for (const auto& [method, loss] : losses)
    text += fmt::format("- {}: automatic λ is at most {:.2f} dB below λ tuned on the truth.\n", method, loss);
  return text;
}

}  // namespace phasecast
