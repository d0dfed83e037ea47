#include "tools/export/output.hpp"

#include <system_error>

#include "pipeline/files/failure.hpp"

namespace phasecast {

void keep_existing(const std::filesystem::path& path, bool overwrite) {
  if (!overwrite && std::filesystem::exists(path))
    throw Failure({"exists", path.string(), "", "there already", "a new file, or --overwrite"});
}

OutputFile::OutputFile(std::filesystem::path path, bool overwrite) : path_(std::move(path)) {
  keep_existing(path_, overwrite);
  unfinished_ = path_;
  unfinished_ += ".part";
}

OutputFile::~OutputFile() {
  std::error_code nothing_there;
  if (!unfinished_.empty()) std::filesystem::remove(unfinished_, nothing_there);
}

void OutputFile::finish() {
  std::filesystem::rename(unfinished_, path_);
  unfinished_.clear();
}

}  // namespace phasecast
