#pragma once

#include <chrono>
#include <optional>
#include <string>

/// What a service tells systemd (sd_notify): does nothing where systemd did not start the process.
namespace phasecast::service {

void ready();
void stopping();
/// The process works, and `status` is what `systemctl status` shows.
void alive(const std::string& status);
/// It does not, and `status` says why: the watchdog is told nothing.
void stuck(const std::string& status);
/// How often to say so: half of the watchdog's patience. Nothing: there is no watchdog.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace phasecast::service
