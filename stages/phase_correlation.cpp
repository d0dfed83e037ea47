#include "stages/phase_correlation.hpp"

#include <fftw3.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <mutex>
#include <numbers>
#include <vector>

namespace phasecast {

namespace {

using Complex = std::complex<float>;

struct Free {
  void operator()(void* memory) const { fftwf_free(memory); }
};
template <class T>
using Buffer = std::unique_ptr<T[], Free>;

template <class T>
Buffer<T> buffer(std::size_t count) {
  return Buffer<T>(static_cast<T*>(fftwf_malloc(count * sizeof(T))));
}

/// FFTW plans are made and destroyed by one thread at a time.
std::mutex& planner() {
  static std::mutex mutex;
  return mutex;
}

/// Falls to nothing at both ends, so that what leaves the image does not count.
std::vector<float> hann(int size) {
  std::vector<float> window(static_cast<std::size_t>(size));
  for (int i = 0; i < size; ++i)
    window[static_cast<std::size_t>(i)] =
        static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * (i + 0.5) / size));
  return window;
}

/// Along one axis of the spectrum; cycles per pixel from 0 up and then from below.
std::vector<float> low_pass(int size, int count) {
  constexpr double width = 0.125;  // cycles per pixel: e^-2 at a quarter of the sampling frequency
  std::vector<float> weights(static_cast<std::size_t>(count));
  for (int k = 0; k < count; ++k) {
    const double frequency = static_cast<double>(k <= size / 2 ? k : k - size) / size;
    weights[static_cast<std::size_t>(k)] =
        static_cast<float>(std::exp(-0.5 * std::pow(frequency / width, 2)));
  }
  return weights;
}

float mean_of(std::span<const float> image) {
  double sum = 0, count = 0;
  for (const float v : image)
    if (v == v) sum += v, ++count;
  return count > 0 ? static_cast<float>(sum / count) : 0;
}

}  // namespace

// Estimated plans are the same in every run; measured ones are not, nor would be their rounding.
struct PhaseCorrelation::Plans {
  explicit Plans(Shape of)
      : shape(of),
        columns(of.width / 2 + 1),
        image(buffer<float>(of.pixels())),
        spectrum(buffer<Complex>(spectrum_size())),
        reference(buffer<Complex>(spectrum_size())),
        window_x(hann(of.width)),
        window_y(hann(of.height)),
        pass_x(low_pass(of.width, columns)),
        pass_y(low_pass(of.height, of.height)) {
    const std::lock_guard lock(planner());
    auto* const complex = reinterpret_cast<fftwf_complex*>(spectrum.get());
    forward = fftwf_plan_dft_r2c_2d(of.height, of.width, image.get(), complex, FFTW_ESTIMATE);
    backward = fftwf_plan_dft_c2r_2d(of.height, of.width, complex, image.get(), FFTW_ESTIMATE);
  }
  ~Plans() {
    const std::lock_guard lock(planner());
    fftwf_destroy_plan(forward);
    fftwf_destroy_plan(backward);
  }
  std::size_t spectrum_size() const {
    return static_cast<std::size_t>(shape.height) * static_cast<std::size_t>(columns);
  }

  void transform(std::span<const float> pixels) {
    const float mean = mean_of(pixels);
    const auto width = static_cast<std::size_t>(shape.width);
    for (std::size_t y = 0; y < window_y.size(); ++y)
      for (std::size_t x = 0; x < width; ++x) {
        const float v = pixels[y * width + x];
        image[y * width + x] = v == v ? (v - mean) * window_y[y] * window_x[x] : 0;
      }
    fftwf_execute(forward);
  }

  /// spectrum ← conj(reference) · spectrum, of magnitude one, low frequencies only.
  void correlate() {
    const auto width = static_cast<std::size_t>(columns);
    for (std::size_t y = 0; y < pass_y.size(); ++y)
      for (std::size_t x = 0; x < width; ++x) {
        const std::size_t k = y * width + x;
        const Complex product = std::conj(reference[k]) * spectrum[k];
        const float magnitude = std::abs(product);
        spectrum[k] = magnitude > 0 ? product * (pass_y[y] * pass_x[x] / magnitude) : Complex();
      }
    fftwf_execute(backward);
  }

  Shape shape;
  int columns;
  Buffer<float> image;
  Buffer<Complex> spectrum, reference;
  std::vector<float> window_x, window_y, pass_x, pass_y;
  fftwf_plan forward, backward;
};

PhaseCorrelation::PhaseCorrelation(Shape shape) : plans_(std::make_unique<Plans>(shape)) {}
PhaseCorrelation::~PhaseCorrelation() = default;
PhaseCorrelation::PhaseCorrelation(PhaseCorrelation&&) noexcept = default;

PhaseCorrelation::Shift PhaseCorrelation::operator()(std::span<const float> reference,
                                                     std::span<const float> frame) {
  Plans& p = *plans_;
  p.transform(reference);
  std::copy_n(p.spectrum.get(), p.spectrum_size(), p.reference.get());
  p.transform(frame);
  p.correlate();
  std::size_t peak = 0;
  for (std::size_t k = 0; k < p.shape.pixels(); ++k)
    if (std::abs(p.image[k]) > std::abs(p.image[peak])) peak = k;
  const auto width = static_cast<std::size_t>(p.shape.width);
  const auto signed_shift = [](std::size_t at, int size) {
    const int shift = static_cast<int>(at);
    return shift > size / 2 ? shift - size : shift;
  };
  return {signed_shift(peak % width, p.shape.width), signed_shift(peak / width, p.shape.height)};
}

}  // namespace phasecast
