#include "tools/passed_key.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "pipeline/certificate.hpp"

namespace phasecast {

PassedKey::PassedKey() : descriptor_(memfd_create("viewer.key_secret", 0)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "the viewer's key");
  const Certificate key = make_key_pair();
  const std::string text = certificate_text(key, "the viewer of this run");
  if (fchmod(descriptor_, 0600) != 0 || write(descriptor_, text.data(), text.size()) < 0)
    throw std::system_error(errno, std::generic_category(), "the viewer's key");
  public_key_ = key.public_key;
}

PassedKey::~PassedKey() {
  close(descriptor_);
}

std::filesystem::path PassedKey::path() const {
  return "/proc/self/fd/" + std::to_string(descriptor_);
}

}  // namespace phasecast
