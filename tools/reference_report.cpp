#include "tools/reference_report.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "stages/dictionary_checks.hpp"
#include "stages/energy_information.hpp"
#include "stages/symmetric.hpp"

namespace phasecast {
namespace {

/// A state whose fraction is less certain than this cannot be told from the others in a single pixel.
constexpr double too_uncertain = 0.2;

EnergyWindow common_range(const std::vector<ReadReference>& references) {
  EnergyWindow common{0, std::numeric_limits<double>::infinity()};
  for (const ReadReference& r : references) {
    common.low_ev = std::max(common.low_ev, r.spectrum.energy_ev.front());
    common.high_ev = std::min(common.high_ev, r.spectrum.energy_ev.back());
  }
  return common;
}

/// The scan's energies that all references cover; the others are a problem.
void choose_energies(ReferenceReport& report, std::vector<double> scan_ev) {
  const EnergyWindow common = common_range(report.references);
  const bool has_scan = !scan_ev.empty();
  if (!has_scan) {
    scan_ev = report.references.front().spectrum.energy_ev;
    report.notes.push_back("no scan given: compared at the points of " +
                           report.references.front().spectrum.name + " from " + text_of(common));
  }
  std::sort(scan_ev.begin(), scan_ev.end());
  scan_ev.erase(std::unique(scan_ev.begin(), scan_ev.end()), scan_ev.end());
  for (const double energy_ev : scan_ev)
    if (common.contains(energy_ev)) report.energies_ev.push_back(energy_ev);
  const std::size_t outside = scan_ev.size() - report.energies_ev.size();
  if (!has_scan || outside == 0) return;
  std::string problem = fmt::format(
      "{} of the scan's {} energies ({} to {}) are outside what all references cover, {}", outside,
      scan_ev.size(), text_of(scan_ev.front()), text_of(scan_ev.back()), text_of(common));
  if (!report.energies_ev.empty())
    problem +=
        fmt::format(": --within {:.1f}:{:.1f} leaves them out in unmix", common.low_ev, common.high_ev);
  report.problems.push_back(problem);
}

/// A window that was not given is what all references would take for their own.
void choose_pre_edge(ReferenceReport& report) {
  EnergyWindow& window = report.normalize.pre_edge;
  if (report.normalize.mode == Normalization::none || window.high_ev > window.low_ev) return;
  window = common_range(report.references);
  for (const auto& edge : report.edges)
    if (edge) window.high_ev = std::min(window.high_ev, edge->pre_edge.high_ev);
  report.notes.push_back("no --pre-edge given: " + text_of(window) + ", half way to the first edge");
}

Likeness compare(const Dictionary& dictionary, const std::vector<double>& energies_ev,
                 double relative_noise) {
  EnergyInformation information(dictionary);
  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(dictionary.states(), dictionary.states());
  for (const EnergyRow& row : energy_rows(dictionary, energies_ev)) {
    information.add(row);
    const Eigen::VectorXd a = row.unknowns.head(dictionary.states());
    gram += a * a.transpose();
  }
  Likeness likeness;
  likeness.condition = 1 / std::sqrt(reciprocal_condition(gram));
  double closest = -1;
  for (Eigen::Index i = 0; i < gram.rows(); ++i)
    for (Eigen::Index j = i + 1; j < gram.rows(); ++j) {
      const double cosine = gram(i, j) / std::sqrt(gram(i, i) * gram(j, j));
      if (cosine <= closest) continue;
      closest = cosine;
      likeness.first = static_cast<std::size_t>(i);
      likeness.second = static_cast<std::size_t>(j);
    }
  likeness.angle_degrees = std::acos(std::min(closest, 1.0)) * 180 / std::numbers::pi;
  const SmallVector variances = fraction_variances(information.covariance(BackgroundFit::before),
                                                   all_compositions(dictionary.states()));
  for (const double variance : variances) likeness.deviation.push_back(relative_noise * std::sqrt(variance));
  return likeness;
}

void judge(ReferenceReport& report, double relative_noise) {
  const Likeness& likeness = *report.likeness;
  for (std::size_t l = 0; l < likeness.deviation.size(); ++l) {
    if (likeness.deviation[l] <= too_uncertain) continue;
    report.warnings.push_back(fmt::format(
        "{}: a fraction has a standard deviation of {:.2g} at noise {:.3g} of the edge jump; most alike are "
        "{} and {}",
        report.references[l].spectrum.name, likeness.deviation[l], relative_noise,
        report.references[likeness.first].spectrum.name, report.references[likeness.second].spectrum.name));
  }
}

}  // namespace

ReferenceReport report_on(std::vector<ReadReference> references, const ReportRequest& request) {
  ReferenceReport report;
  report.references = std::move(references);
  report.normalize = request.normalize;
  for (const ReadReference& r : report.references)
    report.edges.push_back(find_edge(r.spectrum, request.normalize.pre_edge, request.normalize.post_edge));
  choose_energies(report, request.scan_energies_ev);
  choose_pre_edge(report);
  std::vector<Spectrum> spectra;
  for (const ReadReference& r : report.references) spectra.push_back(r.spectrum);
  if (report.energies_ev.empty()) {
    report.problems.push_back("there is no energy that all references cover");
    return report;
  }
  if (spectra.size() < 2) {
    report.notes.push_back("a single reference: nothing to compare it with");
    return report;
  }
  auto dictionary = Dictionary::make(spectra, report.energies_ev, report.normalize);
  if (!dictionary) {
    report.problems.push_back(dictionary.error().text());
    return report;
  }
  report.dictionary = std::move(*dictionary);
  report.likeness = compare(*report.dictionary, report.energies_ev, request.relative_noise);
  judge(report, request.relative_noise);
  return report;
}

}  // namespace phasecast
