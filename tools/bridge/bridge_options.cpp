#include "tools/bridge/bridge_options.hpp"

#include <spdlog/fmt/fmt.h>

#include <cstdio>
#include <stdexcept>

#include "tools/bridge/bluesky.hpp"
#include "tools/bridge/growing_file.hpp"
#include "tools/bridge/image_folder.hpp"
#include "tools/bridge/json_stream.hpp"
#include "tools/bridge/socket_source.hpp"
#include "tools/bridge/stream_v2.hpp"
#include "tools/config_file.hpp"
#include "tools/energy_file.hpp"

namespace phasecast::bridge {
namespace {

template <class T>
T value_or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text());
  return std::move(*result);
}

void add_source_options(CLI::App& command, BridgeOptions& o) {
  command
      .add_option(
          "--source", o.source,
          "Who speaks: areaDetector's ADZMQ, slsDetector, recastx, anyone with JSON headers (--mapping), a "
          "DECTRIS detector's Stream V2, a folder where TIFF files appear, an HDF5 file that grows")
      ->check(CLI::IsMember({"adzmq", "sls", "recastx", "json", "dectris", "folder", "hdf5"}));
  command.add_option("--from", o.from, "Where its frames come from: an endpoint, a folder or a file")
      ->type_name("tcp://HOST:PORT|PATH");
  command
      .add_option(
          "--socket", o.socket,
          "pull: the source waits while the pipeline is behind; sub: it drops [default: the source's]")
      ->check(CLI::IsMember({"pull", "sub"}));
  command.add_flag("--bind", o.bind, "The source connects to --from, instead of being connected to");
  command.add_option("--topic", o.topic, "What a sub socket subscribes to [default: everything]");
  command
      .add_option("--max-frame", o.largest_mb, "Largest message of the source; beyond, it is disconnected")
      ->type_name("MB")
      ->capture_default_str();
  command.add_option("--mapping", o.mapping, "Where in its headers the fields are; adds to the source's own")
      ->type_name("FILE.toml")
      ->check(CLI::ExistingFile);
  command.add_option("--energy-field", o.energy_field, "Path of the energy in its headers [default: none]")
      ->type_name("PATH");
  command
      .add_option("--kind-field", o.kind_field, "Path of the kind of frame in its headers [default: none]")
      ->type_name("PATH");
  command
      .add_option("--first", o.first,
                  "Its first frame number [default: the source's, else that of the first that comes]")
      ->type_name("N");
}

void add_file_options(CLI::App& command, BridgeOptions& o) {
  command.add_option("--channel", o.channel, "DECTRIS: which channel (threshold) [default: the first]");
  command.add_flag("--existing", o.existing, "Folder: the files that are there already come first, by name");
  command
      .add_option(
          "--energy-in-name", o.energy_name,
          "Folder: regular expression whose group is the energy in a file's name, e.g. '_([0-9.]+)eV'")
      ->type_name("REGEX");
  command.add_flag("--kind-in-name", o.kind_name,
                   "Folder: 'dark' or 'flat' in a file's name says what it is; else it is a sample");
  command.add_option("--dataset", o.dataset, "HDF5: the dataset of the images, [n, Y, X]")->type_name("PATH");
}

void add_metadata_options(CLI::App& command, BridgeOptions& o) {
  CLI::Option* metadata =
      command
          .add_option("--metadata", o.metadata,
                      "Where bluesky's documents are published, in JSON or msgpack: its runs are the scans")
          ->type_name("tcp://HOST:PORT");
  command.add_option("--metadata-topic", o.metadata_topic, "Prefix of the documents [default: any]")
      ->needs(metadata);
  CLI::Option* energy =
      command
          .add_option(
              "--metadata-energy", o.metadata_energy,
              "Field of the event documents with the energy of each frame [default: events do not matter]")
          ->type_name("FIELD")
          ->needs(metadata);
  command
      .add_option(
          "--metadata-number", o.metadata_number,
          "Field of the event documents with the number of the frame [default: frames and events follow "
          "one another in the same order]")
      ->type_name("FIELD")
      ->needs(energy);
  command
      .add_option("--metadata-energies", o.metadata_energies,
                  "Field of the start documents with the planned energies; without it --energies")
      ->type_name("PATH")
      ->capture_default_str()
      ->needs(metadata);
  command
      .add_option("--metadata-wait", o.metadata_wait_s,
                  "How long frames wait for their documents, and a run's end for its frames")
      ->type_name("S")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

void add_plan_options(CLI::App& command, BridgeOptions& o) {
  command.add_option("--energies", o.energies, "Text file of the planned energies, eV or keV, one per line")
      ->type_name("FILE")
      ->check(CLI::ExistingFile);
  command
      .add_option("--energy-tolerance", o.energy_tolerance_ev,
                  "How far a frame's energy may be from the planned one that it is taken for")
      ->type_name("EV")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI::Option* darks = command.add_option("--darks", o.darks, "Dark frames of a scan, for all its energies");
  CLI::Option* flats = command.add_option("--flats", o.flats, "Flat frames of a scan, for all its energies");
  command.add_option("--darks-per-energy", o.darks_per_energy, "Dark frames at each energy")->excludes(darks);
  command.add_option("--flats-per-energy", o.flats_per_energy, "Flat frames at each energy")->excludes(flats);
  command.add_option("--repeats", o.repeats, "Sample frames at each energy")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command
      .add_option(
          "--order", o.order,
          "In which order they come: those for all energies before or after the samples, those of each "
          "energy before or after its samples")
      ->capture_default_str();
  command
      .add_option("--straggler-wait", o.straggler_wait_s,
                  "How long frames may still come once a scan's last has, before the scan is ended")
      ->type_name("S")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--data", o.data, "What the sample frames are")
      ->check(CLI::IsMember({"counts", "transmission", "absorbance"}))
      ->capture_default_str();
  command.add_option("--edge", o.edge, "Absorption edge, e.g. 'Ni K'; free text");
  command.add_option("--pixel-size", o.pixel_size_um, "Pixel size in the sample [default: not known]")
      ->type_name("UM")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--series", o.series, "Id that the scans share [default: a new one]");
}

std::chrono::milliseconds as_milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

CorrectionPlan correction(std::uint32_t shared, std::uint32_t per_energy) {
  if (shared > 0) return {CorrectionUse::shared, shared};
  if (per_energy > 0) return {CorrectionUse::per_energy, per_energy};
  return {};
}

Mapping to_mapping(const BridgeOptions& o) {
  const auto preset = presets().find(o.source);
  Mapping mapping = preset == presets().end() ? Mapping{} : preset->second;
  if (!o.mapping.empty()) mapping = value_or_throw(read_mapping(o.mapping, mapping));
  if (o.source == "json" && (mapping.number.empty() || mapping.shape.empty()))
    throw std::runtime_error("--source json needs a --mapping with at least number and shape");
  if (!o.energy_field.empty()) mapping.energy = o.energy_field;
  if (!o.kind_field.empty()) mapping.kind = o.kind_field;
  if (mapping.kinds.empty())
    mapping.kinds = {
        {"\"dark\"", FrameKind::dark}, {"\"flat\"", FrameKind::flat}, {"\"sample\"", FrameKind::sample}};
  if (o.first) mapping.first = o.first;
  return mapping;
}

template <class Stream>
SocketSource::Understand by(std::shared_ptr<Stream> stream) {
  return [stream](const Parts& parts, const Sink& sink) { stream->take(parts, sink); };
}

SocketSource::Understand understanding(const BridgeOptions& o, const Mapping& mapping) {
  if (o.source == "dectris") return by(std::make_shared<StreamV2>(o.channel, mapping));
  return by(std::make_shared<JsonStream>(mapping));
}

}  // namespace

void add_bridge_options(CLI::App& command, BridgeOptions& o) {
  add_config_file(command, o.config_file);
  add_source_options(command, o);
  add_file_options(command, o);
  add_metadata_options(command, o);
  command.add_option("--to", o.to, "Send to the pipeline that takes frames at this address")
      ->type_name("tcp://HOST:PORT");
  add_key_options(command, o.keys);
  add_plan_options(command, o);
  command.add_option("--ready", o.ready_file, "Once frames can come, write from where to this file")
      ->type_name("FILE");
  command.add_option("--scans", o.scans, "End after so many scans; 0: when stopped")->capture_default_str();
}

Plan to_plan(const BridgeOptions& o) {
  if (o.source.empty() || o.from.empty() || o.to.empty())
    throw std::runtime_error("needed, as options or in --config: --source, --from and --to");
  Plan plan{{}, to_mapping(o)};
  AssemblerConfig& config = plan.assembler;
  if (!o.energies.empty()) {
    std::vector<std::string> assumptions;
    config.plan.energies_ev = value_or_throw(read_energies(o.energies, assumptions));
    for (const std::string& assumption : assumptions) say(assumption);
  }
  config.plan.darks = correction(o.darks, o.darks_per_energy);
  config.plan.flats = correction(o.flats, o.flats_per_energy);
  config.plan.sample_repeats = o.repeats;
  config.plan.order = value_or_throw(parse_order(o.order));
  config.numbering = {plan.mapping.numbers_per_kind, plan.mapping.first, plan.mapping.numbers_go_on};
  if (!o.metadata.empty())
    config.metadata = o.metadata_energy.empty()   ? Metadata::boundaries
                      : o.metadata_number.empty() ? Metadata::shots
                                                  : Metadata::numbered;
  config.metadata_wait = as_milliseconds(o.metadata_wait_s);
  config.straggler_wait = as_milliseconds(o.straggler_wait_s);
  config.energy_tolerance_ev = o.energy_tolerance_ev;
  config.source = "phasecast bridge " + o.source;
  config.series_id = o.series;
  config.edge = o.edge;
  config.pixel_size_um = o.pixel_size_um;
  for (const Signal signal : {Signal::counts, Signal::transmission, Signal::absorbance})
    if (o.data == name_of(signal)) config.signal = signal;
  if (!plan.mapping.first)
    say("frames are numbered from the first that comes: whether any was lost before it cannot be known "
        "(--first says where the source begins)");
  return plan;
}

SendConfig send_config(const BridgeOptions& o) {
  SendConfig config;
  config.endpoint = o.to;
  config.keys = load_keys(o.keys);
  return config;
}

std::unique_ptr<Source> open_frames(zmq::context_t& context, const BridgeOptions& o, const Mapping& mapping,
                                    Tally& tally) {
  if (o.source == "folder")
    return std::make_unique<ImageFolder>(ImageFolderConfig{o.from, o.existing, o.energy_name, o.kind_name},
                                         tally);
  if (o.source == "hdf5") {
    if (o.dataset.empty()) throw std::runtime_error("--source hdf5 needs --dataset PATH");
    return std::make_unique<GrowingFile>(o.from, o.dataset);
  }
  SocketConfig socket;
  socket.endpoint = o.from;
  socket.type = o.socket.empty() ? mapping.socket : o.socket;
  socket.bind = o.bind;
  socket.topic = o.topic;
  socket.largest_bytes = o.largest_mb << 20;
  return std::make_unique<SocketSource>(context, socket, understanding(o, mapping));
}

std::unique_ptr<Source> open_metadata(zmq::context_t& context, const BridgeOptions& o) {
  if (o.metadata.empty()) return nullptr;
  SocketConfig socket;
  socket.endpoint = o.metadata;
  socket.type = "sub";
  socket.topic = o.metadata_topic;
  socket.keep_all = true;
  const BlueskyConfig config{o.metadata_energy, o.metadata_number, o.metadata_energies};
  return std::make_unique<SocketSource>(context, socket, by(std::make_shared<Bluesky>(config)));
}

}  // namespace phasecast::bridge
