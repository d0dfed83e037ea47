#include <spdlog/fmt/fmt.h>

#include <memory>
#include <string>

#include "pipeline/key_folder.hpp"
#include "tools/commands.hpp"

namespace phasecast {
namespace {

struct KeysOptions {
  std::string folder, add, role, remove;
  bool list = false;
};

std::string words(const std::set<Role>& roles) {
  std::string text;
  for (const Role role : roles) text += (text.empty() ? "" : ",") + std::string(name_of(role));
  return text;
}

void list(const KeyFolder& keys) {
  for (const auto& [name, roles] : keys.clients()) fmt::print("client {} role {}\n", name, words(roles));
}

void add(const KeyFolder& keys, const KeysOptions& options) {
  const auto roles = roles_in(options.role);
  const auto secret = keys.add(options.add, roles);
  fmt::print("key {}\nserver-key {}\n", secret.string(), keys.server_public_file().string());
  fmt::print("Hand both to {} over a safe way; then: --key {}.key_secret --server-key server.key\n",
             options.add, options.add);
}

void remove(const KeyFolder& keys, const std::string& name) {
  for (const auto& file : keys.remove(name)) fmt::print("removed {}\n", file.string());
  fmt::print("{} is not let in any more; a connection it has open stays until it ends\n", name);
}

void create(const std::string& folder) {
  KeyFolder::create(folder);
  fmt::print(
      "made {0}\nNow let somebody in:  phasecast keys {0} --add NAME --role source,viewer,control\n"
      "and start the pipeline:  phasecast run --keys {0} ...\n",
      folder);
}

}  // namespace

void add_keys(CLI::App& app, int& exit_status) {
  auto options = std::make_shared<KeysOptions>();
  CLI::App* command =
      app.add_subcommand("keys", "Who may connect to a pipeline: makes, lists and removes keys");
  command
      ->add_option("folder", options->folder,
                   "Folder of the keys; made, with the server's, if nothing else is asked")
      ->required()
      ->type_name("DIR");
  CLI::Option* name =
      command->add_option("--add", options->add, "Make a client's key pair and let it in")->type_name("NAME");
  CLI::Option* role =
      command
          ->add_option(
              "--role", options->role,
              "With --add: source sends frames, viewer looks and asks, control also aborts and stops")
          ->type_name("ROLE,...")
          ->needs(name);
  name->needs(role);
  CLI::Option* listing = command->add_flag("--list", options->list, "Show who may do what");
  CLI::Option* removal =
      command->add_option("--remove", options->remove, "Let a client in no more")->type_name("NAME");
  name->excludes(listing)->excludes(removal);
  listing->excludes(removal);
  command->callback([options, &exit_status] {
    if (options->add.empty() && options->remove.empty() && !options->list) {
      create(options->folder);
    } else {
      const KeyFolder keys(options->folder);
      if (options->list) list(keys);
      if (!options->add.empty()) add(keys, *options);
      if (!options->remove.empty()) remove(keys, options->remove);
    }
    exit_status = 0;
  });
}

}  // namespace phasecast
