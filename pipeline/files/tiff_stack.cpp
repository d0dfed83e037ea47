#include "pipeline/files/tiff_stack.hpp"

#include <array>
#include <fstream>
#include <string_view>

#include "pipeline/files/failure.hpp"
#include "pipeline/files/stored_scan.hpp"
#include "pipeline/files/tiff_file.hpp"
#include "pipeline/files/told_signal.hpp"
#include "stages/absorbance.hpp"

namespace phasecast {

bool is_tiff(const std::filesystem::path& path) {
  std::array<char, 4> begin{};
  std::ifstream(path, std::ios::binary).read(begin.data(), begin.size());
  const std::string_view magic(begin.data(), begin.size());
  using namespace std::string_view_literals;
  return magic == "II*\0"sv || magic == "MM\0*"sv || magic == "II+\0"sv || magic == "MM\0+"sv;
}

std::unique_ptr<ScanSource> open_tiff_stack(const std::filesystem::path& path, const StackDescription& said,
                                            ScanFindings& found) {
  const auto file = std::make_shared<TiffFile>(path);
  const std::string pages = std::to_string(file->pages());
  if (said.energies_ev.empty())
    throw Failure({"energy", file->path(), "", "a stack of " + pages + " images without energies",
                   "a text file with one energy per image (--energies)"});
  if (said.energies_ev.size() != file->pages())
    throw Failure({"energy", file->path(), "pages", pages,
                   std::to_string(said.energies_ev.size()) + ", one per energy"});
  ScanStart start;
  start.energies_ev = said.energies_ev;
  start.shape = file->shape();
  start.pixel_type = file->pixel_type();
  const auto image = [&](std::size_t page) {
    std::vector<float> values(file->shape().pixels());
    add_pixels(file->read(page), file->pixel_type(), values);
    return values;
  };
  start.signal = said.signal ? *said.signal : signal_over_edge(start.energies_ev, image, file->path(), found);
  found.images = pages + " pages are [energy, y, x]";
  found.energies = "from outside";
  std::vector<StoredFrame> frames;
  for (std::size_t e = 0; e < start.energies_ev.size(); ++e)
    frames.push_back(stored(FrameKind::sample, e, 0, e));
  return make_foreign_scan(path.string(), std::move(start), std::move(frames),
                           [file](const StoredFrame& frame) { return file->read(frame.slot); });
}

}  // namespace phasecast
