#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <map>

#include "messages/units.hpp"
#include "pipeline/files/image_stack.hpp"
#include "pipeline/files/layouts.hpp"

/// APS 32-ID (xanes_gui): /exchange/data [n, Y, X], /exchange/data_flat [n, Y, X], /exchange/energy [n]. An
/// energy that comes several times has repeats.
namespace phasecast {

namespace {

using hdf5::Dataset;
using hdf5::File;

constexpr const char* data = "/exchange/data";
constexpr const char* flat = "/exchange/data_flat";
constexpr const char* times = "/measurement/per_step/timestamp_epoch";

/// Which images belong to each energy, energies in the order of their first image.
struct Visits {
  std::vector<double> energies;
  std::vector<std::vector<std::size_t>> images;
};

Visits group_by_energy(const std::vector<double>& energy_of_image) {
  Visits visits;
  std::map<double, std::size_t> known;
  for (std::size_t i = 0; i < energy_of_image.size(); ++i) {
    const auto [place, first_visit] = known.try_emplace(energy_of_image[i], visits.energies.size());
    if (first_visit) {
      visits.energies.push_back(energy_of_image[i]);
      visits.images.emplace_back();
    }
    visits.images[place->second].push_back(i);
  }
  return visits;
}

void require_even(const Visits& visits, const std::string& path) {
  for (std::size_t e = 0; e < visits.energies.size(); ++e)
    if (visits.images[e].size() != visits.images[0].size())
      throw Failure({"repeats", path, "/exchange/energy",
                     std::to_string(visits.energies[e]) + " eV " + std::to_string(visits.images[e].size()) +
                         " times, " + std::to_string(visits.energies[0]) + " eV " +
                         std::to_string(visits.images[0].size()) + " times",
                     "every energy equally often"});
}

std::vector<double> image_times(const File& file, std::size_t images) {
  if (!file.has(times)) return std::vector<double>(images, 0.0);
  const Dataset dataset = Dataset::open(file, times);
  auto seconds = hdf5::read_numbers<double>(dataset);
  if (seconds.size() != images)
    throw Failure({"shape", file.path(), times, hdf5::to_text(dataset.dims()),
                   "[" + std::to_string(images) + "], one instant per image"});
  return seconds;
}

std::int64_t utc_ns(double seconds) {
  constexpr double last_instant_s = 9e9;  // of 64 bits of nanoseconds
  return std::abs(seconds) < last_instant_s ? static_cast<std::int64_t>(std::llround(seconds * ns_per_s)) : 0;
}

std::vector<StoredFrame> sending_order(const Visits& visits, const std::vector<double>& seconds) {
  std::vector<StoredFrame> frames;
  for (std::size_t e = 0; e < visits.images.size(); ++e)
    for (const FrameKind kind : {FrameKind::flat, FrameKind::sample})
      for (std::size_t r = 0; r < visits.images[e].size(); ++r) {
        const std::size_t image = visits.images[e][r];
        StoredFrame frame = stored(kind, e, r, image);
        frame.header.start_utc_ns = utc_ns(seconds[image]);
        frames.push_back(std::move(frame));
      }
  return frames;
}

}  // namespace

std::unique_ptr<ScanSource> open_aps_32id(File file, const StackDescription& said, ScanFindings& found) {
  require_signal_unsaid(said, file.path(), flat);
  const std::vector<double> energy_of_image = read_energies(file, "/exchange/energy", found);
  Stacks stacks;
  const ImageStack& sample = stacks.emplace(FrameKind::sample, ImageStack::open(file, data)).first->second;
  const ImageStack& flats = stacks.emplace(FrameKind::flat, ImageStack::open(file, flat)).first->second;
  for (const ImageStack* stack : {&sample, &flats})
    if (stack->images() != energy_of_image.size())
      throw Failure({"shape", file.path(), stack->name(), hdf5::to_text(stack->dims()),
                     "[" + std::to_string(energy_of_image.size()) +
                         ", Y, X], one image per entry of /exchange/energy"});
  flats.require_shape(sample.shape(), data);
  found.images = std::string(data) + " " + hdf5::to_text(sample.dims()) + " is [image, y, x]";
  found.signal = fmt::format("counts, as {} holds a flat for each image", flat);

  const Visits visits = group_by_energy(energy_of_image);
  require_even(visits, file.path());
  const auto repeats = static_cast<std::uint32_t>(visits.images.front().size());
  ScanStart start;
  start.energies_ev = visits.energies;
  start.shape = sample.shape();
  start.pixel_type = common_pixel_type(stacks);
  start.flats = {CorrectionUse::per_energy, repeats};
  start.sample_repeats = repeats;
  auto frames = sending_order(visits, image_times(file, energy_of_image.size()));
  const std::string path = file.path();
  return make_foreign_scan(path, start, std::move(frames),
                           pixels_from(std::move(file), std::move(stacks), start.pixel_type));
}

}  // namespace phasecast
