#include <optional>
#include <stdexcept>

#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/require.hpp"
#include "tools/config_file.hpp"

using namespace phasecast;

/// A command with one option of each kind that `phasecast run` has.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  file.hold({data, size});
  std::string config, frames, method = "rum-tv";
  std::vector<std::string> references;
  int order = 0;
  std::size_t in_flight = 0;
  double tolerance = 0;
  bool no_record = false;
  std::optional<std::uint16_t> view;
  CLI::App app("", "run");
  add_config_file(app, config);
  app.add_option("--frames", frames);
  app.add_option("--method", method)->check(CLI::IsMember({"rum-tv", "lcf"}));
  app.add_option("--references", references);
  app.add_option("--order", order);
  app.add_option("--in-flight", in_flight);
  app.add_option("--tolerance", tolerance);
  app.add_flag("--no-record", no_record);
  app.add_option("--view", view);
  try {
    apply_config_file(app, file.path());
  } catch (const std::runtime_error& error) {
    fuzz::require(std::string_view(error.what()).find(file.path()) == 0, "an error names the file");
    return 0;
  }
  describe(app);
  return 0;
}
