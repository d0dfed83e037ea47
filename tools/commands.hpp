#pragma once

#include <CLI/CLI.hpp>

namespace phasecast {

/// Each subcommand adds itself to the application: its options with unit, default and a sentence, and a
/// callback that does the work when it was chosen. `exit_status` is what main returns: 0 done, 1 failed (said
/// on stderr), 2 bad options.
void add_run(CLI::App& app, int& exit_status);
void add_recover(CLI::App& app, int& exit_status);
void add_simulate(CLI::App& app, int& exit_status);
void add_replay(CLI::App& app, int& exit_status);
void add_bridge(CLI::App& app, int& exit_status);
void add_unmix(CLI::App& app, int& exit_status);
void add_endmembers(CLI::App& app, int& exit_status);
void add_inspect(CLI::App& app, int& exit_status);
void add_plan(CLI::App& app, int& exit_status);
void add_references(CLI::App& app, int& exit_status);
void add_export(CLI::App& app, int& exit_status);
void add_watch(CLI::App& app, int& exit_status);
void add_view(CLI::App& app, int& exit_status);
void add_evaluate(CLI::App& app, int& exit_status);
void add_keys(CLI::App& app, int& exit_status);
void add_bench(CLI::App& app, int& exit_status);

}  // namespace phasecast
