#include "pipeline/certificate.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "messages/result.hpp"

namespace phasecast {
namespace {

constexpr std::size_t z85_length = 40, key_bytes = 32;

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& field, const std::string& value,
                       const std::string& expected) {
  throw std::runtime_error(Error{"keys", path.string(), field, value, expected}.text());
}

std::string trimmed(const std::string& text) {
  constexpr const char* around = " \t\r\"'";
  const auto first = text.find_first_not_of(around);
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(around) - first + 1);
}

/// The key as it is in the file is not repeated in the fault: it may be a secret one.
void require_z85(const std::filesystem::path& path, const std::string& field, const std::string& key) {
  std::array<std::uint8_t, key_bytes> decoded{};
  if (key.size() != z85_length || zmq_z85_decode(decoded.data(), key.c_str()) == nullptr)
    fail(path, field, std::to_string(key.size()) + " characters", "a CURVE key: 40 characters in Z85");
}

}  // namespace

Certificate make_key_pair() {
  std::array<char, z85_length + 1> public_key{}, secret_key{};
  if (zmq_curve_keypair(public_key.data(), secret_key.data()) != 0)
    throw std::runtime_error(std::string("libzmq makes no CURVE keys: ") + zmq_strerror(errno) +
                             "; expected a libzmq built with libsodium, as Debian's is");
  return {public_key.data(), secret_key.data()};
}

Certificate read_certificate(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) fail(path, "", "", "a readable certificate: " + std::string(std::strerror(errno)));
  Certificate certificate;
  for (std::string line; std::getline(file, line);) {
    const auto equals = line.find('=');
    if (trimmed(line).starts_with('#') || equals == std::string::npos) continue;
    const std::string name = trimmed(line.substr(0, equals)), value = trimmed(line.substr(equals + 1));
    if (name == "public-key") certificate.public_key = value;
    if (name == "secret-key") certificate.secret_key = value;
  }
  require_z85(path, "public-key", certificate.public_key);
  if (!certificate.secret_key.empty()) require_z85(path, "secret-key", certificate.secret_key);
  return certificate;
}

Certificate read_secret_certificate(const std::filesystem::path& path) {
  const Certificate certificate = read_certificate(path);
  require_z85(path, "secret-key", certificate.secret_key);
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) fail(path, "", "", std::strerror(errno));
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    std::ostringstream mode;
    mode << std::oct << (status.st_mode & 07777);
    fail(path, "mode", mode.str(), "600: a secret key that others can read is none (chmod 600)");
  }
  return certificate;
}

std::string certificate_text(const Certificate& certificate, const std::string& owner) {
  const bool secret = !certificate.secret_key.empty();
  std::string text =
      secret ? "# phasecast: SECRET CURVE key, for nobody but " : "# phasecast: public CURVE key of ";
  text += owner + "\n\nmetadata\n    name = \"" + owner + "\"\ncurve\n    public-key = \"" +
          certificate.public_key + "\"\n";
  if (secret) text += "    secret-key = \"" + certificate.secret_key + "\"\n";
  return text;
}

void write_certificate(const std::filesystem::path& path, const Certificate& certificate,
                       const std::string& owner) {
  const bool secret = !certificate.secret_key.empty();
  const std::string text = certificate_text(certificate, owner);
  // Under another name first: who reads the folder meanwhile sees the whole file or none.
  std::filesystem::path unfinished = path;
  unfinished += ".new";
  std::filesystem::remove(unfinished);
  const int file = open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, secret ? 0600 : 0644);
  if (file < 0) fail(path, "", "", "a place that can be written: " + std::string(std::strerror(errno)));
  const bool written =
      write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(file) == 0;
  const int fault = written && link(unfinished.c_str(), path.c_str()) == 0 ? 0 : errno;
  close(file);
  std::filesystem::remove(unfinished);
  if (fault == EEXIST) fail(path, "", "", "no such file yet: keys are never written over");
  if (fault != 0) fail(path, "", "", "room for a certificate: " + std::string(std::strerror(fault)));
}

}  // namespace phasecast
