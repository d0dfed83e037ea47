#include "tests/scenarios/foreign_stage.hpp"

#include <spdlog/fmt/fmt.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <sstream>

#include "pipeline/files/scan_file.hpp"
#include "tests/paths.hpp"

namespace phasecast::test {
namespace {

std::map<std::string, std::string> counts_in(const std::string& output) {
  std::map<std::string, std::string> counts;
  std::istringstream lines(output);
  for (std::string name, value; lines >> name && std::getline(lines >> std::ws, value);) counts[name] = value;
  return counts;
}

template <class T>
bool same_values(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

}  // namespace

bool same_bits(const PhaseMap& a, const PhaseMap& b) {
  return a.shape == b.shape && a.states == b.states && a.energies_used == b.energies_used &&
         a.iterations == b.iterations && same_values(a.fraction, b.fraction) &&
         same_values(a.scale, b.scale) && same_values(a.residual, b.residual) &&
         same_values(a.uncertainty, b.uncertainty) && same_values(a.mask, b.mask);
}

ForeignStage::ForeignStage() {
  ScanFileWriter writer(folder_ / "scan.h5", scan_.start());
  for (std::uint64_t k = 0; k < scan_.frame_count(); ++k) REQUIRE(writer.write(*scan_.frame(k)).ok());
  writer.finish(scan_.end());
  std::ofstream energies(folder_ / "energies.txt");
  for (const double e : scan_.start().energies_ev) energies << fmt::format("{}\n", e);
}

std::vector<std::string> ForeignStage::plan() const {
  return {"--energies", energies_file(),
          "--darks",    std::to_string(scan_.start().darks.repeats),
          "--flats",    std::to_string(scan_.start().flats.repeats)};
}

std::vector<std::string> ForeignStage::pipeline_options() const {
  std::vector<std::string> options{"--deterministic", "--close-wait", "0.5"};
  options.insert(options.end(), series_.unmix_options.begin(), series_.unmix_options.end());
  return options;
}

Words ForeignStage::filled(Words arguments, const TemporaryFolder& folder, const std::string& foreign) {
  for (std::string& argument : arguments) {
    replace_all(argument, "{foreign}", foreign);
    replace_all(argument, "{metadata}", "ipc://" + (folder / "metadata").string());
    replace_all(argument, "{folder}", folder.path().string());
  }
  return arguments;
}

const PhaseMap& ForeignStage::replayed() {
  if (replayed_) return *replayed_;
  const TemporaryFolder folder;
  zmq::context_t context;
  LivePipeline pipeline(folder, pipeline_options());
  Viewer viewer(context, pipeline.endpoint("maps"));
  viewer.wait_for_greeting();
  Process replay(folder.path(), "replay",
                 {"replay", folder_ / "scan.h5", "--to", pipeline.endpoint("frames"), "--fast"});
  replayed_ = viewer.wait_for_final(scan_.start().scan_id);
  REQUIRE(replay.wait() == 0);
  pipeline.stop();
  return *replayed_;
}

ForeignStage::Outcome ForeignStage::bridged(const std::string& protocol, std::vector<std::string> send,
                                            std::vector<std::string> bridge, int scans) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "images");
  zmq::context_t context;
  LivePipeline pipeline(folder, pipeline_options());
  Viewer viewer(context, pipeline.endpoint("maps"));
  viewer.wait_for_greeting();

  std::vector<std::string> bridge_words{
      "bridge", "--to",    pipeline.endpoint("frames"), "--scans", std::to_string(scans), "--straggler-wait",
      "0.3",    "--ready", make_fifo(folder / "ready")};
  const auto extra = filled(std::move(bridge), folder);
  bridge_words.insert(bridge_words.end(), extra.begin(), extra.end());
  Process bridge_process(folder.path(), "bridge", bridge_words);
  std::string foreign = read_file(folder / "ready");  // blocks until the bridge has written it
  foreign.pop_back();                                 // its line end

  std::vector<std::string> words{PHASECAST_SOURCE_DIR "/tests/scenarios/foreign/send.py", protocol,
                                 folder_ / "scan.h5"};
  const auto more = filled(std::move(send), folder, foreign);
  words.insert(words.end(), more.begin(), more.end());
  Process sender(folder.path(), "sender", words, "/usr/bin/python3");

  Outcome outcome;
  int finals = 0;
  std::get<PhaseMap>(viewer.wait_for([&](const Message& message) {
    const auto* map = std::get_if<PhaseMap>(&message);
    if (map && map->final) outcome.map = *map;
    return map && map->final && ++finals == scans;
  }));
  const int sent = sender.wait();
  INFO(sender.log());
  CHECK(sent == 0);
  const int bridged = bridge_process.wait();
  outcome.said = bridge_process.log();
  INFO(outcome.said);
  CHECK(bridged == 0);
  outcome.bridge = counts_in(bridge_process.output());
  outcome.pipeline = pipeline.stop();
  return outcome;
}

}  // namespace phasecast::test
