#include "pipeline/files/told_signal.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace phasecast {

namespace {

constexpr float largest_transmission = 2;

/// Not the maximum: one pixel with a dead flat makes a transmission of any size.
float nearly_largest(std::vector<float>& values) {
  const auto high = values.begin() + static_cast<std::ptrdiff_t>(values.size() - 1) * 99 / 100;
  std::nth_element(values.begin(), high, values.end());
  return *high;
}

double mean_of(const ReadImage& image, const std::vector<std::size_t>& some) {
  double sum = 0, count = 0;
  for (const std::size_t k : some)
    for (const float v : image(k))
      if (std::isfinite(v)) {
        sum += v;
        ++count;
      }
  return sum / count;
}

Signal say(Signal signal, const std::string& path, const std::string& why, ScanFindings& found) {
  found.signal = why;
  found.assumptions.push_back(path + ": " + why);
  return signal;
}

}  // namespace

Signal signal_over_edge(const std::vector<double>& energies_ev, const ReadImage& image,
                        const std::string& path, ScanFindings& found) {
  std::vector<std::size_t> order(energies_ev.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return energies_ev[a] < energies_ev[b]; });
  const auto some = static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(order.size() / 2, 1, 5));
  const double low = mean_of(image, {order.begin(), order.begin() + some});
  const double high = mean_of(image, {order.end() - some, order.end()});
  const auto taken = [&](Signal signal, const std::string& how) {
    return say(signal, path,
               "the images are " + how + " at the highest energies than at the lowest (" +
                   std::to_string(low) + " to " + std::to_string(high) + " on average): taken as " +
                   std::string(name_of(signal)),
               found);
  };
  if (high > low) return taken(Signal::absorbance, "brighter");
  std::vector<float> first = image(order.front());
  return nearly_largest(first) <= largest_transmission
             ? taken(Signal::transmission, "at most 2 and not brighter")
             : taken(Signal::counts, "beyond 2 and not brighter");
}

Signal signal_of_first(std::vector<float> first, const std::string& path, const std::string& what,
                       ScanFindings& found) {
  const bool corrected = nearly_largest(first) <= largest_transmission;
  return say(
      corrected ? Signal::transmission : Signal::counts, path,
      what + ", and 99 % of the first image is " +
          (corrected ? "at most 2: taken as transmission" : "not below 2: taken as counts without flats"),
      found);
}

}  // namespace phasecast
