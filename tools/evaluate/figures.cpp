#include <spdlog/fmt/fmt.h>

#include <cmath>

#include "stages/quality.hpp"
#include "tools/evaluate/evaluate.hpp"
#include "tools/evaluate/report.hpp"
#include "tools/picture/chart.hpp"

namespace phasecast {
namespace {

/// `count` factors from 1/range to range, evenly in the logarithm.
std::vector<double> factors(double range, int count) {
  std::vector<double> list;
  for (int i = 0; i < count; ++i) list.push_back(std::pow(range, 2.0 * i / (count - 1) - 1));
  return list;
}

/// RE and RMSE of one method on one scene, an entry per iteration.
struct Course {
  std::string method;
  std::vector<double> iteration, relative_error, rmse;
  std::optional<double> kkt;
};

Course follow(const EvaluationData& data, const Method& method, int iterations) {
  Course course;
  course.method = method.name;
  MethodParameters parameters;
  parameters.iterations = iterations;
  parameters.tolerance = 0;
  parameters.watch = [&](int k, double relative_error, std::span<const float> fraction) {
    course.iteration.push_back(k);
    course.relative_error.push_back(relative_error);
    course.rmse.push_back(rmse(fraction, data.truth.fraction));
  };
  course.kkt = method.run(data, parameters).kkt;
  return course;
}

void write_courses(const EvaluationSettings& settings, SceneKind scene, const std::vector<Course>& courses) {
  Chart re, error;
  re.title = fmt::format("{}: change of the duals", name_of(scene));
  re.x.label = error.x.label = "iteration";
  re.y = {.label = "RE (per pixel)", .logarithmic = true};
  error.title = fmt::format("{}: error of the map", name_of(scene));
  error.y = {.label = "RMSE", .logarithmic = true};
  for (const Course& course : courses) {
    re.series.push_back(Series{course.method, course.iteration, course.relative_error});
    error.series.push_back(Series{course.method, course.iteration, course.rmse});
  }
  write_chart(re, settings.output / fmt::format("fig5_{}_re.png", name_of(scene)));
  write_chart(error, settings.output / fmt::format("fig5_{}_rmse.png", name_of(scene)));
}

}  // namespace

void fig4(const EvaluationSettings& settings, const PaperExperiment& experiment) {
  const EvaluationData data = make_data(settings, SceneKind::particle, 2, 3);
  const Method& method = method_called("rum-tv");
  const double automatic = method.run(data, {}).lambda.value();
  const int steps = settings.quick ? 5 : 13;
  Chart chart;
  chart.title = "RUM-TV, particle, σ = 3: RMSE after at most 100 iterations";
  chart.x = {.label = "λ ÷ automatic λ", .logarithmic = true};
  chart.y = {.label = "RMSE", .logarithmic = true};
  std::vector<std::vector<std::string>> rows{{"ρ ÷ λ \\ λ ÷ automatic"}};
  for (const double f : factors(8, steps)) rows[0].push_back(fmt::format("{:.3g}", f));
  std::string csv = "lambda,rho,rmse,iterations\n";
  for (const double rho_ratio : {1.0, 3.0, 10.0, 30.0, 100.0}) {
    Series series;
    series.name = fmt::format("ρ = {:g} λ", rho_ratio);
    series.markers = true;
    rows.push_back({fmt::format("{:g}", rho_ratio)});
    for (const double f : factors(8, steps)) {
      MethodParameters parameters;
      parameters.lambda = f * automatic;
      parameters.rho = rho_ratio * f * automatic;
      const MapResult map = method.run(data, parameters);
      const double error = rmse(map.fraction, data.truth.fraction);
      series.x.push_back(f);
      series.y.push_back(error);
      rows.back().push_back(fmt::format("{:.4f} ({})", error, map.iterations));
      csv += fmt::format("{:.6g},{:.6g},{:.6g},{}\n", *parameters.lambda, *parameters.rho, error,
                         map.iterations);
    }
    chart.series.push_back(std::move(series));
  }
  write_report(
      settings, experiment.name, experiment.title,
      fmt::format("Automatic λ = {:.3g}. RMSE, with the iterations it took in brackets.\n\n", automatic) +
          markdown_table(rows),
      csv);
  write_chart(chart, settings.output / "fig4.png");
}

void fig5(const EvaluationSettings& settings, const PaperExperiment& experiment) {
  const int iterations = settings.quick ? 60 : 100;
  std::vector<std::vector<std::string>> rows{{"scene", "method", "RE at first", "RE at last", "fell by",
                                              "RMSE at first", "RMSE at last", "largest residual of (21)"}};
  std::string csv = "scene,method,iteration,relative_error,rmse\n";
  for (const SceneKind scene : chosen_scenes(settings, {SceneKind::particle, SceneKind::brine})) {
    const EvaluationData data = make_data(settings, scene, 2, 3);
    std::vector<Course> courses;
    for (const Method& method : chosen_methods(settings, 2, true)) {
      const bool variation = method.paper == PaperMethod::rum_tv;
      const Course course = follow(data, method, variation ? 40 * iterations : iterations);
      if (course.iteration.empty()) continue;  // not iterative
      for (std::size_t k = 0; k < course.iteration.size(); ++k)
        csv += fmt::format("{},{},{},{:.6g},{:.6g}\n", name_of(scene), method.name, course.iteration[k],
                           course.relative_error[k], course.rmse[k]);
      rows.push_back({std::string(name_of(scene)), method.name,
                      fmt::format("{:.2e}", course.relative_error.front()),
                      fmt::format("{:.2e}", course.relative_error.back()),
                      fmt::format("{:.1e}", course.relative_error.front() / course.relative_error.back()),
                      fmt::format("{:.4f}", course.rmse.front()), fmt::format("{:.4f}", course.rmse.back()),
                      course.kkt ? fmt::format("{:.1e}", *course.kkt) : ""});
      courses.push_back(course);
    }
    std::filesystem::create_directories(settings.output);
    if (!courses.empty()) write_courses(settings, scene, courses);
  }
  write_report(settings, experiment.name, experiment.title, markdown_table(rows), csv);
}

}  // namespace phasecast
