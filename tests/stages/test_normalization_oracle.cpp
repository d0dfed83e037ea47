#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "stages/lcf.hpp"
#include "stages/trust.hpp"
#include "synthetic.hpp"
#include "tests/paths.hpp"

using namespace phasecast;

namespace {

using Table = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// What tests/oracles/normalization.py wrote: named tables.
std::map<std::string, Table> read_tables() {
  std::ifstream file(PHASECAST_SOURCE_DIR "/tests/oracles/normalization.txt");
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

std::vector<double> row_of(const Table& table, Eigen::Index row) {
  return {table.row(row).begin(), table.row(row).end()};
}

double relative(const Eigen::MatrixXd& found, const Eigen::MatrixXd& expected) {
  return (found - expected).norm() / expected.norm();
}

Eigen::MatrixXd table_of(const std::vector<double>& values, Eigen::Index rows) {
  return Eigen::Map<const Table>(values.data(), rows, static_cast<Eigen::Index>(values.size()) / rows);
}

}  // namespace

TEST_CASE("normalization and LCF agree with the numpy stack, in every mode") {
  const auto tables = read_tables();
  const auto& windows = tables.at("windows");
  const auto energies = row_of(tables.at("energies"), 0);
  const synthetic::Stack stack = tables.at("frames").cast<float>();
  std::vector<Spectrum> references;
  for (Eigen::Index l = 0; l < tables.at("mu").rows(); ++l)
    references.push_back(
        {"state" + std::to_string(l), row_of(tables.at("grid"), 0), row_of(tables.at("mu"), l)});
  const Shape shape{1, static_cast<int>(stack.cols())};

  const auto [name, mode, order, post_order] = GENERATE(
      table<std::string, Normalization, int, int>({{"none", Normalization::none, 0, 0},
                                                   {"pre_edge_0", Normalization::pre_edge, 0, 0},
                                                   {"pre_edge_1", Normalization::pre_edge, 1, 0},
                                                   {"edge_step_0_2", Normalization::edge_step, 0, 2},
                                                   {"edge_step_1_1", Normalization::edge_step, 1, 1}}));
  CAPTURE(name);
  const auto expected = [&, prefix = name + "/"](const std::string& key) { return tables.at(prefix + key); };
  const NormalizeConfig config{
      mode, {windows(0), windows(1)}, {windows(2), windows(3)}, order, post_order, windows(4)};
  const auto dictionary = Dictionary::make(references, energies, config);
  REQUIRE(dictionary.ok());
  for (std::size_t t = 0; t < energies.size(); ++t)
    CHECK((dictionary.value().row(energies[t]).transpose() -
           expected("references").row(static_cast<Eigen::Index>(t)))
              .norm() < 1e-11);

  const auto equations = synthetic::equations(synthetic::moments(dictionary.value(), shape, energies, stack));
  CHECK(relative(equations.gram, expected("gram")) < 1e-11);
  CHECK(relative(equations.covariance, expected("covariance")) < 1e-9);
  CHECK(relative(table_of(equations.projection, 3), expected("projection")) < 1e-11);
  CHECK(relative(table_of(equations.energy, 1), expected("energy")) < 1e-11);
  CHECK(relative(table_of(equations.misfit, 1), expected("misfit")) < 1e-8);
  CHECK(equations.degrees_of_freedom == expected("degrees_of_freedom")(0));

  const auto free = lcf(equations, LcfConstraint::non_negative);
  const Eigen::MatrixXd z = table_of(free.fraction, 3) *
                            Eigen::Map<const Eigen::VectorXd>(free.scale.data(), shape.width).asDiagonal();
  CHECK(relative(z, expected("non_negative")) < 1e-8);
  const auto fixed = lcf(equations, LcfConstraint::non_negative_sum_to_one);
  CHECK(relative(table_of(fixed.fraction, 3), expected("sum_to_one")) < 1e-8);

  const std::vector<float> fraction(free.fraction.begin(), free.fraction.end()),
      scale(free.scale.begin(), free.scale.end());
  const auto residual = residual_map(equations, fraction, scale);
  for (int k = 0; k < shape.width; ++k)
    CHECK(residual[static_cast<std::size_t>(k)] == Approx(expected("residual")(k)).epsilon(1e-5));
}
