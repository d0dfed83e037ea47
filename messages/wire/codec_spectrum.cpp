#include <algorithm>
#include <cmath>

#include "messages/wire/decoders.hpp"
#include "messages/wire/field_check.hpp"
#include "messages/wire/header.hpp"
#include "messages/wire/limits.hpp"

namespace phasecast {
namespace {

void fill_fit(wire::RegionSpectrum& header, const RegionFit& fit) {
  header.set_map_number(fit.map_number);
  for (const auto& state : fit.states) header.add_states(state);
  header.mutable_fraction()->Add(fit.fraction.begin(), fit.fraction.end());
  header.mutable_uncertainty()->Add(fit.uncertainty.begin(), fit.uncertainty.end());
  header.set_scale(fit.scale);
  header.mutable_background()->Add(fit.background.begin(), fit.background.end());
  header.mutable_fit()->Add(fit.fit.begin(), fit.fit.end());
}

RegionFit read_fit(FieldCheck& check, const wire::RegionSpectrum& header, std::size_t energies) {
  RegionFit fit;
  fit.map_number = header.map_number();
  fit.states = check.states(header.states());
  fit.fraction = check.finite("fraction", header.fraction(), fit.states.size());
  fit.uncertainty = check.finite("uncertainty", header.uncertainty(), fit.states.size());
  for (const double value : fit.uncertainty) check.not_negative("uncertainty", value);
  fit.scale = header.scale();
  if (!std::isfinite(fit.scale)) check.fault("value", "scale", number_text(fit.scale), "a finite number");
  fit.background = check.finite("background", header.background(), energies);
  fit.fit = check.finite("fit", header.fit(), energies);
  return fit;
}

void read_spectrum(FieldCheck& check, const wire::RegionSpectrum& header, RegionSpectrum& spectrum) {
  const auto count = static_cast<std::size_t>(header.energy_indices_size());
  check.range("energy", "energy_indices", count, std::size_t{0}, limits::energies);
  std::int64_t last = -1;
  for (const auto index : header.energy_indices()) {
    if (index <= last || index >= limits::energies)
      check.fault("energy", "energy_indices", number_text(index),
                  "increasing indices below " + number_text(limits::energies));
    last = index;
  }
  spectrum.energy_indices.assign(header.energy_indices().begin(), header.energy_indices().end());
  spectrum.energies_ev = check.finite("energies_ev", header.energies_ev(), count);
  for (const double energy_ev : spectrum.energies_ev) check.energy("energies_ev", energy_ev);
  spectrum.absorbance = check.finite("absorbance", header.absorbance(), count);
  check.range("energy", "energies_carried", static_cast<std::size_t>(header.energies_carried_size()),
              std::size_t{0}, count);
  for (const auto index : header.energies_carried())
    if (!std::binary_search(spectrum.energy_indices.begin(), spectrum.energy_indices.end(), index))
      check.fault("energy", "energies_carried", number_text(index), "one of energy_indices");
  spectrum.energies_carried.assign(header.energies_carried().begin(), header.energies_carried().end());
}

}  // namespace

Parts encode(const RegionSpectrum& message) {
  wire::RegionSpectrum header;
  header.set_version(protocol_version);
  header.set_scan_id(message.scan_id);
  fill(*header.mutable_region(), message.region);
  header.set_pixels(message.pixels);
  header.mutable_energy_indices()->Add(message.energy_indices.begin(), message.energy_indices.end());
  header.mutable_energies_ev()->Add(message.energies_ev.begin(), message.energies_ev.end());
  header.mutable_absorbance()->Add(message.absorbance.begin(), message.absorbance.end());
  header.mutable_energies_carried()->Add(message.energies_carried.begin(), message.energies_carried.end());
  if (message.of_map) fill_fit(header, *message.of_map);
  return topic_and_header(topic::region_spectrum, header);
}

Result<Message> decode_region_spectrum(const Parts& parts) {
  const auto read = read_header<wire::RegionSpectrum>(parts, "region spectrum");
  if (!read) return read.error();
  FieldCheck check(message_name("region spectrum", std::nullopt, read->scan_id()));

  RegionSpectrum spectrum;
  spectrum.scan_id = check.id("scan_id", read->scan_id());
  check.present("shape", "region", read->has_region());
  spectrum.region = check.region(read->region());
  check.present("value", "pixels", read->has_pixels());
  if (check.ok()) {
    const std::uint32_t most = spectrum.region.width * spectrum.region.height;
    spectrum.pixels = check.range("value", "pixels", read->pixels(), 0u, most);
    read_spectrum(check, *read, spectrum);
  }
  if (check.ok() && read->has_map_number())
    spectrum.of_map = read_fit(check, *read, spectrum.energy_indices.size());
  if (!check.ok()) return check.error();
  return Message{std::move(spectrum)};
}

Parts encode(const References& message) {
  wire::References header;
  header.set_version(protocol_version);
  header.set_scan_id(message.scan_id);
  for (const auto& state : message.states) header.add_states(state);
  header.mutable_energies_ev()->Add(message.energies_ev.begin(), message.energies_ev.end());
  header.mutable_absorbance()->Add(message.absorbance.begin(), message.absorbance.end());
  return topic_and_header(topic::references, header);
}

Result<Message> decode_references(const Parts& parts) {
  const auto read = read_header<wire::References>(parts, "references");
  if (!read) return read.error();
  FieldCheck check(message_name("references", std::nullopt, read->scan_id()));

  References references;
  references.scan_id = check.id("scan_id", read->scan_id());
  references.states = check.states(read->states());
  references.energies_ev = check.energies(read->energies_ev());
  if (check.ok())
    references.absorbance = check.finite("absorbance", read->absorbance(),
                                         references.states.size() * references.energies_ev.size());
  if (!check.ok()) return check.error();
  return Message{std::move(references)};
}

}  // namespace phasecast
