#include "tests/torture/memory.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace phasecast::torture {
namespace {

std::size_t entries(const char* folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

}  // namespace

double resident_mib(int pid) {
  const std::string path = "/proc/" + (pid == 0 ? "self" : std::to_string(pid)) + "/status";
  std::ifstream file(path);
  for (std::string word; file >> word;)
    if (double kibibytes = 0; word == "VmRSS:" && file >> kibibytes) return kibibytes / 1024;
  throw std::runtime_error(path + " has no VmRSS, which tells the memory in use");
}

std::size_t thread_count() {
  return entries("/proc/self/task");
}

std::size_t descriptor_count() {
  return entries("/proc/self/fd");
}

void MemoryWatch::look() {
  seen_.push_back(resident_mib());
}

}  // namespace phasecast::torture
