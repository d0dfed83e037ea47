// read_file scan FILE | stack FILE IMAGES | reference FILE | maps FILE: reads all of it as phasecast does.
// Ends with 0, or with 1 and the error.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "pipeline/files/map_file.hpp"
#include "pipeline/files/references.hpp"
#include "pipeline/files/scan_reader.hpp"

using namespace phasecast;

namespace {

int refused(const Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return 1;
}

int read_scan(const std::string& path, std::size_t images) {
  StackDescription stack;
  for (std::size_t k = 0; k < images; ++k) stack.energies_ev.push_back(7000 + static_cast<double>(k));
  std::vector<std::string> assumptions;
  const auto scan = open_scan(path, assumptions, stack);
  if (!scan) return refused(scan.error());
  for (std::uint64_t k = 0; k < (*scan)->frame_count(); ++k)
    if (const auto frame = (*scan)->frame(k); !frame) return refused(frame.error());
  return 0;
}

template <class T>
int result_of(const Result<T>& result) {
  return result.ok() ? 0 : refused(result.error());
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  const std::string_view kind = arguments[1];
  const std::string path = arguments[2];
  std::vector<std::string> assumptions;
  if (kind == "scan") return read_scan(path, 0);
  if (kind == "stack" && count == 4) return read_scan(path, std::strtoul(arguments[3], nullptr, 10));
  if (kind == "maps") return result_of(read_maps(path));
  if (kind == "reference") return result_of(read_reference(path, assumptions));
  return 2;
}
