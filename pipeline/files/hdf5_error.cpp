#include "pipeline/files/hdf5.hpp"

namespace phasecast::hdf5 {

namespace {

struct Story {
  std::string deepest;  ///< what the function that failed first said
  std::string system;   ///< strerror of the failed system call, if it was one
  bool writing = false;
};

std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const std::size_t start = text.find(before);
  if (start == std::string::npos) return "";
  const std::size_t end = text.find(after, start + before.size());
  return text.substr(start + before.size(), end - start - before.size());
}

herr_t collect(unsigned, const H5E_error2_t* entry, void* data) {
  Story& story = *static_cast<Story*>(data);
  const std::string said = entry->desc ? entry->desc : "";
  if (story.deepest.empty()) story.deepest = said;
  if (story.system.empty()) story.system = between(said, "error message = '", "'");
  if (entry->min_num == H5E_WRITEERROR || entry->min_num == H5E_CANTFLUSH) story.writing = true;
  return 0;
}

}  // namespace

Error last_error(const std::string& path, const std::string& object, const std::string& doing) {
  Story story;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect, &story);
  const std::string& why = story.system.empty() ? story.deepest : story.system;
  return {story.writing ? "disk" : "file", path, object, doing + (why.empty() ? "" : ": " + why), ""};
}

}  // namespace phasecast::hdf5
