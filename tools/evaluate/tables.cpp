#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <cstdio>

#include "tools/evaluate/cells.hpp"
#include "tools/evaluate/evaluate.hpp"
#include "tools/evaluate/gallery.hpp"
#include "tools/evaluate/report.hpp"
#include "tools/picture/chart.hpp"

namespace phasecast {
namespace {

using Rows = std::vector<std::vector<std::string>>;
using Measurements = std::vector<Measurement>;

/// All methods on one stack; the stack lives no longer.
Measurements measure_all(const EvaluationSettings& settings, const Sample& sample, bool tune,
                         const std::vector<Method>& methods, std::vector<GalleryRow>* gallery = nullptr,
                         int gallery_states = 1) {
  const EvaluationData data = make_data(settings, sample.scene, sample.states, sample.sigma);
  Measurements measured;
  for (const Method& method : methods) {
    measured.push_back(measure(data, sample, method));
    Measurement& m = measured.back();
    if (tune && method.tunable) tune_on_truth(data, method, settings.quick ? 7 : 10, m);
    fmt::print(stderr, "{} L = {} σ = {:g} {}: {:.2f} dB, SSIM {:.3f}, {:.2f} s\n", name_of(sample.scene),
               sample.states, sample.sigma, method.name, m.psnr_db, m.ssim, m.map.seconds);
  }
  for (int j = 0; gallery && j < gallery_states; ++j) {
    GalleryRow row{fmt::format("{}, {} states, σ = {:g}: state {}", name_of(sample.scene), sample.states,
                               sample.sigma, j + 1),
                   {{"truth", state_map(data.truth.shape, data.truth.fraction, j)}}};
    for (const Measurement& m : measured)
      row.tiles.push_back(
          {fmt::format("{} {:.1f} dB", m.method, m.psnr_db), state_map(data.truth.shape, m.map.fraction, j)});
    gallery->push_back(std::move(row));
  }
  for (Measurement& m : measured) m.map.fraction = {};
  return measured;
}

void append(Measurements& all, Measurements some) {
  all.insert(all.end(), some.begin(), some.end());
}

/// Columns "NAME PSNR", "NAME SSIM", and "NAME, λ tuned" where that was done.
void quality_header(const std::vector<Method>& methods, bool tuned, std::vector<std::string>& header) {
  for (const Method& method : methods) {
    header.push_back(method.name + " PSNR");
    header.push_back("SSIM");
    if (tuned && method.tunable) header.push_back("PSNR, λ tuned");
  }
}

void quality_cells(const Measurement& m, std::vector<std::string>& cells) {
  cells.push_back(psnr_cell(m));
  cells.push_back(ssim_cell(m));
  if (m.tuned_psnr_db) cells.push_back(fmt::format("{:.2f}", *m.tuned_psnr_db));
}

std::string quality_table(const Rows& rows) {
  return "The paper's number in brackets.\n\n" + markdown_table(rows);
}

}  // namespace

void table1(const EvaluationSettings& settings, const PaperExperiment& experiment) {
  Measurements all;
  const auto scenes = chosen_scenes(settings, {SceneKind::particle, SceneKind::brine});
  const auto methods = chosen_methods(settings, 2);
  for (const SceneKind scene : scenes) append(all, measure_all(settings, {scene, 2, 3}, false, methods));
  Rows rows{{"method"}};
  Chart chart;
  chart.title = "Time from the stack in memory to the map (dashed: the paper's)";
  chart.x = {.label = "pixels", .logarithmic = true};
  chart.y = {.label = "time (s)", .logarithmic = true};
  for (const SceneKind scene : scenes) rows[0].push_back(std::string(name_of(scene)) + " (s)");
  for (std::size_t i = 0; i < methods.size(); ++i) {
    rows.push_back({methods[i].name});
    Series ours, paper;
    ours.name = methods[i].name;
    ours.markers = paper.markers = paper.dashed = true;
    for (std::size_t s = 0; s < scenes.size(); ++s) {
      const Measurement& m = all[s * methods.size() + i];
      rows.back().push_back(seconds_cell(m));
      const auto pixels = static_cast<double>(settings.shape_of(scenes[s]).pixels());
      ours.x.push_back(pixels);
      ours.y.push_back(m.map.seconds);
      const auto seconds = m.paper ? paper_seconds(scenes[s], *m.paper) : std::nullopt;
      paper.x.push_back(pixels);
      paper.y.push_back(seconds.value_or(NAN));
    }
    chart.series.push_back(std::move(ours));
    if (!settings.quick && std::isfinite(paper.y.front())) chart.series.push_back(std::move(paper));
  }
  write_report(settings, experiment.name, experiment.title, quality_table(rows), csv(all));
  write_chart(chart, settings.output / "table1.png");
}

void table2(const EvaluationSettings& settings, const PaperExperiment& experiment) {
  auto methods = chosen_methods(settings, 2, true);
  std::erase_if(methods, [](const Method& method) { return !method.name.starts_with("rum-"); });
  Measurements all;
  std::vector<GalleryRow> gallery;
  const auto scenes = chosen_scenes(settings, {SceneKind::particle, SceneKind::brine});
  Rows rows{{"method"}};
  for (const SceneKind scene : scenes) {
    append(all, measure_all(settings, {scene, 2, 3}, false, methods, &gallery));
    for (const char* column : {"PSNR", "SSIM", "time (s)"})
      rows[0].push_back(std::string(name_of(scene)) + " " + column);
  }
  for (std::size_t i = 0; i < methods.size(); ++i) {
    rows.push_back({methods[i].name});
    for (std::size_t s = 0; s < scenes.size(); ++s) {
      const Measurement& m = all[s * methods.size() + i];
      quality_cells(m, rows.back());
      rows.back().push_back(seconds_cell(m));
    }
  }
  write_report(settings, experiment.name, experiment.title, quality_table(rows), csv(all));
  write_gallery(experiment.title, gallery, settings.output / "table2.png");
}

void table3(const EvaluationSettings& settings, const PaperExperiment& experiment) {
  using enum SceneKind;
  const auto methods = chosen_methods(settings, 2);
  Measurements all;
  std::vector<GalleryRow> gallery;
  Rows rows{{"scene", "σ"}};
  quality_header(methods, true, rows[0]);
  for (const SceneKind scene : chosen_scenes(settings, {particle, electrode, polymer, wedge, round, brine})) {
    for (const double sigma : {1.0, 3.0, 5.0, 7.0}) {
      const auto measured =
          measure_all(settings, {scene, 2, sigma}, true, methods, sigma == 3 ? &gallery : nullptr);
      rows.push_back({std::string(name_of(scene)), fmt::format("{:g}", sigma)});
      for (const Measurement& m : measured) quality_cells(m, rows.back());
      append(all, measured);
    }
  }
  write_report(settings, experiment.name, experiment.title,
               quality_table(rows) + "\n" + mean_gains(all) + order_of_methods(all) + tuning_losses(all),
               csv(all));
  write_gallery(experiment.title + " (shown: σ = 3)", gallery, settings.output / "table3.png");
}

void table4(const EvaluationSettings& settings, const PaperExperiment& experiment) {
  const auto methods = chosen_methods(settings, 5);
  Measurements all;
  std::vector<GalleryRow> gallery;
  Rows rows{{"scene", "L"}};
  quality_header(methods, true, rows[0]);
  for (const SceneKind scene : chosen_scenes(settings, {SceneKind::particle, SceneKind::wedge})) {
    for (const int states : {3, 4, 5}) {
      // The paper's Figs. 8 and 9.
      const bool shown =
          (scene == SceneKind::wedge && states == 3) || (scene == SceneKind::particle && states == 5);
      const auto measured =
          measure_all(settings, {scene, states, 3}, true, methods, shown ? &gallery : nullptr, states);
      rows.push_back({std::string(name_of(scene)), std::to_string(states)});
      for (const Measurement& m : measured) quality_cells(m, rows.back());
      append(all, measured);
    }
  }
  write_report(settings, experiment.name, experiment.title,
               quality_table(rows) + "\n" + mean_gains(all) + order_of_methods(all) + tuning_losses(all),
               csv(all));
  write_gallery(experiment.title, gallery, settings.output / "table4.png");
}

}  // namespace phasecast
