#include "stages/moments.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "stages/parallel.hpp"

namespace phasecast {

namespace {

void append(PlaneUpdate& update, std::size_t energy, double weight, const Eigen::VectorXd& coefficients) {
  update.energies.push_back(energy);
  for (double c : coefficients) update.coefficients.push_back(weight * c);
}

}  // namespace

float largest_finite(std::span<const float> values) {
  constexpr std::int32_t magnitude_bits = 0x7fffffff, infinity_bits = 0x7f800000;
  std::int32_t largest = 0;
  for (float v : values) {
    const std::int32_t bits = std::bit_cast<std::int32_t>(v) & magnitude_bits;
    const std::int32_t finite = -(bits < infinity_bits) & bits;
    largest = std::max(largest, finite);
  }
  return std::bit_cast<float>(largest);
}

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

Moments::Batch Moments::begin_batch(std::span<const double> energies_ev, double weight) {
  const auto& config = dictionary_.config();
  const int count = weight > 0 ? 1 : -1;
  Batch batch{weight,
              {0, states_ + background_, {}, {}},
              {pre_plane(), background_, {}, {}},
              {post_plane(), post_, {}, {}}};
  for (std::size_t e = 0; e < energies_ev.size(); ++e) {
    const double energy_ev = energies_ev[e];
    const Eigen::VectorXd a = dictionary_.row(energy_ev);
    Eigen::VectorXd a_and_p(states_ + background_);
    a_and_p.head(states_) = a;
    gram_ += weight * a * a.transpose();
    if (background_ > 0) {
      const Eigen::VectorXd p = dictionary_.basis()(energy_ev, config.order);
      a_and_p.tail(background_) = p;
      cross_ += weight * a * p.transpose();
      all_basis_ += weight * p * p.transpose();
      if (config.pre_edge.contains(energy_ev)) {
        append(batch.pre_edge, e, weight, p);
        pre_cross_ += weight * a * p.transpose();
        pre_basis_ += weight * p * p.transpose();
        pre_energies_ += count;
      }
    }
    append(batch.every, e, weight, a_and_p);
    if (post_ > 0 && config.post_edge.contains(energy_ev)) {
      const Eigen::VectorXd p = dictionary_.basis()(energy_ev, config.post_order);
      append(batch.post_edge, e, weight, p);
      post_basis_ += weight * p * p.transpose();
      post_energies_ += count;
    }
    energies_ += count;
    ++updates_;
  }
  return batch;
}

void Moments::add_pixels(const Batch& batch, std::size_t first, std::size_t count,
                         std::span<const float* const> rows) {
  const SumPixels pixels{sums_.data() + first, shape_.pixels(), static_cast<std::size_t>(energy_plane()),
                         count};
  update_planes_and_squares(batch.every, batch.weight, rows, pixels);
  update_planes(batch.pre_edge, rows, pixels);
  update_planes(batch.post_edge, rows, pixels);
}

void Moments::end_batch(std::span<const float> largest) {
  for (float magnitude : largest) squared_magnitude_ += static_cast<double>(magnitude) * magnitude;
}

void Moments::add(double energy_ev, std::span<const float> absorbance, double weight) {
  if (absorbance.size() != shape_.pixels())
    throw std::invalid_argument("a frame of " + std::to_string(absorbance.size()) +
                                " pixels cannot be added to moments of " + std::to_string(shape_.pixels()));
  const Batch batch = begin_batch({&energy_ev, 1}, weight);
  std::vector<float> largest((shape_.pixels() + block_pixels - 1) / block_pixels);
  for_blocks(shape_.pixels(), [&](std::size_t begin, std::size_t end) {
    const float* row = absorbance.data() + begin;
    add_pixels(batch, begin, end - begin, {&row, 1});
    largest[begin / block_pixels] = largest_finite(absorbance.subspan(begin, end - begin));
  });
  const float magnitude = largest.empty() ? 0 : *std::max_element(largest.begin(), largest.end());
  end_batch({&magnitude, 1});
}

std::vector<const double*> Moments::planes(int first, int count) const {
  std::vector<const double*> list;
  for (int i = 0; i < count; ++i) list.push_back(plane(first + i));
  return list;
}

void Moments::clear_totals() {
  energies_ = pre_energies_ = post_energies_ = updates_ = 0;
  squared_magnitude_ = 0;
  for (Eigen::MatrixXd* matrix : {&gram_, &cross_, &pre_cross_, &all_basis_, &pre_basis_, &post_basis_})
    matrix->setZero();
}

void Moments::add_totals(const Moments& other) {
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
}

void Moments::add(const Moments& other) {
  add_totals(other);
  for_blocks(sums_.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) sums_[k] += other.sums_[k];
  });
}

void Moments::clear() {
  clear_totals();
  for_blocks(sums_.size(), [&](std::size_t begin, std::size_t end) {
    std::fill(sums_.data() + begin, sums_.data() + end, 0.0);
  });
}

void Moments::set_sum(const Moments& a, const Moments& b) {
  clear_totals();
  add_totals(a);
  add_totals(b);
  for_blocks(sums_.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) sums_[k] = a.sums_[k] + b.sums_[k];
  });
}

}  // namespace phasecast
