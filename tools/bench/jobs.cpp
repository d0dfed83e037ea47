#include "tools/bench/jobs.hpp"

#include "tools/bench/timing.hpp"

namespace phasecast {

NormalEquations stack_equations(const EvaluationData& data) {
  NormalizeConfig as_it_is;
  as_it_is.mode = Normalization::none;
  return form_equations(data.stack, data.references, as_it_is);
}

double seconds_of_job(EvaluationData& data, const std::string& method) {
  data.equations_seconds = seconds_of([&] { data.equations = stack_equations(data); });
  return method_called(method).run(data, {}).seconds;
}

}  // namespace phasecast
