#include <spdlog/fmt/fmt.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "tools/commands/help.hpp"
#include "tools/reference/reference.hpp"

namespace phasecast {
namespace {

struct HelpOptions {
  std::string command, form = "text", folder;
};

std::string text_for(const CLI::App& app, const HelpOptions& options) {
  const ProgramText program = text_of(app);
  const bool all = options.command.empty();
  if (!all) command_of(program, options.command);  // or an error that lists them
  if (options.form == "text")
    return all ? app.get_formatter()->make_help(&app, "phasecast", CLI::AppFormatMode::Normal)
               : app.get_subcommand(options.command)->help("phasecast");
  if (options.form == "man")
    return all ? as_man_page(program, PHASECAST_VERSION)
               : as_man_page(command_of(program, options.command), PHASECAST_VERSION);
  if (options.form == "toml") return as_toml(command_of(program, options.command));
  if (options.form == "markdown") return as_markdown(program);
  return options.form == "bash" ? as_bash_completion(program) : as_zsh_completion(program);
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error(path.string() + ": cannot be written");
}

void write_all(const CLI::App& app, const std::filesystem::path& share) {
  const ProgramText program = text_of(app);
  write(share / "man/man1/phasecast.1", as_man_page(program, PHASECAST_VERSION));
  for (const CommandText& command : program.commands)
    write(share / ("man/man1/phasecast-" + command.name + ".1"), as_man_page(command, PHASECAST_VERSION));
  write(share / "bash-completion/completions/phasecast", as_bash_completion(program));
  write(share / "zsh/vendor-completions/_phasecast", as_zsh_completion(program));
  for (const char* command : {"run", "unmix"})
    write(share / "doc/phasecast" / fmt::format("{}.toml", command), as_toml(command_of(program, command)));
}

}  // namespace

void add_help(CLI::App& app, int& exit_status) {
  auto options = std::make_shared<HelpOptions>();
  CLI::App* command = app.add_subcommand(
      "help", "What the commands and their options are, for the terminal or in other forms");
  command->add_option("command", options->command, "The command to tell of; without it, all of them")
      ->type_name("COMMAND");
  command
      ->add_option(
          "--as", options->form,
          "text for the terminal; man: a manual page; toml: a configuration file, of run or unmix; markdown: "
          "the reference; bash, zsh: their completion")
      ->check(CLI::IsMember({"text", "man", "toml", "markdown", "bash", "zsh"}))
      ->capture_default_str();
  command
      ->add_option("--write", options->folder,
                   "Write manual pages, completions and configuration files into DIR, as /usr/share has them")
      ->type_name("DIR");
  command->callback([&app, options, &exit_status] {
    if (options->folder.empty())
      fmt::print("{}", text_for(app, *options));
    else
      write_all(app, options->folder);
    exit_status = 0;
  });
}

}  // namespace phasecast
