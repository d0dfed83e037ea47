#include "tests/torture/random_scan.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>

#include "messages/crc32c.hpp"
#include "stages/dictionary.hpp"

namespace phasecast::torture {
namespace {

constexpr EnergyWindow pre_edge{8190, 8320};

Spectrum edge_at(const std::string& name, double e0, double white_line) {
  Spectrum spectrum{name, {}, {}};
  for (double energy = 8180; energy <= 8400; energy += 0.5) {
    const double x = (energy - e0) / 1.5;
    spectrum.energy_ev.push_back(energy);
    spectrum.mu.push_back(0.5 + std::atan(x) / std::numbers::pi + white_line * std::exp(-(x - 1) * (x - 1)));
  }
  return spectrum;
}

std::vector<double> random_energies(Random& random) {
  const std::size_t before = 1 + random.below(8), over = 3 + random.below(21);
  std::vector<double> energies;
  for (std::size_t k = 0; k < before; ++k)
    energies.push_back(8200 + 110.0 * static_cast<double>(k) / static_cast<double>(before));
  for (std::size_t k = 0; k < over; ++k)
    energies.push_back(8330 + 40.0 * static_cast<double>(k) / static_cast<double>(over));
  return energies;
}

CorrectionPlan random_plan(Random& random) {
  constexpr CorrectionUse uses[] = {CorrectionUse::none, CorrectionUse::shared, CorrectionUse::per_energy};
  return {uses[random.below(3)], static_cast<std::uint32_t>(1 + random.below(2))};
}

template <class T>
std::vector<std::byte> bytes_of(const std::vector<double>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = static_cast<T>(values[i]);
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
  return bytes;
}

std::vector<std::byte> encode_pixels(std::vector<double> values, PixelType type, Random& random) {
  const bool integer = type != PixelType::float32 && type != PixelType::float64;
  if (integer) {
    const double most = type == PixelType::uint8 ? 255 : 65535;
    for (double& value : values) value = std::clamp(std::round(value), 0.0, most);
  } else if (chance(random, 0.02)) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const double strange[] = {std::nan(""), infinity, -infinity, -1e30};
    for (std::size_t n = 1 + random.below(3); n > 0; --n)
      values[random.below(values.size())] = strange[random.below(4)];
  }
  switch (type) {
    case PixelType::uint8:
      return bytes_of<std::uint8_t>(values);
    case PixelType::uint16:
      return bytes_of<std::uint16_t>(values);
    case PixelType::uint32:
      return bytes_of<std::uint32_t>(values);
    case PixelType::float32:
      return bytes_of<float>(values);
    case PixelType::float64:
      return bytes_of<double>(values);
  }
  return {};
}

/// What the detector sees: left part of the image one state, right part the next, and so on.
std::vector<double> scene(Random& random, const UnmixConfig& unmix, const ScanStart& scan, FrameKind kind,
                          double energy_ev) {
  const double beam = scan.pixel_type == PixelType::uint8 ? 200 : 20000;
  std::vector<double> values(scan.shape.pixels());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t column = i % static_cast<std::size_t>(scan.shape.width);
    const std::size_t state = column * unmix.references.size() / static_cast<std::size_t>(scan.shape.width);
    const bool empty = i < static_cast<std::size_t>(scan.shape.width);
    const double mu = empty ? 0.05 : 0.1 + interpolate(unmix.references[state], energy_ev);
    const double absorbance = mu + 0.02 * (random.uniform() - 0.5);
    const double transmission = std::exp(-absorbance);
    if (kind == FrameKind::dark)
      values[i] = beam / 100;
    else if (kind == FrameKind::flat)
      values[i] = beam * (1 + 0.01 * random.uniform());
    else
      values[i] = scan.signal == Signal::counts         ? beam / 100 + beam * transmission
                  : scan.signal == Signal::transmission ? transmission
                                                        : absorbance;
  }
  return values;
}

std::vector<FrameHeader> headers_of(const ScanStart& scan) {
  std::vector<FrameHeader> headers;
  const auto add = [&](FrameKind kind, std::size_t energy, std::uint32_t repeats, bool shared) {
    for (std::uint32_t repeat = 0; repeat < repeats; ++repeat) {
      FrameHeader header;
      header.scan_id = scan.scan_id;
      header.kind = kind;
      header.energy_index = static_cast<std::uint32_t>(energy);
      header.energy_set_ev = shared ? 0 : scan.energies_ev[energy];
      header.repeat = repeat;
      header.shape = scan.shape;
      header.pixel_type = scan.pixel_type;
      headers.push_back(header);
    }
  };
  const std::pair<FrameKind, CorrectionPlan> corrections[] = {{FrameKind::dark, scan.darks},
                                                              {FrameKind::flat, scan.flats}};
  for (const auto& [kind, plan] : corrections)
    if (plan.use == CorrectionUse::shared) add(kind, 0, plan.repeats, true);
  for (std::size_t e = 0; e < scan.energies_ev.size(); ++e) {
    for (const auto& [kind, plan] : corrections)
      if (plan.use == CorrectionUse::per_energy) add(kind, e, plan.repeats, false);
    add(FrameKind::sample, e, scan.sample_repeats, false);
  }
  return headers;
}

std::int64_t random_clock(Random& random) {
  const std::int64_t clocks[] = {0, 1, 1'750'000'000'000'000'000, std::numeric_limits<std::int64_t>::max()};
  return clocks[random.below(4)];
}

}  // namespace

bool chance(Random& random, double probability) {
  return random.uniform() < probability;
}

UnmixConfig random_unmix(Random& random) {
  UnmixConfig unmix;
  const std::size_t states = 2 + random.below(3);
  for (std::size_t k = 0; k < states; ++k)
    unmix.references.push_back(edge_at("state" + std::to_string(k), 8338 + 4.0 * static_cast<double>(k),
                                       0.2 + 0.2 * static_cast<double>(k)));
  unmix.normalize.pre_edge = pre_edge;
  unmix.normalize.order = chance(random, 0.3) ? 1 : 0;
  unmix.method = chance(random, 0.4) ? Method::lcf : Method::rum_tv;
  unmix.method_name = unmix.method == Method::lcf ? "lcf" : "rum-tv";
  if (chance(random, 0.7)) unmix.lambda = 0.01;
  unmix.map_every = static_cast<int>(1 + random.below(10));
  unmix.deterministic = chance(random, 0.5);
  unmix.provisional = chance(random, 0.8);
  return unmix;
}

RandomScan repeated_scan(Random& random, const UnmixConfig& unmix, const ScanStart& plan,
                         const std::string& scan_id, std::uint32_t index) {
  RandomScan scan{plan, {}};
  scan.start.scan_id = scan_id;
  scan.start.scan_index = index;
  scan.start.start_utc_ns = random_clock(random);
  std::vector<FrameHeader> headers = headers_of(scan.start);
  if (chance(random, 0.2))  // corrections after what they correct, energies in any order
    for (std::size_t k = headers.size(); k > 1; --k) std::swap(headers[k - 1], headers[random.below(k)]);
  for (FrameHeader& header : headers) {
    header.sequence = scan.frames.size();
    if (chance(random, 0.3)) header.energy_readback_ev = scan.start.energies_ev[header.energy_index] + 0.004;
    if (chance(random, 0.002)) header.energy_readback_ev = 9000;  // outside the references
    if (chance(random, 0.3)) header.i0 = 1e5 * random.uniform();
    header.exposure_s = random.uniform();
    header.start_utc_ns = random_clock(random);
    const double energy = header.energy_set_ev > 0 ? header.energy_set_ev : scan.start.energies_ev.front();
    auto pixels =
        encode_pixels(scene(random, unmix, scan.start, header.kind, energy), header.pixel_type, random);
    header.byte_count = pixels.size();
    header.crc32c = crc32c(pixels);
    scan.frames.push_back({header, PixelBuffer::take(std::move(pixels))});
  }
  return scan;
}

RandomScan random_scan(Random& random, const UnmixConfig& unmix, const std::string& series,
                       const std::string& scan_id, std::uint32_t index) {
  ScanStart plan;
  plan.source = "torture";
  plan.series_id = series;
  plan.energies_ev = random_energies(random);
  plan.shape = {static_cast<int>(8 + random.below(17)), static_cast<int>(8 + random.below(17))};
  constexpr Signal signals[] = {Signal::counts, Signal::transmission, Signal::absorbance};
  plan.signal = signals[random.below(3)];
  constexpr PixelType types[] = {PixelType::float32, PixelType::float64, PixelType::uint16, PixelType::uint32,
                                 PixelType::uint8};
  plan.pixel_type = types[random.below(plan.signal == Signal::counts ? 5 : 2)];
  plan.darks = random_plan(random);
  plan.flats = random_plan(random);
  if (plan.signal == Signal::counts && plan.flats.use == CorrectionUse::none && chance(random, 0.8))
    plan.flats.use = CorrectionUse::shared;
  plan.sample_repeats = static_cast<std::uint32_t>(1 + random.below(2));
  plan.metadata["potential_V"] = std::to_string(random.uniform());
  return repeated_scan(random, unmix, plan, scan_id, index);
}

}  // namespace phasecast::torture
