#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stages/absorption_edge.hpp"
#include "stages/dictionary.hpp"
#include "tools/picture/chart.hpp"

namespace phasecast {

/// A reference as it was read, with what had to be assumed about its file.
struct ReadReference {
  Spectrum spectrum;
  std::vector<std::string> assumptions;
};

/// How well normalized references can be told apart at some energies.
struct Likeness {
  double condition = 0;               ///< largest over smallest singular value of A
  std::size_t first = 0, second = 0;  ///< the pair most alike
  double angle_degrees = 0;           ///< between them
  std::vector<double> deviation;      ///< by state, of a fraction at the noise, over all compositions
};

/// What references are, and whether they can unmix a scan of these energies.
struct ReferenceReport {
  std::vector<ReadReference> references;
  std::vector<std::optional<AbsorptionEdge>> edges;
  std::vector<double> energies_ev;  ///< increasing: the scan's as far as they are covered; without a scan,
                                    ///< points of the first reference
  NormalizeConfig normalize;        ///< as applied
  std::optional<Dictionary> dictionary;
  std::optional<Likeness> likeness;
  std::vector<std::string> notes;     ///< what was assumed
  std::vector<std::string> warnings;  ///< it works, but not well
  std::vector<std::string> problems;  ///< it cannot work
};

struct ReportRequest {
  NormalizeConfig normalize;  ///< a pre-edge window of 0 to 0: chosen from the references, and said
  std::vector<double> scan_energies_ev;  ///< empty: no scan
  double relative_noise = 0.05;          ///< σ of one absorbance value over the edge jump
};

ReferenceReport report_on(std::vector<ReadReference> references, const ReportRequest& request);

std::string text_of(const ReferenceReport& report, const ReportRequest& request);
std::string csv_of(const ReferenceReport& report);
Chart chart_of(const ReferenceReport& report);

}  // namespace phasecast
