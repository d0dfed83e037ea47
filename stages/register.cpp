#include "stages/register.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "stages/despike.hpp"
#include "stages/parallel.hpp"
#include "stages/register_tiles.hpp"

namespace phasecast {

namespace {

constexpr int coarse_steps = 3, most_fine_steps = 10;
constexpr double at_rest = 0.01;  // pixels of the full image
constexpr double least_overlap = 0.25;

ImageCenter center_of(Shape full, int bin) {
  return {reduced_center(full.width, bin), reduced_center(full.height, bin)};
}

Shape coarse_shape(Shape full) {
  if (!Registration::possible(full))
    throw std::invalid_argument("images of " + std::to_string(full.height) + " by " +
                                std::to_string(full.width) + " pixels are too small to register, expected " +
                                std::to_string(Registration::least_side) + " or more on a side");
  const int bin = register_bin(full);
  return {full.height / bin / 2, full.width / bin / 2};
}

/// frame(A(p)) ≈ reference(p + rest(p)): the alignment by which the rest is nothing.
Alignment without_rest(const Alignment& a, const TileFit& rest, int bin) {
  const double m = a.magnification / (1 + rest.magnify);
  return {a.x - m * rest.x * bin, a.y - m * rest.y * bin, m};
}

/// `lawful`: the magnification that is known of the energy, else 1.
bool is_drift(const Alignment& a, Shape shape, double lawful) {
  const double magnification = a.magnification / lawful;
  return std::abs(a.x) < shape.width && std::abs(a.y) < shape.height &&
         magnification < Registration::most_magnification &&
         magnification > 1 / Registration::most_magnification;
}

/// RMS over the image of how far the pixels move from one alignment to the other.
double distance(const Alignment& a, const Alignment& b, Shape shape) {
  const double m = a.magnification - b.magnification;
  const double w = shape.width, h = shape.height;
  return std::sqrt(std::pow(a.x - b.x, 2) + std::pow(a.y - b.y, 2) + m * m * (w * w + h * h) / 12);
}

}  // namespace

Registration::Registration(const RegisterConfig& config, Shape shape, double first_ev)
    : config_(config),
      shape_(shape),
      law_at_ev_(config.law && config.law->at_ev > 0 ? config.law->at_ev : first_ev),
      correlation_(coarse_shape(shape)) {}

void Registration::next_scan() {
  if (images_ == 0) return;
  std::swap(sum_, last_sum_);
  last_images_ = images_;
  images_ = 0;
}

double Registration::lawful() const {
  return config_.law ? alignment_.magnification : 1;
}

double Registration::magnification_at(double energy_ev) const {
  return config_.law ? std::pow(energy_ev / law_at_ev_, config_.law->power) : alignment_.magnification;
}

/// The image at both sizes; the newest alignment with the magnification known for its energy.
void Registration::take(std::span<const float> absorbance) {
  if (absorbance.size() != shape_.pixels())
    throw std::invalid_argument("an image of " + std::to_string(absorbance.size()) + " pixels is not " +
                                std::to_string(shape_.height) + " by " + std::to_string(shape_.width));
  reduce(shape_, absorbance, register_bin(shape_), fine_.frame);
  halve(fine_.frame, coarse_.frame);
  for (Level* level : {&fine_, &coarse_}) level->moved.resize(level->frame.pixels.size());
}

Drift Registration::measure(double energy_ev, std::span<const float> absorbance) {
  take(absorbance);
  alignment_.magnification = magnification_at(energy_ev);
  if (images_ + last_images_ == 0) return begin_reference(absorbance);
  const Drift drift = fitted(look_around(alignment_));
  if (drift.trusted) {
    alignment_ = {drift.x, drift.y, drift.magnification};
    add_to_reference();
  }
  return drift;
}

void Registration::adopt(const Drift& drift, double energy_ev, std::span<const float> absorbance) {
  take(absorbance);
  alignment_.magnification = magnification_at(energy_ev);
  if (!drift.trusted) return;
  alignment_ = {drift.x, drift.y, drift.magnification};
  add_to_reference();
}

/// An image too poor to be found again in another one like it is no reference.
Drift Registration::begin_reference(std::span<const float> absorbance) {
  const double noise = frame_noise(shape_, absorbance);
  const double squares = structure(fine_.frame.shape, fine_.frame.pixels, noise / fine_.frame.bin);
  const bool good = squares > 0 && std::sqrt(2 / squares) * noise < most_uncertain;
  if (good) add_to_reference();
  return {0, alignment_.x, alignment_.y, alignment_.magnification, good ? 1.0 : 0.0, good};
}

/// Where the frame is to be looked for: near the start, or where the phase correlation has it, whichever
/// agrees better.
Alignment Registration::look_around(const Alignment& start) {
  const auto reference_value = [&](std::size_t k) {
    const float sum = images_ == 0 ? last_sum_[k] : last_images_ == 0 ? sum_[k] : sum_[k] + last_sum_[k];
    return sum / static_cast<float>(images_ + last_images_);
  };
  fine_.reference.shape = fine_.frame.shape;
  fine_.reference.bin = fine_.frame.bin;
  fine_.reference.pixels.resize(fine_.frame.pixels.size());
  for_blocks(fine_.frame.pixels.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) fine_.reference.pixels[k] = reference_value(k);
  });
  halve(fine_.reference, coarse_.reference);

  resample(shape_, coarse_.frame, start, coarse_.moved);
  const auto shift = correlation_(coarse_.reference.pixels, coarse_.moved);
  const double pixels = start.magnification * coarse_.frame.bin;
  Alignment found{start.x + pixels * shift.x, start.y + pixels * shift.y, start.magnification};
  if (found == start || !is_drift(found, shape_, lawful())) return start;
  Alignment near = start, far = found;
  return step(coarse_, far).quality > step(coarse_, near).quality ? found : start;
}

TileFit Registration::step(Level& level, Alignment& alignment) {
  resample(shape_, level.frame, alignment, level.moved);
  const TileFit fit =
      fit_tiles(level.frame.shape, level.reference.pixels, level.moved, center_of(shape_, level.frame.bin),
                config_.mode == Registering::shift_and_magnification);
  if (fit.solved) alignment = without_rest(alignment, fit, level.frame.bin);
  return fit;
}

Drift Registration::fitted(Alignment at) {
  const Drift failed{0, alignment_.x, alignment_.y, alignment_.magnification, 0, false};
  for (int k = 0; k < coarse_steps; ++k)
    if (!step(coarse_, at).solved || !is_drift(at, shape_, lawful())) return failed;
  TileFit fit;
  bool rests = false;
  for (int k = 0; k < most_fine_steps && !rests; ++k) {
    const Alignment before = at;
    fit = step(fine_, at);
    if (!fit.solved || !is_drift(at, shape_, lawful())) return failed;
    rests = distance(before, at, shape_) < at_rest;
  }
  const bool trusted = rests && fit.overlap >= least_overlap && fit.significance >= least_significance &&
                       fit.uncertainty * fine_.frame.bin <= most_uncertain;
  return {0, at.x, at.y, at.magnification, std::clamp(fit.quality, 0.0, 1.0), trusted};
}

void Registration::add_to_reference() {
  if (images_ == 0) sum_.assign(fine_.moved.size(), 0);
  resample(shape_, fine_.frame, alignment_, fine_.moved);
  for_blocks(sum_.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) sum_[k] += fine_.moved[k];
  });
  ++images_;
}

}  // namespace phasecast
