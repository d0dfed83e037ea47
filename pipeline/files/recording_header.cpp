#include "messages/units.hpp"
#include "messages/wire/limits.hpp"
#include "messages/wire/scan_id.hpp"
#include "pipeline/files/hdf5_attributes.hpp"
#include "pipeline/files/plausible.hpp"
#include "pipeline/files/recording.hpp"

namespace phasecast::recording {

namespace {

constexpr const char* group = "/entry/scan_start";
constexpr const char* metadata_group = "/entry/scan_start/metadata";

/// The enumerator of `E` that is called what the attribute says.
template <class E, std::size_t n>
E named(const hdf5::File& file, const char* attribute, const std::array<E, n>& all) {
  const std::string text = hdf5::text_attribute(file, group, attribute);
  std::string names;
  for (const E one : all) {
    if (name_of(one) == text) return one;
    names += (names.empty() ? "" : ", ") + std::string(name_of(one));
  }
  throw Failure({"layout", file.path(), std::string(group) + "@" + attribute, text, "one of " + names});
}

constexpr std::array pixel_types = {PixelType::uint8, PixelType::uint16, PixelType::uint32,
                                    PixelType::float32, PixelType::float64};
constexpr std::array signals = {Signal::counts, Signal::transmission, Signal::absorbance};
constexpr std::array uses = {CorrectionUse::none, CorrectionUse::shared, CorrectionUse::per_energy};

void write_energies(const hdf5::File& file, const ScanStart& start) {
  std::vector<double> ev;
  std::vector<double> kev;
  for (const double energy : start.energies_ev) {
    ev.insert(ev.end(), start.sample_repeats, energy);
    kev.insert(kev.end(), start.sample_repeats, energy / ev_per_kev);
  }
  hdf5::write_numbers<double>(file, "/entry/data/energy", {ev.size()}, ev);
  hdf5::set_attribute(file, "/entry/data/energy", "units", "eV");
  hdf5::write_numbers<double>(file, "/X_eng", {kev.size()}, kev);
  hdf5::set_attribute(file, "/X_eng", "units", "keV");
}

std::vector<double> read_energies(const hdf5::File& file, std::uint32_t repeats) {
  const char* name = "/entry/data/energy";
  const auto all = hdf5::read_numbers<double>(hdf5::Dataset::open(file, name));
  std::vector<double> energies;
  for (std::size_t i = 0; i < all.size(); i += repeats) energies.push_back(all[i]);
  if (energies.empty()) throw Failure({"energy", file.path(), name, "empty", "a list of energies"});
  require_at_most(file.path(), name, energies.size(), limits::energies, "energies");
  for (const double energy : energies)
    if (!(energy > 0 && energy < limits::energy_ev))
      throw Failure({"energy", file.path(), name, std::to_string(energy), "eV above zero, below 1e7"});
  return energies;
}

void require_repeats(const hdf5::File& file, const std::string& name, std::uint32_t repeats) {
  if (repeats < 1 || repeats > limits::repeats)
    throw Failure({"layout", file.path(), group + ("@" + name), std::to_string(repeats),
                   "1 to " + std::to_string(limits::repeats)});
}

/// The one row of /entry/scan_end.
struct EndRow {
  std::uint64_t frames_sent;
  std::uint8_t aborted;
};

hdf5::Handle end_type() {
  hdf5::Handle end(H5Tcreate(H5T_COMPOUND, sizeof(EndRow)), H5Tclose);
  H5Tinsert(end.get(), "frames_sent", offsetof(EndRow, frames_sent), H5T_NATIVE_UINT64);
  H5Tinsert(end.get(), "aborted", offsetof(EndRow, aborted), H5T_NATIVE_UINT8);
  return end;
}

}  // namespace

void write_scan_start(const hdf5::File& file, const ScanStart& start) {
  write_energies(file, start);
  file.make_group(group, "NXcollection");
  const auto set = [&](const char* name, const auto& value) {
    hdf5::set_attribute(file, group, name, value);
  };
  set("version", start.version);
  set("source", start.source);
  set("series_id", start.series_id);
  set("scan_id", start.scan_id);
  set("scan_index", start.scan_index);
  set("height", static_cast<std::uint32_t>(start.shape.height));
  set("width", static_cast<std::uint32_t>(start.shape.width));
  set("pixel_type", std::string(name_of(start.pixel_type)));
  set("pixel_size_um", start.pixel_size_um);
  set("edge", start.edge);
  set("signal", std::string(name_of(start.signal)));
  set("darks_use", std::string(name_of(start.darks.use)));
  set("darks_repeats", start.darks.repeats);
  set("flats_use", std::string(name_of(start.flats.use)));
  set("flats_repeats", start.flats.repeats);
  set("sample_repeats", start.sample_repeats);
  set("start_utc_ns", start.start_utc_ns);
  file.make_group(metadata_group, "");
  for (const auto& [key, value] : start.metadata) hdf5::set_attribute(file, metadata_group, key, value);
}

ScanStart read_scan_start(const hdf5::File& file) {
  const auto text = [&](const char* name) { return hdf5::text_attribute(file, group, name); };
  const auto number = [&](const char* name) {
    return hdf5::number_attribute<std::uint32_t>(file, group, name);
  };
  ScanStart start;
  start.version = number("version");
  start.source = text("source");
  start.series_id = text("series_id");
  start.scan_id = text("scan_id");
  for (const auto& [name, id] : {std::pair{"@series_id", start.series_id}, {"@scan_id", start.scan_id}})
    if (!is_id(id))
      throw Failure({"scan_id", file.path(), std::string(group) + name, id, std::string(id_rule)});
  start.scan_index = number("scan_index");
  start.shape = plausible_shape(file.path(), group, number("height"), number("width"));
  start.pixel_type = named(file, "pixel_type", pixel_types);
  start.pixel_size_um = hdf5::number_attribute<double>(file, group, "pixel_size_um");
  start.edge = text("edge");
  start.signal = named(file, "signal", signals);
  start.darks = {named(file, "darks_use", uses), number("darks_repeats")};
  start.flats = {named(file, "flats_use", uses), number("flats_repeats")};
  start.sample_repeats = number("sample_repeats");
  require_repeats(file, "darks_repeats", start.darks.repeats);
  require_repeats(file, "flats_repeats", start.flats.repeats);
  require_repeats(file, "sample_repeats", start.sample_repeats);
  start.start_utc_ns = hdf5::number_attribute<std::int64_t>(file, group, "start_utc_ns");
  start.energies_ev = read_energies(file, start.sample_repeats);
  require_at_most(file.path(), group, start.planned_frames(), limits::scan_frames, "planned frames");
  start.metadata = hdf5::text_attributes(file, metadata_group);
  return start;
}

void make_scan_end(const hdf5::File& file) {
  const auto table = [](hsize_t rows) {
    return hdf5::Layout{.dims = {rows}, .chunk = {rows}, .most = {H5S_UNLIMITED}, .placed = true};
  };
  hdf5::Dataset::create(file, "/entry/scan_end", end_type().get(), table(1));
  hdf5::Dataset::create(file, "/entry/scan_end_reason", H5T_NATIVE_UINT8, table(256));
}

void write_scan_end(const hdf5::File& file, const ScanEnd& end) {
  const hdf5::Dataset reason = hdf5::Dataset::open(file, "/entry/scan_end_reason");
  reason.grow({end.reason.size()});
  if (!end.reason.empty()) reason.write(H5T_NATIVE_UINT8, end.reason.data());
  const EndRow row{end.frames_sent, end.status == ScanStatus::aborted};
  hdf5::Dataset::open(file, "/entry/scan_end").put(0, end_type().get(), &row);
}

std::optional<ScanEnd> read_scan_end(const hdf5::File& file, const std::string& scan_id) {
  const hdf5::Dataset ends = hdf5::Dataset::open(file, "/entry/scan_end");
  if (ends.dims(1, "one row at most").front() == 0) return std::nullopt;
  EndRow row{};
  ends.get(0, end_type().get(), &row);
  const auto reason = hdf5::read_numbers<std::uint8_t>(hdf5::Dataset::open(file, "/entry/scan_end_reason"));
  return ScanEnd{scan_id, row.frames_sent, row.aborted ? ScanStatus::aborted : ScanStatus::complete,
                 std::string(reason.begin(), reason.end())};
}

}  // namespace phasecast::recording
