#include "tools/client_keys.hpp"

#include <stdexcept>

#include "messages/result.hpp"

namespace phasecast {

void add_key_options(CLI::App& command, KeyFiles& files) {
  command
      .add_option("--key", files.key,
                  "This client's NAME.key_secret, for a pipeline run with --keys [default: none]")
      ->type_name("FILE")
      ->envname("PHASECAST_KEY");
  command.add_option("--server-key", files.server_key, "That pipeline's server.key [default: none]")
      ->type_name("FILE")
      ->envname("PHASECAST_SERVER_KEY");
}

std::optional<ClientKeys> load_keys(const KeyFiles& files) {
  if (files.key.empty() && files.server_key.empty()) return std::nullopt;
  if (files.key.empty())
    throw std::runtime_error(
        Error{"keys", "--key", "", "absent", "NAME.key_secret beside --server-key"}.text());
  if (files.server_key.empty())
    throw std::runtime_error(
        Error{"keys", "--server-key", "", "absent", "the pipeline's server.key beside --key"}.text());
  return ClientKeys{read_secret_certificate(files.key), read_certificate(files.server_key).public_key};
}

void use_keys(zmq::socket_t& socket, const std::optional<ClientKeys>& keys) {
  if (!keys) return;
  socket.set(zmq::sockopt::curve_serverkey, keys->server_public_key);
  socket.set(zmq::sockopt::curve_publickey, keys->own.public_key);
  socket.set(zmq::sockopt::curve_secretkey, keys->own.secret_key);
}

std::string refusal_text(bool key_refused, bool has_keys) {
  if (key_refused) return "the key given with --key has no such role there";
  if (has_keys)
    return "--server-key is not its key, it has no keys, or it is no pipeline's socket of this kind";
  return "it asks for keys (--key and --server-key), or it is no pipeline's socket of this kind";
}

}  // namespace phasecast
