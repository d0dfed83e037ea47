#include "tools/bridge/image_folder.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <stdexcept>

#include "pipeline/files/failure.hpp"
#include "pipeline/files/tiff_file.hpp"
#include "pipeline/files/tiff_stack.hpp"
#include "tools/bridge/header_fields.hpp"

namespace phasecast::bridge {
namespace {

std::regex compiled(const std::string& pattern) try {
  std::regex regex(pattern);
  if (regex.mark_count() != 1) throw std::runtime_error("one group, for the energy");
  return regex;
} catch (const std::exception& error) {
  throw std::runtime_error("--energy-in-name '" + pattern + "': " + error.what() +
                           ", expected a regular expression with one group");
}

bool is_tiff_name(const std::filesystem::path& name) {
  std::string extension = name.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension == ".tif" || extension == ".tiff";
}

}  // namespace

std::optional<std::uint64_t> last_number(const std::string& stem) {
  constexpr const char* digits = "0123456789";
  const std::size_t last = stem.find_last_of(digits);
  if (last == std::string::npos) return std::nullopt;
  const std::size_t before = stem.find_last_not_of(digits, last);
  const char* begin = stem.data() + (before == std::string::npos ? 0 : before + 1);
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(begin, stem.data() + last + 1, number);
  return failed == std::errc{} ? std::optional(number) : std::nullopt;
}

ImageFolder::ImageFolder(ImageFolderConfig config, Tally& tally)
    : config_(std::move(config)), tally_(tally), watch_(config_.folder, FolderWatch::Tell::finished) {
  if (!config_.energy_name.empty()) energy_ = compiled(config_.energy_name);
  if (config_.existing)
    queue_all_there();
  else
    for (const auto& entry : std::filesystem::directory_iterator(config_.folder))
      old_.insert(entry.path().filename().string());
}

void ImageFolder::queue(const std::string& name) {
  if (name.starts_with('.')) return;  // a writer's own, until it is renamed
  if (!is_tiff_name(name)) return tally_.count("files_of_other_kinds");
  if (taken_.insert(name).second)
    waiting_.push_back(name);
  else
    tally_.reject({"written_again", (config_.folder / name).string(), "", "a file that was taken already",
                   "a new name for each image"});
}

void ImageFolder::queue_all_there() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(config_.folder))
    if (const std::string name = entry.path().filename().string();
        entry.is_regular_file() && !taken_.contains(name) && !old_.contains(name))
      names.push_back(name);
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) queue(name);
}

void ImageFolder::take(const Sink& sink) {
  const FolderWatch::Changes changes = watch_.take();
  for (const auto& change : changes.files)
    if (change.finished) queue(change.name);
  if (changes.overflow) {
    tally_.count("watch_overflows");
    say(config_.folder.string() +
        ": more files came than the kernel could tell of; all there are looked through");
    queue_all_there();
  }
  if (waiting_.empty()) return;
  const std::string name = std::move(waiting_.front());
  waiting_.pop_front();
  auto image = read(name);
  if (!image) taken_.erase(name);  // half written, maybe: it counts again when it is closed
  sink(std::move(image));
}

Result<ForeignEvent> ImageFolder::read(const std::string& name) {
  const std::filesystem::path path = config_.folder / name;
  ForeignFrame frame;
  std::string stem = std::filesystem::path(name).stem().string();
  if (energy_) {
    std::smatch match;
    if (!std::regex_search(stem, match, *energy_))
      return Error{"name", path.string(), "energy", "nothing that --energy-in-name matches",
                   config_.energy_name};
    double value = 0;
    const std::string text = match[1];
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc{} || end != text.data() + text.size())
      return Error{"name", path.string(), "energy", text, "a number"};
    const auto energy = energy_in_ev(value, "", path.string(), "energy in name", assumed_kev_);
    if (!energy) return energy.error();
    frame.energy_ev = *energy;
    stem.erase(static_cast<std::size_t>(match.position(0)), static_cast<std::size_t>(match.length(0)));
  }
  frame.number = last_number(stem).value_or(next_number_);
  next_number_ = frame.number + 1;
  if (config_.kind_name)
    frame.kind = stem.find("dark") != std::string::npos   ? FrameKind::dark
                 : stem.find("flat") != std::string::npos ? FrameKind::flat
                                                          : FrameKind::sample;
  try {
    if (!is_tiff(path)) return Error{"tiff", path.string(), "", "no TIFF file", "a TIFF file of one image"};
    TiffFile file(path);
    if (file.pages() != 1)
      return Error{"pages", path.string(), "pages", std::to_string(file.pages()),
                   "1: one image for each file"};
    frame.shape = file.shape();
    frame.pixel_type = file.pixel_type();
    frame.pixels = PixelBuffer::take(file.read(0));
  } catch (const Failure& failure) {
    return failure.error;
  }
  return ForeignEvent(std::move(frame));
}

}  // namespace phasecast::bridge
