#pragma once

#include <map>
#include <string>
#include <vector>

#include "messages/scan.hpp"
#include "pipeline/files/hdf5.hpp"
#include "pipeline/files/scan_findings.hpp"
#include "pipeline/files/stored_scan.hpp"

/// Images in datasets of HDF5, as the layouts read them. All throw a Failure.
namespace phasecast {

/// Which of three dimensions counts images, which rows, which columns.
struct StackAxes {
  std::size_t image = 0, row = 1, column = 2;
};

/// A stack of images in any order of its dimensions, [n, Y, X] for example, or one image [Y, X].
class ImageStack {
 public:
  static ImageStack open(const hdf5::File& file, const std::string& name, StackAxes axes = {});

  const std::string& name() const { return dataset_.name(); }
  const std::string& path() const { return dataset_.path(); }
  hdf5::Dims dims() const { return dataset_.dims(); }
  StackAxes axes() const { return axes_; }
  hsize_t images() const;
  Shape shape() const;
  void require_shape(Shape shape, const std::string& like) const;
  /// The smallest type that holds every value exactly.
  PixelType pixel_type() const;
  /// Row-major [Y, X], whatever the order in the file.
  std::vector<std::byte> read(std::uint64_t image, PixelType type) const;
  std::vector<float> floats(std::uint64_t image) const;
  /// False if it was not written yet, as far as the file tells.
  bool is_there(std::uint64_t image) const { return axes_.image != 0 || dataset_.is_there(image); }

 private:
  ImageStack(hdf5::Dataset dataset, StackAxes axes) : dataset_(std::move(dataset)), axes_(axes) {}
  hdf5::Dataset dataset_;
  StackAxes axes_;
};

using Stacks = std::map<FrameKind, ImageStack>;

/// The smallest pixel type that holds every value of all stacks.
PixelType common_pixel_type(const Stacks& stacks);

/// Reads a frame's slot from the stack of its kind.
StoredScan::ReadPixels pixels_from(hdf5::File file, Stacks stacks, PixelType type);

/// The energies of a list dataset in eV; `found` tells the unit, and why that one.
std::vector<double> read_energies(const hdf5::File& file, const std::string& name, ScanFindings& found);

}  // namespace phasecast
