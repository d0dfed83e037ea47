#include <cstdio>
#include <exception>

#include "tools/build_facts.hpp"
#include "tools/commands.hpp"
#include "tools/commands/help.hpp"
#include "tools/kept_pages.hpp"

int main(int argc, char** argv) {
  phasecast::keep_freed_pages();
  CLI::App app("phasecast: live chemical phase maps from streaming X-ray spectro-microscopy");
  app.require_subcommand(1);
  app.set_version_flag("--version", phasecast::build_facts,
                       "What this program is, how it was built, and with what");
  int exit_status = 0;
  phasecast::add_run(app, exit_status);
  phasecast::add_recover(app, exit_status);
  phasecast::add_simulate(app, exit_status);
  phasecast::add_replay(app, exit_status);
  phasecast::add_bridge(app, exit_status);
  phasecast::add_unmix(app, exit_status);
  phasecast::add_endmembers(app, exit_status);
  phasecast::add_inspect(app, exit_status);
  phasecast::add_plan(app, exit_status);
  phasecast::add_references(app, exit_status);
  phasecast::add_export(app, exit_status);
  phasecast::add_watch(app, exit_status);
  phasecast::add_view(app, exit_status);
  phasecast::add_evaluate(app, exit_status);
  phasecast::add_keys(app, exit_status);
  phasecast::add_bench(app, exit_status);
  phasecast::add_help(app, exit_status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "phasecast: %s\n", e.what());
    return 1;
  }
  return exit_status;
}
