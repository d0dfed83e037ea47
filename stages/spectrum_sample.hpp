#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/image.hpp"
#include "messages/result.hpp"
#include "stages/dictionary.hpp"

namespace phasecast {

/// Spectra of some pixels of a scan: absorbance as measured, before any normalization.
struct SpectrumSample {
  using Values = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  std::vector<double> energies_ev;  ///< [E], increasing
  Values absorbance;                ///< [E][P]

  Eigen::Index pixels() const { return absorbance.cols(); }
};

/// The same where it lies, a row of pixels for each energy.
struct SampleView {
  std::vector<double> energies_ev;  ///< [E], increasing
  std::vector<const float*> rows;   ///< [E], each [P]
  Eigen::Index pixels = 0;          ///< P
};

/// Every n-th spectrum, if they are more than `most`.
SpectrumSample thinned(const SpectrumSample& sample, Eigen::Index most);

/// The pixels whose spectra are kept, increasing: those of for_sampled_pixels, at most 2¹⁴. They depend on
/// the shape alone, so a scan has the same sample live and offline.
std::vector<std::uint32_t> sampled_places(Shape shape);

/// Where the sampled pixels of one energy go; without places, nowhere.
struct SampleRoom {
  std::span<const std::uint32_t> places;
  std::span<float> absorbance;  ///< as many
};

/// Takes the sampled pixels of a run of them that begins at pixel `first`.
void take_sample(std::size_t first, std::span<const float> run, const SampleRoom& room);

/// The spectra with the element, finite at every energy, by the mask that the whole map would have
/// (trust.hpp); every n-th of them if they are more than `most`. Error: that of Moments::normal_equations.
Result<SpectrumSample> with_element(const SampleView& sample, const Dictionary& dictionary, std::size_t most);

}  // namespace phasecast
