#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

namespace phasecast {

/// FNV-1a: enough to tell files apart, and the same on every machine.
class Fingerprint {
 public:
  void add(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i) {
      low_ = (low_ ^ bytes[i]) * 0x100000001b3U;
      high_ = (high_ ^ (bytes[i] + 0x9eU)) * 0x100000001b3U;
    }
  }
  /// As a UUID of version 8 (RFC 9562: made by the application's own rule).
  std::string uuid() const {
    std::array<char, 37> text{};
    std::snprintf(text.data(), text.size(), "%08x-%04x-8%03x-%04x-%012llx",
                  static_cast<unsigned>(high_ >> 32), static_cast<unsigned>(high_ >> 16) & 0xffffU,
                  static_cast<unsigned>(high_) & 0xfffU,
                  (static_cast<unsigned>(low_ >> 48) & 0x3fffU) | 0x8000U,
                  static_cast<unsigned long long>(low_ & 0xffffffffffffU));
    return text.data();
  }

 private:
  std::uint64_t low_ = 0xcbf29ce484222325U;
  std::uint64_t high_ = 0x84222325cbf29ce4U;
};

}  // namespace phasecast
