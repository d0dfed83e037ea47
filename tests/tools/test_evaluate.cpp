#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <sstream>

#include "pipeline/files/references.hpp"
#include "stages/quality.hpp"
#include "tests/paths.hpp"
#include "tests/tools/npy.hpp"
#include "tests/tools/scratch_folder.hpp"
#include "tools/energy_file.hpp"
#include "tools/evaluate/cells.hpp"
#include "tools/evaluate/evaluate.hpp"
#include "tools/evaluate/recording.hpp"
#include "tools/evaluate/report.hpp"
#include "tools/simulate/spectra.hpp"

using namespace phasecast;
using Catch::Matchers::Contains;

namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path);
  INFO(path);
  REQUIRE(file.good());
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

const PaperExperiment& experiment_called(const std::string& name) {
  for (const PaperExperiment& experiment : all_experiments())
    if (experiment.name == name) return experiment;
  throw std::invalid_argument(name);
}

EvaluationData small_data(double sigma, int states = 2, std::uint64_t seed = 1) {
  return make_data(make_phantom(SceneKind::particle, {48, 64}, states, seed),
                   nickel_states(states, nickel_energies(200)), sigma, seed);
}

constexpr double best_log_lambda = 1.3;

/// A method whose error is least at a λ that is known.
MapResult run_with_known_optimum(const EvaluationData& data, const MethodParameters& parameters) {
  MapResult map;
  map.lambda = parameters.lambda.value_or(1);
  map.fraction = data.truth.fraction;
  const double off = 0.01 + 0.1 * std::abs(std::log(*map.lambda) - best_log_lambda);
  for (std::size_t i = 0; i < map.fraction.size(); ++i)
    map.fraction[i] += static_cast<float>(i % 2 ? off : -off);
  return map;
}

Measurement measured(SceneKind scene, double sigma, PaperMethod method, double psnr_db) {
  Measurement m;
  m.scene = scene;
  m.states = 2;
  m.sigma = sigma;
  m.paper = method;
  m.psnr_db = psnr_db;
  return m;
}

}  // namespace

TEST_CASE("the paper's gains at sigma 3 follow from its table III") {
  double tv = 0, pnp = 0;
  for (const SceneKind kind : scene_kinds) {
    const auto value = [&](PaperMethod method) { return paper_quality(kind, 2, 3, method).value().psnr_db; };
    tv += (value(PaperMethod::rum_tv) - value(PaperMethod::lcf)) / 6;
    pnp += (value(PaperMethod::rum_bm3d) - value(PaperMethod::rum_tv)) / 6;
  }
  // 32.64 + 38.38 + 37.85 + 38.98 + 28.53 + 35.59 = 211.97; LCF 59.51; PnP 239.71
  CHECK(tv == Approx((211.97 - 59.51) / 6));
  CHECK(pnp == Approx((239.71 - 211.97) / 6));
}

TEST_CASE("where the paper has no number there is none") {
  CHECK_FALSE(paper_quality(SceneKind::particle, 2, 4, PaperMethod::lcf));
  CHECK_FALSE(paper_quality(SceneKind::particle, 3, 3, PaperMethod::edge50));
  CHECK_FALSE(paper_quality(SceneKind::wedge, 2, 3, PaperMethod::rum_dncnn));
  CHECK_FALSE(paper_seconds(SceneKind::wedge, PaperMethod::lcf));
  CHECK(paper_quality(SceneKind::brine, 2, 3, PaperMethod::rum_dncnn)->ssim == 0.78);
  CHECK(paper_seconds(SceneKind::brine, PaperMethod::rum_bm3d) == 333.59);
}

TEST_CASE("tuning on the truth finds the best lambda, and is never below the automatic one") {
  const EvaluationData data = small_data(0);
  const Method method{"known", std::nullopt, true, 8, run_with_known_optimum};
  Measurement m = measure(data, {SceneKind::particle, 2, 0}, method);
  const double automatic = m.psnr_db;
  tune_on_truth(data, method, 12, m);
  CHECK(std::log(m.tuned_lambda.value()) == Approx(best_log_lambda).margin(0.05));
  CHECK(m.tuned_psnr_db.value() > automatic + 10);
  tune_on_truth(data, method, 2, m);
  CHECK(m.tuned_psnr_db.value() >= m.psnr_db);
}

TEST_CASE("every method of the tables finds the maps of clean data, and says what it took") {
  Phantom truth = make_phantom(SceneKind::particle, {48, 64}, 2, 1);
  std::fill(truth.scale.begin(), truth.scale.end(), 1.0F);
  const EvaluationData data = make_data(truth, nickel_states(2, nickel_energies(400)), 1e-3, 1);
  for (const Method& method : all_methods()) {
    INFO(method.name);
    const MapResult map = method.run(data, {});
    CHECK(psnr(rmse(map.fraction, truth.fraction), 1) > (method.name == "edge-50" ? 15 : 40));
    CHECK(map.seconds > 0);
    CHECK(map.unanswered == 0);
    CHECK(map.lambda.has_value() == method.tunable);
  }
}

TEST_CASE("a method that iterates can be watched, stopped and told its lambda") {
  const EvaluationData data = small_data(1);
  MethodParameters parameters;
  parameters.iterations = 7;
  parameters.tolerance = 0;
  parameters.lambda = 3.5;
  std::vector<int> seen;
  std::vector<float> last;
  parameters.watch = [&](int k, double relative_error, std::span<const float> fraction) {
    CHECK(relative_error > 0);
    seen.push_back(k);
    last.assign(fraction.begin(), fraction.end());
  };
  const MapResult map = method_called("rum-tv").run(data, parameters);
  CHECK(seen == std::vector<int>{1, 2, 3, 4, 5, 6, 7});
  CHECK(last == map.fraction);
  CHECK(map.iterations == 7);
  CHECK(map.lambda == 3.5);
}

TEST_CASE("a method nobody knows is answered with those that are known") {
  CHECK_THROWS_WITH(method_called("rum-magic"), Contains("rum-magic") && Contains("edge-50, lcf, rum-tv"));
}

TEST_CASE("gains, order and losses are those of the measurements") {
  using enum PaperMethod;
  std::vector<Measurement> all{
      measured(SceneKind::wedge, 3, lcf, 10), measured(SceneKind::wedge, 3, rum_tv, 31),
      measured(SceneKind::round, 3, lcf, 8),  measured(SceneKind::round, 3, rum_tv, 7),
      measured(SceneKind::round, 5, lcf, 1),  measured(SceneKind::round, 5, rum_tv, 2)};
  CHECK_THAT(mean_gains(all), Contains("10.00 (24.87) dB") && !Contains("BM3D"));
  CHECK_THAT(order_of_methods(all), Contains("in 2 of 3 rows"));
  CHECK(tuning_losses(all).empty());
  all[1].method = all[3].method = "rum-tv";
  all[1].tuned_psnr_db = 31.25;
  all[3].tuned_psnr_db = 7.125;
  CHECK_THAT(tuning_losses(all), Contains("rum-tv") && Contains("0.25 dB"));
}

TEST_CASE("each table and figure is written as Markdown, CSV and PNG, with the paper's numbers") {
  const ScratchFolder folder;
  EvaluationSettings settings;
  settings.quick = true;
  settings.quick_shape = {40, 52};
  settings.energies = 60;
  settings.methods = {"lcf", "rum-tv"};
  settings.output = folder.path;
  settings.scenes = {SceneKind::particle};
  const std::map<std::string, std::string> expected{{"table1", "(4.11)"},
                                                    {"table2", "(32.64)"},
                                                    {"table3", "(27.63)"},
                                                    {"table4", "(21.31)"},
                                                    {"fig4", "Automatic"},
                                                    {"fig5", "RMSE"},
                                                    {"fig11", "with the true references"}};
  for (const auto& [name, words] : expected) {
    INFO(name);
    const PaperExperiment& experiment = experiment_called(name);
    experiment.run(settings, experiment);
    const std::string text = content(folder.path / (name + ".md"));
    CHECK_THAT(text, Contains(words) && Contains("seed 1") && Contains("cores"));
    CHECK(content(folder.path / (name + ".csv")).find('\n') != std::string::npos);
    const auto picture = folder.path / (name + (name == "fig5" ? "_particle_re.png" : ".png"));
    CHECK(content(picture).starts_with("\x89PNG"));
  }
  CHECK(expected.size() == all_experiments().size());
}

TEST_CASE("the recording of figure 11 is unmixed with its true references where there is material") {
  EvaluationSettings settings;
  settings.quick = true;
  const Recording recording = make_recording(settings);
  const EvaluationData data = to_data(recording, recording.references);
  std::size_t material = 0, right = 0;
  for (std::size_t k = 0; k < data.sample.size(); ++k) {
    const bool there = !std::isnan(data.truth.fraction[k]);
    material += there;
    right += there == (data.sample[k] != 0);
  }
  CHECK(material > data.sample.size() / 10);
  CHECK(right > data.sample.size() * 8 / 10);
}

TEST_CASE(
    "a photograph under real references: RUM-TV is far above least squares, denoisers are above any RUM-TV") {
  const std::filesystem::path data = PHASECAST_SOURCE_DIR "/../shared/data";
  if (!std::filesystem::exists(data)) {
    WARN("skipped: " << data << " is absent");
    return;
  }
  std::vector<std::string> said;
  const auto energies = read_energies(data / "references/fxi_ni_energies_keV.txt", said);
  REQUIRE(energies.ok());
  std::vector<Spectrum> references;
  for (const char* name : {"ref_NiO.txt", "ref_LiNiO2.txt"}) {
    auto reference = read_reference((data / "references" / name).string(), said);
    REQUIRE(reference.ok());
    references.push_back(std::move(*reference));
  }
  const Phantom photograph = phantom_from_image(test::read_npy(data / "denoise/camera.npy"), {0.6, 1.4}, 1);
  const EvaluationData measured = make_data(photograph, resample(references, *energies), 0.15, 1);
  const auto quality = [&](const char* name, std::optional<double> lambda = {}) {
    MethodParameters parameters;
    parameters.lambda = lambda;
    const MapResult map = method_called(name).run(measured, parameters);
    return psnr(rmse(map.fraction, photograph.fraction), 1);
  };
  const double plain = quality("lcf"), robust = quality("rum-tv");
  const double automatic = method_called("rum-tv").run(measured, {}).lambda.value();
  double tuned = robust;
  for (const double factor : {0.5, 0.7, 0.85, 1.2, 1.4})
    tuned = std::max(tuned, quality("rum-tv", factor * automatic));
  const double blocks = quality("rum-bm3d"), network = quality("rum-cnn");
  CAPTURE(plain, robust, tuned, blocks, network);
  CHECK(robust > plain + 5);
  CHECK(robust > tuned - 0.3);
  CHECK(blocks > tuned + 0.7);
  CHECK(network > tuned + 0.3);
}
