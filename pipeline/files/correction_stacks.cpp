#include "pipeline/files/correction_stacks.hpp"

#include "messages/wire/limits.hpp"
#include "pipeline/files/plausible.hpp"

namespace phasecast {

namespace {

CorrectionUse flat_use(const ImageStack& flats, std::size_t energies) {
  if (flats.images() == 1) return CorrectionUse::shared;
  if (flats.images() == energies) return CorrectionUse::per_energy;
  throw Failure({"shape", flats.path(), flats.name(), hdf5::to_text(flats.dims()),
                 std::to_string(energies) + " images, one per energy, or one for all"});
}

}  // namespace

void add_flats(const hdf5::File& file, const std::string& name, const ImageStack& sample, Stacks& stacks,
               ScanStart& start) {
  if (!file.has(name)) return;
  const ImageStack& flats =
      stacks.emplace(FrameKind::flat, ImageStack::open(file, name, sample.axes())).first->second;
  flats.require_shape(sample.shape(), sample.name());
  start.flats = {flat_use(flats, start.energies_ev.size()), 1};
}

void add_darks(const hdf5::File& file, const std::string& name, const ImageStack& sample, Stacks& stacks,
               ScanStart& start) {
  if (!file.has(name)) return;
  const ImageStack& darks =
      stacks.emplace(FrameKind::dark, ImageStack::open(file, name, sample.axes())).first->second;
  darks.require_shape(sample.shape(), sample.name());
  require_at_most(file.path(), name, darks.images(), limits::repeats, "images");
  start.darks = {CorrectionUse::shared, static_cast<std::uint32_t>(darks.images())};
}

std::vector<StoredFrame> corrections_first(const ScanStart& start) {
  std::vector<StoredFrame> frames;
  for (std::size_t r = 0; r < start.darks.frames(1); ++r) frames.push_back(stored(FrameKind::dark, 0, r, r));
  if (start.flats.use == CorrectionUse::shared) frames.push_back(stored(FrameKind::flat, 0, 0, 0));
  for (std::size_t e = 0; e < start.energies_ev.size(); ++e) {
    if (start.flats.use == CorrectionUse::per_energy) frames.push_back(stored(FrameKind::flat, e, 0, e));
    frames.push_back(stored(FrameKind::sample, e, 0, e));
  }
  return frames;
}

}  // namespace phasecast
