#include "stages/energy_choice.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <random>

#include "synthetic.hpp"
#include "tests/paths.hpp"

using namespace phasecast;

namespace {

using Table = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Energies = std::vector<double>;

/// What tests/oracles/energy_choice.py wrote: named tables.
std::map<std::string, Table> read_tables() {
  std::ifstream file(PHASECAST_SOURCE_DIR "/tests/oracles/energy_choice.txt");
  REQUIRE(file.good());
  std::map<std::string, Table> tables;
  std::string name;
  Eigen::Index rows = 0, columns = 0;
  while (file >> name >> rows >> columns) {
    Table table(rows, columns);
    for (double& v : table.reshaped<Eigen::RowMajor>()) file >> v;
    tables[name] = table;
  }
  return tables;
}

Energies row_of(const Table& table, Eigen::Index row) {
  return {table.row(row).begin(), table.row(row).end()};
}

/// Dictionaries of the oracle's references: order −1 is without a background.
struct Oracle {
  std::map<std::string, Table> tables = read_tables();
  Energies energies = row_of(tables.at("energies"), 0);

  Dictionary dictionary(int states, int order) const {
    std::vector<Spectrum> references;
    for (int l = 0; l < states; ++l)
      references.push_back(
          {"state" + std::to_string(l), row_of(tables.at("grid"), 0), row_of(tables.at("mu"), l)});
    NormalizeConfig config;
    config.mode = order < 0 ? Normalization::none : Normalization::pre_edge;
    config.pre_edge = {tables.at("window")(0, 0), tables.at("window")(0, 1)};
    config.order = std::max(order, 0);
    auto made = Dictionary::make(references, energies, config);
    REQUIRE(made.ok());
    return *made;
  }
};

Energies some_of(const Energies& all, std::size_t count, std::mt19937& random) {
  Energies some = all;
  std::shuffle(some.begin(), some.end(), random);
  some.resize(count);
  return some;
}

EnergyChoice chosen(const Dictionary& dictionary, const Energies& grid, const EnergyChoiceConfig& config) {
  auto choice = choose_energies(dictionary, grid, config);
  if (!choice) FAIL(choice.error().text());
  return *choice;
}

Error refusal(const Dictionary& dictionary, const Energies& grid, const EnergyChoiceConfig& config) {
  const auto choice = choose_energies(dictionary, grid, config);
  REQUIRE_FALSE(choice.ok());
  return choice.error();
}

constexpr auto fits = {BackgroundFit::before, BackgroundFit::together};

}  // namespace

TEST_CASE("the deviation of a fraction is the oracle's, which differentiates the model by its parameters") {
  const Oracle oracle;
  const Table& expected = oracle.tables.at("deviations");
  const Table& masks = oracle.tables.at("masks");
  for (Eigen::Index i = 0; i < expected.rows(); ++i) {
    const int states = static_cast<int>(expected(i, 0)), order = static_cast<int>(expected(i, 1));
    const auto mask = static_cast<Eigen::Index>(expected(i, 2));
    Energies energies;
    for (std::size_t t = 0; t < oracle.energies.size(); ++t)
      if (masks(mask, static_cast<Eigen::Index>(t)) > 0) energies.push_back(oracle.energies[t]);
    const Dictionary dictionary = oracle.dictionary(states, order);
    CAPTURE(states, order, mask);
    CHECK(fraction_deviation(dictionary, energies, BackgroundFit::before) ==
          Approx(expected(i, 3)).epsilon(1e-8));
    CHECK(fraction_deviation(dictionary, energies, BackgroundFit::together) ==
          Approx(expected(i, 4)).epsilon(1e-8));
  }
}

TEST_CASE("exchange finds what trying every subset finds") {
  const Oracle oracle;
  const Table& optima = oracle.tables.at("optima");
  for (Eigen::Index i = 0; i < optima.rows(); ++i) {
    const int states = static_cast<int>(optima(i, 0)), order = static_cast<int>(optima(i, 1));
    const int count = static_cast<int>(optima(i, 2));
    const Dictionary dictionary = oracle.dictionary(states, order);
    CAPTURE(states, order, count);
    Eigen::Index column = 3;
    for (const BackgroundFit fit : fits) {
      const EnergyChoice choice = chosen(dictionary, oracle.energies, {.energies = count, .fit = fit});
      CHECK(choice.energies_ev.size() == static_cast<std::size_t>(count));
      CHECK(choice.deviation == Approx(optima(i, column)).epsilon(1e-6));
      CHECK(fraction_deviation(dictionary, choice.energies_ev, fit) ==
            Approx(choice.deviation).epsilon(1e-9));
      ++column;
    }
  }
}

TEST_CASE("the covariance foretold is that of the moments, in every mode, for any part of the energies") {
  std::mt19937 random(2);
  const Energies planned = synthetic::energies();
  for (const NormalizeConfig& config : synthetic::all_modes())
    for (const int states : {2, 3}) {
      const Dictionary dictionary = synthetic::dictionary(states, config, planned);
      const Energies received = some_of(planned, 30, random);
      const auto scan = synthetic::scan(states, received, 3, 0.01, 1);
      const NormalEquations measured =
          synthetic::equations(synthetic::moments(dictionary, {1, 3}, received, scan));
      EnergyInformation information(dictionary);
      for (const EnergyRow& row : energy_rows(dictionary, received)) information.add(row);
      const Eigen::MatrixXd foretold = information.covariance(BackgroundFit::before);
      CHECK((foretold - measured.covariance).norm() < 1e-9 * measured.covariance.norm());
    }
}

TEST_CASE("references normalized on the chosen energies alone are those of a dictionary made for them") {
  std::mt19937 random(3);
  const Energies planned = synthetic::energies();
  for (const int order : {0, 1}) {
    const NormalizeConfig config = synthetic::config(Normalization::pre_edge, order);
    const Energies part = some_of(planned, 25, random);
    const auto made_for_part = Dictionary::make(synthetic::references(3), part, config);
    REQUIRE(made_for_part.ok());
    EnergyInformation direct(*made_for_part), through(synthetic::dictionary(3, config, planned));
    for (const EnergyRow& row : energy_rows(*made_for_part, part)) direct.add(row);
    for (const EnergyRow& row : energy_rows(synthetic::dictionary(3, config, planned), part))
      through.add(row);
    const SmallMatrix expected = direct.covariance(BackgroundFit::before);
    const SmallMatrix found = through.normalized_here().covariance(BackgroundFit::before);
    CHECK((found - expected).norm() < 1e-9 * expected.norm());
  }
}

TEST_CASE("another energy never raises the variance of a fit of references and background together") {
  std::mt19937 random(4);
  const Energies planned = synthetic::energies();
  for (const NormalizeConfig& config : synthetic::all_modes()) {
    const Dictionary dictionary = synthetic::dictionary(3, config, planned);
    for (int trial = 0; trial < 50; ++trial) {
      Energies energies = some_of(planned, 20, random);
      double before = fraction_deviation(dictionary, std::span(energies).first(10), BackgroundFit::together);
      for (std::size_t count = 11; count <= 20; ++count) {
        const double after =
            fraction_deviation(dictionary, std::span(energies).first(count), BackgroundFit::together);
        CHECK(after <= before * (1 + 1e-9));
        before = after;
      }
    }
  }
}

TEST_CASE("fitting the background before the references is never better than fitting both together") {
  std::mt19937 random(5);
  const Energies planned = synthetic::energies();
  const Dictionary dictionary =
      synthetic::dictionary(2, synthetic::config(Normalization::pre_edge, 1), planned);
  for (int trial = 0; trial < 100; ++trial) {
    const Energies energies = some_of(planned, 15, random);
    CHECK(fraction_deviation(dictionary, energies, BackgroundFit::before) >=
          fraction_deviation(dictionary, energies, BackgroundFit::together) * (1 - 1e-9));
  }
}

TEST_CASE("the averaged variance is the mean over random compositions") {
  const Energies planned = synthetic::energies();
  const Dictionary dictionary = synthetic::dictionary(3, synthetic::config(Normalization::none), planned);
  EnergyInformation information(dictionary);
  for (const EnergyRow& row : energy_rows(dictionary, planned)) information.add(row);
  const SmallMatrix covariance = information.covariance(BackgroundFit::before);
  std::mt19937 random(6);
  std::exponential_distribution<double> exponential;
  constexpr int draws = 20000;
  double sum = 0, squares = 0;
  for (int i = 0; i < draws; ++i) {
    Eigen::Vector3d x;
    for (double& v : x) v = exponential(random);
    x /= x.sum();
    const Eigen::Matrix3d jacobian = Eigen::Matrix3d::Identity() - x * Eigen::RowVector3d::Ones();
    const double mean = (jacobian * covariance * jacobian.transpose()).trace() / 3;
    sum += mean;
    squares += mean * mean;
  }
  const double mean = sum / draws, error = std::sqrt((squares / draws - mean * mean) / draws);
  CHECK(std::abs(fraction_variances(covariance, all_compositions(3)).mean() - mean) < 4 * error);
}

TEST_CASE("the order of the grid makes no difference to what is chosen") {
  std::mt19937 random(7);
  const Energies planned = synthetic::energies();
  const Dictionary dictionary =
      synthetic::dictionary(3, synthetic::config(Normalization::pre_edge, 1), planned);
  const EnergyChoice expected = chosen(dictionary, planned, {.energies = 12});
  CHECK(std::is_sorted(expected.energies_ev.begin(), expected.energies_ev.end()));
  for (int trial = 0; trial < 3; ++trial) {
    const EnergyChoice found = chosen(dictionary, some_of(planned, planned.size(), random), {.energies = 12});
    CHECK(found.energies_ev == expected.energies_ev);
    CHECK(found.deviation == expected.deviation);
  }
}

TEST_CASE("a choice keeps to what is asked of it") {
  const Energies planned = synthetic::energies();
  const NormalizeConfig config = synthetic::config(Normalization::edge_step, 1, 2);
  const Dictionary dictionary = synthetic::dictionary(2, config, planned);
  const EnergyChoice free = chosen(dictionary, planned, {.energies = 12});
  const EnergyChoice bound =
      chosen(dictionary, planned, {.energies = 12, .least_in_pre_edge = 6, .spacing_ev = 4});
  const auto inside = [](const Energies& energies, const EnergyWindow& window) {
    return std::count_if(energies.begin(), energies.end(), [&](double e) { return window.contains(e); });
  };
  CHECK(inside(bound.energies_ev, config.pre_edge) >= 6);
  CHECK(inside(bound.energies_ev, config.post_edge) >= 3);
  for (std::size_t i = 1; i < bound.energies_ev.size(); ++i)
    CHECK(bound.energies_ev[i] - bound.energies_ev[i - 1] >= 4);
  CHECK(bound.deviation > free.deviation);
  CHECK(Dictionary::make(synthetic::references(2), bound.energies_ev, config).ok());
  CHECK(Dictionary::make(synthetic::references(2), free.energies_ev, config).ok());
}

TEST_CASE("all of a grid can be chosen, and only in one way") {
  const Energies planned = synthetic::energies();
  const Dictionary dictionary = synthetic::dictionary(2, synthetic::config(Normalization::pre_edge), planned);
  const EnergyChoice choice = chosen(dictionary, planned, {.energies = static_cast<int>(planned.size())});
  CHECK(choice.energies_ev == planned);
  CHECK(evenly_taken(planned, static_cast<int>(planned.size())) == planned);
  CHECK(evenly_taken(planned, 2) == Energies{planned.front(), planned.back()});
}

TEST_CASE("choices that cannot be made are refused with what would be right") {
  const Energies planned = synthetic::energies();
  const Dictionary dictionary =
      synthetic::dictionary(2, synthetic::config(Normalization::pre_edge, 1), planned);
  const Error too_many = refusal(dictionary, planned, {.energies = 41});
  CHECK(too_many.cause == "energies");
  CHECK_THAT(too_many.expected, Catch::Contains("at most the 40"));
  const Error too_few = refusal(dictionary, planned, {.energies = 4});
  CHECK(too_few.cause == "energies");
  CHECK_THAT(too_few.expected, Catch::StartsWith("5 or more: 2 states, 2 background parameters"));

  Energies twice = planned;
  twice.push_back(planned[7]);
  CHECK(refusal(dictionary, twice, {.energies = 10}).cause == "energy");
  CHECK_THAT(refusal(dictionary, twice, {.energies = 10}).value, Catch::Contains("listed twice"));
  Energies beyond = planned;
  beyond.push_back(8700);
  CHECK(refusal(dictionary, beyond, {.energies = 10}).value == "8700 eV");
  beyond.back() = std::nan("");
  CHECK(refusal(dictionary, beyond, {.energies = 10}).cause == "energy");

  CHECK(refusal(dictionary, planned, {.energies = 10, .least_in_pre_edge = 9}).cause == "window");
  CHECK(refusal(dictionary, planned, {.energies = 30, .least_in_pre_edge = 25}).cause == "window");
  CHECK(refusal(dictionary, planned, {.energies = 10, .spacing_ev = 60}).cause == "spacing");
}
