#include <catch2/catch.hpp>

#include "stages/region_fit.hpp"
#include "tests/stages/synthetic.hpp"

using namespace phasecast;

namespace {

const Eigen::Vector3d fraction{0.2, 0.5, 0.3};

/// p(E) · coefficients + scale · A x, without noise.
struct Made {
  Dictionary dictionary;
  std::vector<double> energies_ev = synthetic::energies();
  std::vector<double> background, absorbance;

  Made(const NormalizeConfig& config, double scale)
      : dictionary(synthetic::dictionary(3, config, synthetic::energies())) {
    const int terms = background_terms(config);
    for (const double energy_ev : energies_ev) {
      double value = 0;
      if (terms > 0)
        value = dictionary.basis()(energy_ev, terms - 1).dot(Eigen::VectorXd::LinSpaced(terms, 0.7, -0.2));
      background.push_back(value);
      absorbance.push_back(value + scale * dictionary.row(energy_ev).dot(fraction));
    }
  }
};

}  // namespace

TEST_CASE("a spectrum made of a composition and a background is explained by them, in every normalization") {
  for (const auto& config : synthetic::all_modes()) {
    const Made made(config, 1.7);
    const auto found = fit_spectrum(made.dictionary, made.energies_ev, made.absorbance, fraction);
    CHECK(found.scale == Approx(1.7).epsilon(1e-10));
    for (std::size_t e = 0; e < made.energies_ev.size(); ++e) {
      CHECK(found.background[e] == Approx(made.background[e]).margin(1e-10));
      CHECK(found.fit[e] == Approx(made.absorbance[e]).margin(1e-10));
    }
  }
}

TEST_CASE("with a composition that is not the spectrum's the scale is the one of least squares") {
  const Made made(synthetic::config(Normalization::pre_edge), 1.7);
  const Eigen::Vector3d other{0.8, 0.1, 0.1};
  const auto found = fit_spectrum(made.dictionary, made.energies_ev, made.absorbance, other);
  double along = 0, misfit = 0;
  for (std::size_t e = 0; e < made.energies_ev.size(); ++e) {
    const double residual = made.absorbance[e] - found.fit[e];
    along += residual * made.dictionary.row(made.energies_ev[e]).dot(other);
    misfit += residual * residual;
  }
  CHECK(std::abs(along) < 1e-10);
  CHECK(misfit > 1e-2);
}

TEST_CASE("while no pre-edge energy is there the background is zero") {
  const Made made(synthetic::config(Normalization::pre_edge, 1), 1.0);
  const std::vector<double> energies_ev{8350, 8360};
  const std::vector<double> absorbance{1.5, 1.6};
  const auto found = fit_spectrum(made.dictionary, energies_ev, absorbance, fraction);
  CHECK(found.background == std::vector<double>{0, 0});
}
