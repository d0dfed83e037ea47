#include "stages/moments.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "stages/parallel.hpp"

namespace phasecast {

namespace {

/// sum += coefficient · y
struct Update {
  double* sum;
  double coefficient;
};

/// Largest finite |y|. A positive float's bits are ordered like its value, and compilers vectorize integers.
float largest_finite(std::span<const float> values) {
  constexpr std::uint32_t magnitude_bits = 0x7fffffff, infinity_bits = 0x7f800000;
  std::uint32_t largest = 0;
  for (float v : values) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(v) & magnitude_bits;
    largest = std::max(largest, bits < infinity_bits ? bits : 0);
  }
  return std::bit_cast<float>(largest);
}

void add_block(std::span<const Update> updates, double* energy, double weight, std::span<const float> frame,
               std::size_t begin, std::size_t end) {
  const float* y = frame.data();
  for (const auto& [sum, coefficient] : updates)
    for (std::size_t k = begin; k < end; ++k) sum[k] += coefficient * y[k];
  for (std::size_t k = begin; k < end; ++k) energy[k] += weight * y[k] * y[k];
}

}  // namespace

// The sums are double: ‖Y'‖² and the residual are small differences of numbers as large as Σy², and in a
// series frames are taken out again.
Moments::Moments(Shape shape, Dictionary dictionary)
    : shape_(shape),
      dictionary_(std::move(dictionary)),
      states_(dictionary_.states()),
      background_(background_terms(dictionary_.config())),
      post_(post_edge_terms(dictionary_.config())),
      gram_(Eigen::MatrixXd::Zero(states_, states_)),
      cross_(Eigen::MatrixXd::Zero(states_, background_)),
      pre_cross_(cross_),
      all_basis_(Eigen::MatrixXd::Zero(background_, background_)),
      pre_basis_(all_basis_),
      post_basis_(Eigen::MatrixXd::Zero(post_, post_)),
      sums_(static_cast<std::size_t>(energy_plane() + 1) * shape.pixels()) {}

void Moments::add(double energy_ev, std::span<const float> absorbance, double weight) {
  if (absorbance.size() != shape_.pixels())
    throw std::invalid_argument("a frame of " + std::to_string(absorbance.size()) +
                                " pixels cannot be added to moments of " + std::to_string(shape_.pixels()));
  const auto& config = dictionary_.config();
  const int count = weight > 0 ? 1 : -1;
  std::vector<Update> updates;
  const auto update = [&](int first_plane, const Eigen::VectorXd& coefficients) {
    for (int i = 0; i < coefficients.size(); ++i)
      updates.push_back({plane(first_plane + i), weight * coefficients(i)});
  };

  const Eigen::VectorXd a = dictionary_.row(energy_ev);
  update(0, a);
  gram_ += weight * a * a.transpose();
  if (background_ > 0) {
    const Eigen::VectorXd p = dictionary_.basis()(energy_ev, config.order);
    update(all_plane(), p);
    cross_ += weight * a * p.transpose();
    all_basis_ += weight * p * p.transpose();
    if (config.pre_edge.contains(energy_ev)) {
      update(pre_plane(), p);
      pre_cross_ += weight * a * p.transpose();
      pre_basis_ += weight * p * p.transpose();
      pre_energies_ += count;
    }
  }
  if (post_ > 0 && config.post_edge.contains(energy_ev)) {
    const Eigen::VectorXd p = dictionary_.basis()(energy_ev, config.post_order);
    update(post_plane(), p);
    post_basis_ += weight * p * p.transpose();
    post_energies_ += count;
  }
  energies_ += count;
  ++updates_;

  std::vector<float> largest((shape_.pixels() + block_pixels - 1) / block_pixels);
  for_blocks(shape_.pixels(), [&](std::size_t begin, std::size_t end) {
    add_block(updates, plane(energy_plane()), weight, absorbance, begin, end);
    largest[begin / block_pixels] = largest_finite(absorbance.subspan(begin, end - begin));
  });
  const double magnitude = largest.empty() ? 0 : *std::max_element(largest.begin(), largest.end());
  squared_magnitude_ += magnitude * magnitude;
}

std::vector<const double*> Moments::planes(int first, int count) const {
  std::vector<const double*> list;
  for (int i = 0; i < count; ++i) list.push_back(plane(first + i));
  return list;
}

void Moments::add(const Moments& other) {
  if (other.shape_ != shape_ || other.sums_.size() != sums_.size())
    throw std::invalid_argument("moments of another shape or normalization cannot be added");
  energies_ += other.energies_;
  pre_energies_ += other.pre_energies_;
  post_energies_ += other.post_energies_;
  updates_ += other.updates_;
  squared_magnitude_ += other.squared_magnitude_;
  gram_ += other.gram_;
  cross_ += other.cross_;
  pre_cross_ += other.pre_cross_;
  all_basis_ += other.all_basis_;
  pre_basis_ += other.pre_basis_;
  post_basis_ += other.post_basis_;
  for_blocks(sums_.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) sums_[k] += other.sums_[k];
  });
}

}  // namespace phasecast
