#include "pipeline/files/tiff_stack.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <numeric>

#include "pipeline/files/failure.hpp"
#include "pipeline/files/fingerprint.hpp"
#include "pipeline/files/tiff_file.hpp"
#include "stages/absorbance.hpp"

namespace phasecast {
namespace {

class TiffScan final : public ScanSource {
 public:
  TiffScan(TiffFile file, ScanStart start) : file_(std::move(file)), start_(std::move(start)) {}
  const ScanStart& start() const override { return start_; }
  std::uint64_t frame_count() const override { return start_.energies_ev.size(); }
  ScanEnd end() const override { return {start_.scan_id, frame_count(), ScanStatus::complete, ""}; }
  Result<Frame> frame(std::uint64_t sequence) override;

 private:
  TiffFile file_;
  ScanStart start_;
};

Result<Frame> TiffScan::frame(std::uint64_t sequence) {
  if (sequence >= frame_count())
    return Error{"sequence", file_.path(), "frame", std::to_string(sequence),
                 "below " + std::to_string(frame_count())};
  FrameHeader header;
  header.scan_id = start_.scan_id;
  header.sequence = sequence;
  header.energy_index = static_cast<std::uint32_t>(sequence);
  header.energy_set_ev = start_.energies_ev[sequence];
  header.shape = start_.shape;
  header.pixel_type = start_.pixel_type;
  header.byte_count = start_.shape.pixels() * bytes_per_pixel(start_.pixel_type);
  try {
    return Frame{header, PixelBuffer::take(file_.read(sequence)), 0};
  } catch (const Failure& failure) {
    return failure.error;
  }
}

std::vector<float> image(TiffFile& file, std::size_t page) {
  std::vector<float> values(file.shape().pixels());
  add_pixels(file.read(page), file.pixel_type(), values);
  return values;
}

double mean_of_pages(TiffFile& file, const std::vector<std::size_t>& pages) {
  double sum = 0, count = 0;
  for (const std::size_t page : pages)
    for (const float v : image(file, page))
      if (std::isfinite(v)) {
        sum += v;
        ++count;
      }
  return sum / count;
}

constexpr float largest_transmission = 2;

Signal told_signal(TiffFile& file, const std::vector<double>& energies_ev,
                   std::vector<std::string>& assumptions) {
  std::vector<std::size_t> order(energies_ev.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return energies_ev[a] < energies_ev[b]; });
  const auto some = static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(order.size() / 2, 1, 5));
  const double low = mean_of_pages(file, {order.begin(), order.begin() + some});
  const double high = mean_of_pages(file, {order.end() - some, order.end()});
  const auto say = [&](Signal signal, const std::string& why) {
    assumptions.push_back(file.path() + ": the images are " + why +
                          " at the highest energies than at the lowest (" + std::to_string(low) + " to " +
                          std::to_string(high) + " on average): taken as " + std::string(name_of(signal)));
    return signal;
  };
  if (high > low) return say(Signal::absorbance, "brighter");
  std::vector<float> first = image(file, order.front());
  const auto top = first.begin() + static_cast<std::ptrdiff_t>(first.size() - 1) * 99 / 100;
  std::nth_element(first.begin(), top, first.end());
  return *top <= largest_transmission ? say(Signal::transmission, "at most 2 and not brighter")
                                      : say(Signal::counts, "beyond 2 and not brighter");
}

}  // namespace

bool is_tiff(const std::filesystem::path& path) {
  std::array<char, 4> begin{};
  std::ifstream(path, std::ios::binary).read(begin.data(), begin.size());
  const std::string_view magic(begin.data(), begin.size());
  using namespace std::string_view_literals;
  return magic == "II*\0"sv || magic == "MM\0*"sv || magic == "II+\0"sv || magic == "MM\0+"sv;
}

std::unique_ptr<ScanSource> open_tiff_stack(const std::filesystem::path& path,
                                            const StackDescription& description,
                                            std::vector<std::string>& assumptions) {
  TiffFile file(path);
  const std::string pages = std::to_string(file.pages());
  if (description.energies_ev.empty())
    throw Failure({"energy", file.path(), "", "a stack of " + pages + " images without energies",
                   "a text file with one energy per image (--energies)"});
  if (description.energies_ev.size() != file.pages())
    throw Failure({"energy", file.path(), "pages", pages,
                   std::to_string(description.energies_ev.size()) + ", one per energy"});
  ScanStart start;
  start.source = path.filename().string();
  start.energies_ev = description.energies_ev;
  start.shape = file.shape();
  start.pixel_type = file.pixel_type();
  start.signal =
      description.signal ? *description.signal : told_signal(file, description.energies_ev, assumptions);
  Fingerprint print;
  print.add(start.source.data(), start.source.size());
  print.add(start.energies_ev.data(), start.energies_ev.size() * sizeof(double));
  const auto first = file.read(0);
  print.add(first.data(), first.size());
  start.scan_id = start.series_id = print.uuid();
  return std::make_unique<TiffScan>(std::move(file), std::move(start));
}

}  // namespace phasecast
