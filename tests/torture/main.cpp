#include <spdlog/spdlog.h>

#include <cstdio>

#include "tests/torture/commands.hpp"

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  spdlog::set_level(spdlog::level::off);
  CLI::App app("Breaks phasecast on purpose, and prints what came of it");
  int exit_status = 0;
  app.require_subcommand(1);
  phasecast::torture::add_streams(app, exit_status);
  phasecast::torture::add_cycles(app, exit_status);
  phasecast::torture::add_soak(app, exit_status);
  phasecast::torture::add_overload(app, exit_status);
  phasecast::torture::add_hostile(app);
  phasecast::torture::add_disk_full(app, exit_status);
  phasecast::torture::add_slow_disk(app, exit_status);
  try {
    CLI11_PARSE(app, argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "torture: %s\n", e.what());
    return 1;
  }
  return exit_status;
}
