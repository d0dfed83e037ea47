#include "pipeline/files/text_file.hpp"

#include <zlib.h>

#include <array>
#include <memory>

#include "pipeline/files/failure.hpp"

namespace phasecast {

namespace {

constexpr std::size_t most_bytes = std::size_t{32} << 20;

}  // namespace

std::string read_text(const std::filesystem::path& path) {
  const std::string name = path.string();
  // zlib hands out files that are not gzip as they are.
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(name.c_str(), "rb"), gzclose);
  if (!file) throw Failure({"file", name, "", "not readable", "a text file"});
  std::string text;
  std::array<char, 1 << 16> buffer;
  while (true) {
    const int got = gzread(file.get(), buffer.data(), buffer.size());
    int error = Z_OK;
    const std::string said = gzerror(file.get(), &error);
    if (got < 0 || error != Z_OK)
      throw Failure({"file", name, "", "damaged: " + said, "a text file, plain or gzip"});
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > most_bytes)
      throw Failure({"size", name, "", "longer than " + std::to_string(most_bytes >> 20) + " MiB of text",
                     "a file of spectra"});
  }
}

}  // namespace phasecast
