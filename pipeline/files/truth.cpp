#include <algorithm>

#include "pipeline/files/hdf5.hpp"
#include "pipeline/files/hdf5_attributes.hpp"
#include "pipeline/files/plausible.hpp"
#include "pipeline/files/scan_file.hpp"

namespace phasecast {

namespace {

using hdf5::Dataset;
using hdf5::Dims;
using hdf5::File;

void require(bool right, const std::string& path, const char* object, const std::string& found,
             const std::string& expected) {
  if (!right) throw Failure({"shape", path, object, found, expected});
}

}  // namespace

void write_truth(const std::filesystem::path& path, Shape shape, const std::vector<std::string>& states,
                 std::span<const float> fraction, std::span<const float> scale) {
  require(fraction.size() == states.size() * shape.pixels(), path.string(), "/truth/fraction",
          std::to_string(fraction.size()) + " values", "[L, Y, X]");
  require(scale.size() == shape.pixels(), path.string(), "/truth/scale",
          std::to_string(scale.size()) + " values", "[Y, X]");
  const auto height = static_cast<hsize_t>(shape.height);
  const auto width = static_cast<hsize_t>(shape.width);
  File file = File::open_to_change(path);
  file.make_group("/truth", "NXcollection");
  hdf5::write_numbers(file, "/truth/fraction", {states.size(), height, width}, fraction);
  hdf5::write_numbers(file, "/truth/scale", {height, width}, scale);
  hdf5::write_texts(file, "/truth/states", states);
  file.close();
}

void write_true_drift(const std::filesystem::path& path, std::span<const Drift> drift) {
  std::vector<double> x, y, magnification;
  for (const Drift& d : drift) {
    x.push_back(d.x);
    y.push_back(d.y);
    magnification.push_back(d.magnification);
  }
  File file = File::open_to_change(path);
  hdf5::write_numbers<double>(file, "/truth/drift_x", {drift.size()}, x);
  hdf5::write_numbers<double>(file, "/truth/drift_y", {drift.size()}, y);
  hdf5::write_numbers<double>(file, "/truth/magnification", {drift.size()}, magnification);
  hdf5::set_attribute(file, "/truth/drift_x", "units", "px");
  hdf5::set_attribute(file, "/truth/drift_y", "units", "px");
  file.close();
}

Result<Truth> read_truth(const std::filesystem::path& path) {
  try {
    const File file = File::open_to_read(path);
    if (!file.has("/truth/fraction"))
      return Error{"truth", path.string(), "/truth/fraction", "absent", "a simulated scan"};
    const Dataset fraction = Dataset::open(file, "/truth/fraction");
    const Dataset scale = Dataset::open(file, "/truth/scale");
    Truth truth;
    truth.states = hdf5::read_texts(Dataset::open(file, "/truth/states"));
    const Dims stack = fraction.dims();
    const Dims image = scale.dims(2, "[Y, X]");
    const Dims right = {truth.states.size(), image[0], image[1]};
    require(stack == right, path.string(), "/truth/fraction", hdf5::to_text(stack), hdf5::to_text(right));
    truth.shape = plausible_shape(path.string(), "/truth/scale", image[0], image[1]);
    truth.fraction = hdf5::read_numbers<float>(fraction);
    truth.scale = hdf5::read_numbers<float>(scale);
    return truth;
  } catch (const Failure& failure) {
    return failure.error;
  }
}

}  // namespace phasecast
