#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <sstream>

#include "tests/scenarios/process.hpp"

using namespace phasecast::test;

namespace {

struct Row {
  std::string group, what;
  double ours = 0, reference = 0, ratio = 0;
};

/// group,"what",unit,ours,reference,ratio,...
std::vector<Row> read_rows(const std::string& csv) {
  std::vector<Row> rows;
  std::istringstream lines(csv);
  std::string line, unit;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    Row row;
    std::istringstream cells(line);
    std::getline(cells, row.group, ',');
    cells.ignore();
    std::getline(cells, row.what, '"');
    cells.ignore();
    std::getline(cells, unit, ',');
    char comma = 0;
    INFO(line);
    REQUIRE(cells >> row.ours >> comma >> row.reference >> comma >> row.ratio);
    rows.push_back(row);
  }
  return rows;
}

}  // namespace

SCENARIO("the table of a machine's speed") {
  GIVEN("small images") {
    TemporaryFolder folder;
    WHEN("phasecast bench measures them") {
      Process bench(folder.path(), "bench",
                    {"bench", "--quick", "--csv", folder / "table.csv", "--json", folder / "table.json"});
      REQUIRE(bench.wait() == 0);
      const auto rows = read_rows(read_file(folder / "table.csv"));
      THEN("every row has a figure and a reference, in the table and in both files") {
        std::map<std::string, int> rows_of;
        for (const Row& row : rows) {
          INFO(row.what);
          ++rows_of[row.group];
          CHECK((std::isfinite(row.ours) && row.ours > 0));
          CHECK((std::isfinite(row.reference) && row.reference > 0));
          CHECK((std::isfinite(row.ratio) && row.ratio > 0));
          CHECK(bench.output().find(row.what) != std::string::npos);
          CHECK(read_file(folder / "table.json").find('"' + row.what + '"') != std::string::npos);
        }
        CHECK(rows_of == std::map<std::string, int>{{"memory", 4},
                                                    {"ingest", 5},
                                                    {"iteration", 4},
                                                    {"tolerance", 2},
                                                    {"jobs", 8},
                                                    {"priors", 2},
                                                    {"live", 8},
                                                    {"footprint", 3}});
      }
      THEN("no frame is lost on the way, and memory does not grow with the number of energies") {
        for (const Row& row : rows) {
          INFO(row.what);
          if (row.what.starts_with("frames used")) CHECK(row.ours == row.reference);
          if (row.group == "footprint") CHECK(row.ratio == Approx(1).epsilon(0.1));
        }
      }
    }
  }
}
