#include "tools/bench/jobs.hpp"

#include "stages/quality.hpp"
#include "tools/bench/timing.hpp"

namespace phasecast {

NormalEquations stack_equations(const EvaluationData& data) {
  NormalizeConfig as_it_is;
  as_it_is.mode = Normalization::none;
  return form_equations(data.stack, data.references, as_it_is);
}

MapResult run_job(EvaluationData& data, const std::string& method) {
  MethodParameters parameters;
  parameters.tolerance = 0.8 * converged;
  data.equations_seconds = seconds_of([&] { data.equations = stack_equations(data); });
  return method_called(method).run(data, parameters);
}

double distance_to_limit(const EvaluationData& data, const MapResult& map) {
  MethodParameters parameters;
  parameters.lambda = map.lambda;
  parameters.iterations = 5000;
  parameters.tolerance = converged / 500;
  return rmse(map.fraction, method_called("rum-tv").run(data, parameters).fraction);
}

}  // namespace phasecast
