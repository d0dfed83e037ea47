#pragma once

#include <filesystem>
#include <string>

namespace phasecast {

/// A CURVE key pair; keys are in Z85, 40 characters.
struct Certificate {
  std::string public_key;
  std::string secret_key;  ///< empty in a public certificate
};

Certificate make_key_pair();

/// Reads a ZPL certificate as czmq and pyzmq.auth write them. Throws std::runtime_error naming the file.
Certificate read_certificate(const std::filesystem::path& path);
/// The same, of a file that must hold the secret key too, and that nobody but its owner may read.
Certificate read_secret_certificate(const std::filesystem::path& path);

/// The file's text, with the secret if there is one.
std::string certificate_text(const Certificate& certificate, const std::string& owner);
/// Writes a new file, mode 0600 if it holds a secret, and never over an old one. `owner` is said in it.
void write_certificate(const std::filesystem::path& path, const Certificate& certificate,
                       const std::string& owner);

}  // namespace phasecast
