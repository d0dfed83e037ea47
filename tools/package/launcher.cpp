#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include "tools/cpu_level.hpp"

// A package's /usr/bin/phasecast: compiled for any x86-64 CPU, it becomes the build for the newest
// instruction set that this CPU has, of those in ../libexec/phasecast. PHASECAST_CPU_LEVEL=2 asks for at most
// x86-64-v2, to compare.
namespace {

constexpr int oldest = 2;

int level_wanted() {
  const int level = phasecast::cpu_level();
  const char* asked = std::getenv("PHASECAST_CPU_LEVEL");
  if (!asked) return level;
  if (std::strlen(asked) != 1 || *asked < '0' + oldest || *asked > '0' + level) {
    std::fprintf(stderr, "phasecast: PHASECAST_CPU_LEVEL is '%s', expected %d to %d on this CPU\n", asked,
                 oldest, level);
    std::exit(2);
  }
  return *asked - '0';
}

}  // namespace

int main(int, char** argv) {
  std::error_code failure;
  const auto here = std::filesystem::read_symlink("/proc/self/exe", failure).parent_path();
  if (failure) {
    std::fprintf(stderr, "phasecast: /proc/self/exe: %s; /proc has to be mounted\n",
                 failure.message().c_str());
    return 1;
  }
  const auto builds = here / "../libexec/phasecast";
  if (phasecast::cpu_level() < oldest) {
    std::fprintf(stderr,
                 "phasecast: this CPU is too old: it lacks SSE4.2 or POPCNT (x86-64-v2), which those built "
                 "since about "
                 "2009 have\n");
    return 1;
  }
  for (int level = level_wanted(); level >= oldest; --level) {
    const auto build = builds / ("x86-64-v" + std::to_string(level)) / "phasecast";
    execv(build.c_str(), argv);
    if (errno == ENOENT) continue;
    std::fprintf(stderr, "phasecast: %s: %s\n", build.c_str(), std::strerror(errno));
    return 1;
  }
  std::fprintf(stderr, "phasecast: %s: holds no build for this CPU\n", builds.c_str());
  return 1;
}
