#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "stages/blind.hpp"
#include "stages/bm3d.hpp"
#include "stages/quality.hpp"
#include "tools/evaluate/evaluate.hpp"
#include "tools/evaluate/gallery.hpp"
#include "tools/evaluate/recording.hpp"
#include "tools/evaluate/report.hpp"
#include "tools/picture/chart.hpp"

namespace phasecast {
namespace {

double spectral_angle(const std::vector<double>& a, const std::vector<double>& b) {
  const auto dot = [](const auto& p, const auto& q) {
    return std::inner_product(p.begin(), p.end(), q.begin(), 0.0);
  };
  return std::acos(dot(a, b) / std::sqrt(dot(a, a) * dot(b, b))) * 180 / std::numbers::pi;
}

/// Pre-edge subtracted and divided by the mean beyond the edge, to be compared.
std::vector<double> comparable(const Spectrum& spectrum, const NormalizeConfig& normalize) {
  double before = 0, after = 0;
  int count_before = 0, count_after = 0;
  for (std::size_t t = 0; t < spectrum.mu.size(); ++t) {
    const double e = spectrum.energy_ev[t];
    if (normalize.pre_edge.contains(e)) before += spectrum.mu[t], ++count_before;
    if (e > 8400) after += spectrum.mu[t], ++count_after;
  }
  before /= count_before;
  after /= count_after;
  std::vector<double> mu = spectrum.mu;
  for (double& v : mu) v = (v - before) / (after - before);
  return mu;
}

/// Two spectra out of the recording alone: subspace denoising [14], then VCA [45]; in the order of the true
/// ones.
std::vector<Spectrum> found_spectra(const Recording& recording) {
  std::vector<const float*> frames;
  for (std::size_t t = 0; t < recording.stack.energies_ev.size(); ++t)
    frames.push_back(recording.stack.frame(t).data());
  auto subspace = find_subspace({recording.stack.shape, frames}, 2);
  if (!subspace) throw std::runtime_error(subspace.error().text());
  denoise(*subspace, bm3d(bm3d_normal));
  BlindConfig config;
  config.normalize = recording.normalize;
  config.vca.states = 2;
  const auto blind = blind_spectra(recording.stack.energies_ev, *subspace, config);
  if (!blind) throw std::runtime_error(blind.error().text());
  std::vector<Spectrum> found;
  for (Eigen::Index l = 0; l < 2; ++l) {
    const auto column = blind->spectra.col(l);
    Spectrum spectrum{recording.references[static_cast<std::size_t>(l)].name,
                      recording.stack.energies_ev,
                      {column.begin(), column.end()}};
    spectrum.mu = comparable(spectrum, recording.normalize);
    found.push_back(std::move(spectrum));
  }
  const auto angle = [&](std::size_t l, std::size_t m) {
    return spectral_angle(found[l].mu, comparable(recording.references[m], recording.normalize));
  };
  if (angle(0, 1) + angle(1, 0) < angle(0, 0) + angle(1, 1)) std::swap(found[0].mu, found[1].mu);
  return found;
}

Chart spectra_chart(const Recording& recording, const std::vector<Spectrum>& found) {
  Chart chart;
  chart.title = "Spectra found blind (dashed: true)";
  chart.x.label = "energy (eV)";
  chart.y.label = "normalized absorbance";
  for (std::size_t l = 0; l < found.size(); ++l) {
    chart.series.push_back(Series{found[l].name + ", blind", found[l].energy_ev, found[l].mu});
    chart.series.push_back(
        Series{"", found[l].energy_ev, comparable(recording.references[l], recording.normalize)});
    chart.series.back().dashed = true;
  }
  return chart;
}

/// The map with nothing where there is no sample.
Image<float> shown(const EvaluationData& data, const std::vector<float>& fraction) {
  Image<float> map = state_map(data.truth.shape, fraction, 0);
  for (std::size_t k = 0; k < map.values.size(); ++k)
    if (!data.sample[k] || std::isnan(map.values[k])) map.values[k] = 0;
  return map;
}

/// PSNR with MAX = 1 over the pixels that hold material and are not masked.
double psnr_in_sample(const EvaluationData& data, std::vector<float> fraction) {
  const std::size_t pixels = data.sample.size();
  for (std::size_t i = 0; i < fraction.size(); ++i)
    if (!data.sample[i % pixels]) fraction[i] = std::numeric_limits<float>::quiet_NaN();
  return psnr(rmse(fraction, data.truth.fraction), 1);
}

}  // namespace

void fig11(const EvaluationSettings& settings, const PaperExperiment& experiment) {
  EvaluationSettings stated = settings;
  stated.energies = 117;
  const Recording recording = make_recording(stated);
  const std::vector<Spectrum> found = found_spectra(recording);
  std::string text = fmt::format(
      "Scene electrode, noise {:g} of the edge jump in every frame. Nothing is known but the "
      "pre-edge "
      "window and that there are two states.\n\n",
      recording_noise);
  for (std::size_t l = 0; l < found.size(); ++l)
    text +=
        fmt::format("- {}: {:.1f}° from the true spectrum.\n", found[l].name,
                    spectral_angle(found[l].mu, comparable(recording.references[l], recording.normalize)));
  const EvaluationData blind = to_data(recording, found), told = to_data(recording, recording.references);
  std::vector<std::vector<std::string>> rows{
      {"method", "PSNR blind", "PSNR with the true references", "time (s)"}};
  std::string csv = "method,blind_psnr_db,told_psnr_db,seconds\n";
  GalleryRow gallery{fmt::format("state {}", found[0].name), {{"truth", shown(blind, blind.truth.fraction)}}};
  for (const Method& method : chosen_methods(settings, 2)) {
    const MapResult map = method.run(blind, {});
    const double reached = psnr_in_sample(blind, map.fraction),
                 with_true = psnr_in_sample(told, method.run(told, {}).fraction);
    rows.push_back({method.name, fmt::format("{:.2f}", reached), fmt::format("{:.2f}", with_true),
                    fmt::format("{:.2f}", map.seconds)});
    csv += fmt::format("{},{:.4f},{:.4f},{:.4g}\n", method.name, reached, with_true, map.seconds);
    gallery.tiles.push_back({fmt::format("{} {:.1f} dB", method.name, reached), shown(blind, map.fraction)});
  }
  write_report(stated, experiment.name, experiment.title, text + "\n" + markdown_table(rows), csv);
  write_chart(spectra_chart(recording, found), settings.output / "fig11_spectra.png");
  write_gallery(experiment.title, {gallery}, settings.output / "fig11.png");
}

}  // namespace phasecast
