#include "tools/absorbance_stack.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <stdexcept>

#include "pipeline/files/scan_reader.hpp"
#include "pipeline/raw_frames.hpp"
#include "tools/progress.hpp"

namespace phasecast {
namespace {

struct EnergyAbsorbance {
  double energy_ev;
  std::shared_ptr<const std::vector<float>> absorbance;
};

EnergyAbsorbance absorb(const EnergyJob& job, const DespikeConfig& config) {
  RawFrames means;
  auto absorbance = std::make_shared<std::vector<float>>(job.scan->shape.pixels());
  to_absorbance(means.frame(job), 0, *absorbance);
  despike(config, job.scan->shape, *absorbance);
  return {energy_ev(job), std::move(absorbance)};
}

void align(EnergyAbsorbance& energy, Shape shape, Registration& registration) {
  const Drift drift = registration.measure(energy.energy_ev, *energy.absorbance);
  if (!drift.trusted)
    spdlog::warn("the image at {} eV could not be aligned: it is taken to lie where the one before does",
                 energy.energy_ev);
  auto aligned = std::make_shared<std::vector<float>>(shape.pixels());
  resample(shape, *energy.absorbance, registration.alignment(), *aligned);
  energy.absorbance = std::move(aligned);
}

}  // namespace

AbsorbanceStack read_absorbance(const std::filesystem::path& file, const DespikeConfig& config,
                                const StackDescription& said, const RegisterConfig& registration) {
  std::vector<std::string> assumptions;
  const auto source = open_scan(file, assumptions, said);
  for (const auto& assumption : assumptions) spdlog::warn("{}", assumption);
  if (!source) throw std::runtime_error(source.error().text());
  ScanSource& scan = **source;
  const auto start = std::make_shared<const ScanStart>(scan.start());

  Ledger ledger;
  std::optional<Registration> aligner;
  if (registration.mode != Registering::off)
    aligner.emplace(registration, start->shape, start->energies_ev.front());
  std::vector<EnergyAbsorbance> absorbed;
  Pairing pairing(std::numeric_limits<std::size_t>::max(), ledger, [&](const Job& job) {
    const auto* energy = std::get_if<EnergyJob>(&job);
    if (!energy) return;
    absorbed.push_back(absorb(*energy, config));
    if (aligner) align(absorbed.back(), start->shape, *aligner);
  });
  Progress progress("read " + file.filename().string(), scan.frame_count());
  pairing.take(ScanOpened{start});
  for (std::uint64_t k = 0; k < scan.frame_count(); ++k) {
    auto frame = scan.frame(k);
    if (!frame) throw std::runtime_error(frame.error().text());
    pairing.take(AdmittedFrame{start, std::move(*frame), false, {}});
    progress.advance();
  }
  pairing.take(ScanClosed{start, scan.end(), false, scan.frame_count(), 0, 0});
  for (const auto& error : ledger.snapshot().errors) throw std::runtime_error(file.string() + ": " + error);

  std::sort(absorbed.begin(), absorbed.end(),
            [](const auto& a, const auto& b) { return a.energy_ev < b.energy_ev; });
  AbsorbanceStack stack;
  stack.shape = start->shape;
  for (const EnergyAbsorbance& energy : absorbed) {
    if (!stack.energies_ev.empty() && !(energy.energy_ev > stack.energies_ev.back()))
      throw std::runtime_error(file.string() + ": two frames at " + std::to_string(energy.energy_ev) + " eV");
    stack.energies_ev.push_back(energy.energy_ev);
    stack.frames.push_back(energy.absorbance);
    stack.pointers.push_back(energy.absorbance->data());
  }
  return stack;
}

}  // namespace phasecast
