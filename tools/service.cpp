#include "tools/service.hpp"

#include <systemd/sd-daemon.h>

namespace phasecast::service {

void ready() {
  sd_notify(0, "READY=1");
}

void stopping() {
  sd_notify(0, "STOPPING=1");
}

void alive(const std::string& status) {
  sd_notify(0, ("WATCHDOG=1\nSTATUS=" + status).c_str());
}

void stuck(const std::string& status) {
  sd_notify(0, ("STATUS=" + status).c_str());
}

std::optional<std::chrono::microseconds> watchdog_interval() {
  std::uint64_t patience_us = 0;
  if (sd_watchdog_enabled(0, &patience_us) <= 0) return std::nullopt;
  return std::chrono::microseconds(patience_us / 2);
}

}  // namespace phasecast::service
