#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "messages/wire/codec.hpp"
#include "pipeline/files/scan_file.hpp"
#include "pipeline/files/scan_reader.hpp"
#include "pipeline/zmq_parts.hpp"
#include "tests/scenarios/process.hpp"
#include "tools/simulate/experiment.hpp"
#include "tools/simulate/spectra.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

/// Takes what comes through an ipc socket in the folder; fails the test after a minute of silence.
class Receiver {
 public:
  explicit Receiver(const TemporaryFolder& folder) : endpoint("ipc://" + (folder / "frames").string()) {
    socket_.set(zmq::sockopt::rcvtimeo, 60000);
    bind_or_throw(socket_, endpoint, "frames");
  }
  Message next() {
    const Parts parts = receive_parts(socket_);
    REQUIRE(!parts.empty());
    auto message = decode(parts);
    if (!message) FAIL(message.error().text());
    return *message;
  }

  const std::string endpoint;

 private:
  zmq::context_t context_;
  zmq::socket_t socket_{context_, zmq::socket_type::pull};
};

struct Scan {
  ScanStart start;
  std::vector<Frame> frames;
  ScanEnd end;
};

Scan receive_scan(Receiver& receiver) {
  Scan scan{std::get<ScanStart>(receiver.next()), {}, {}};
  while (true) {
    Message message = receiver.next();
    if (const auto* end = std::get_if<ScanEnd>(&message)) {
      scan.end = *end;
      return scan;
    }
    scan.frames.push_back(std::get<Frame>(message));
  }
}

Scan read_scan(const std::filesystem::path& path) {
  std::vector<std::string> assumptions;
  auto source = open_scan(path, assumptions);
  if (!source) FAIL(source.error().text());
  Scan scan{(*source)->start(), {}, (*source)->end()};
  for (std::uint64_t k = 0; k < (*source)->frame_count(); ++k) {
    auto frame = (*source)->frame(k);
    if (!frame) FAIL(frame.error().text());
    scan.frames.push_back(*frame);
  }
  return scan;
}

bool same_frame(const Frame& a, const Frame& b) {
  return a.header.sequence == b.header.sequence && a.header.kind == b.header.kind &&
         a.header.energy_index == b.header.energy_index && a.header.repeat == b.header.repeat &&
         a.header.energy_set_ev == b.header.energy_set_ev && a.header.exposure_s == b.header.exposure_s &&
         a.header.start_utc_ns == b.header.start_utc_ns && a.header.crc32c == b.header.crc32c &&
         std::equal(a.pixels.bytes.begin(), a.pixels.bytes.end(), b.pixels.bytes.begin(),
                    b.pixels.bytes.end());
}

bool same_frames(const std::vector<Frame>& a, const std::vector<Frame>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_frame);
}

/// Runs a command to its end and returns its output.
std::string run(const TemporaryFolder& folder, const std::vector<std::string>& arguments,
                int expected_exit = 0) {
  Process process(folder.path(), "command", arguments);
  const int exit_status = process.wait();
  INFO(process.log());
  CHECK(exit_status == expected_exit);
  return process.output();
}

std::vector<std::string> small_simulation(std::vector<std::string> more) {
  std::vector<std::string> words{"simulate", "--height", "32", "--width", "40", "--start-time", "1700000000"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// The value after each word of a line: "scan 0 id a sent 5" -> scan: 0, id: a, sent: 5.
std::map<std::string, std::string> parse_line(const std::string& line) {
  std::map<std::string, std::string> values;
  std::istringstream words(line);
  for (std::string name, value; words >> name >> value;) values[name] = value;
  return values;
}

}  // namespace

SCENARIO("a simulated series is written to one file per scan, each with its truth") {
  const TemporaryFolder folder;
  const std::string output =
      run(folder, small_simulation({"--scans", "2", "--states", "3", "--scene", "electrode", "--seed", "5",
                                    "-o", folder / "F.h5"}));
  ExperimentConfig config;
  config.scene = SceneKind::electrode;
  config.shape = {32, 40};
  config.energies_ev = nickel_energies();
  config.references = nickel_states(3, config.energies_ev);
  config.scans = 2;
  config.seed = 5;
  config.start_utc_ns = 1'700'000'000'000'000'000;
  const auto experiment = std::make_shared<const Experiment>(config);

  std::istringstream lines(output);
  for (int k = 0; k < 2; ++k) {
    SimulatedScan expected(experiment, k);
    const std::filesystem::path path = folder / ("F_00" + std::to_string(k) + ".h5");
    const Scan scan = read_scan(path);
    CHECK(scan.start.scan_id == expected.start().scan_id);
    CHECK(scan.start.series_id == expected.start().series_id);
    CHECK(scan.start.metadata == expected.start().metadata);
    CHECK(scan.start.energies_ev == config.energies_ev);
    CHECK(scan.end.frames_sent == expected.frame_count());
    REQUIRE(scan.frames.size() == expected.frame_count());
    for (std::uint64_t i = 0; i < scan.frames.size(); ++i)
      CHECK(same_frame(scan.frames[i], *expected.frame(i)));

    const auto truth = read_truth(path);
    REQUIRE(truth.ok());
    CHECK(truth->states == std::vector<std::string>{"Ni_1", "Ni_2", "Ni_3"});
    CHECK(truth->scale == expected.scale());
    REQUIRE(truth->fraction.size() == expected.fraction().size());
    for (std::size_t i = 0; i < truth->fraction.size(); ++i)
      CHECK((truth->fraction[i] == expected.fraction()[i] ||
             (std::isnan(truth->fraction[i]) && std::isnan(expected.fraction()[i]))));

    std::string line;
    std::getline(lines, line);
    const auto said = parse_line(line);
    CHECK(said.at("scan") == std::to_string(k));
    CHECK(said.at("id") == expected.start().scan_id);
    CHECK(said.at("sent") == std::to_string(expected.frame_count()));
    CHECK(said.at("file") == path.string());
  }
}

SCENARIO("a simulated file replays into the frames that the simulation would send") {
  const TemporaryFolder folder;
  run(folder, small_simulation({"--scans", "2", "-o", folder / "F.h5"}));
  Receiver receiver(folder);
  Process live(folder.path(), "live", small_simulation({"--scans", "2", "--to", receiver.endpoint}));
  const Scan sent[] = {receive_scan(receiver), receive_scan(receiver)};
  CHECK(live.wait() == 0);
  Process replay(folder.path(), "replay",
                 {"replay", folder / "F_000.h5", folder / "F_001.h5", "--to", receiver.endpoint, "--fast"});
  const Scan replayed[] = {receive_scan(receiver), receive_scan(receiver)};
  CHECK(replay.wait() == 0);
  CHECK(replay.output() == live.output());
  for (int k = 0; k < 2; ++k) {
    CHECK(sent[k].frames.size() == sent[k].start.planned_frames());
    CHECK(same_frames(sent[k].frames, replayed[k].frames));
    CHECK(sent[k].start.scan_id == replayed[k].start.scan_id);
    CHECK(sent[k].end.frames_sent == replayed[k].end.frames_sent);
  }
}

SCENARIO("a simulation sent and written at once writes exactly what it sent, faults included") {
  const TemporaryFolder folder;
  Receiver receiver(folder);
  Process live(folder.path(), "live",
               small_simulation({"--to", receiver.endpoint, "-o", folder / "F.h5", "--loss", "0.1",
                                 "--duplicate", "0.1", "--shuffle", "6", "--fault-seed", "3"}));
  const Scan scan = receive_scan(receiver);
  CHECK(live.wait() == 0);
  std::map<std::uint64_t, Frame> different;
  for (const Frame& frame : scan.frames) different.emplace(frame.header.sequence, frame);

  const auto said = parse_line(live.output());
  CHECK(said.at("sent") == std::to_string(different.size()));
  CHECK(std::stoull(said.at("sent")) + std::stoull(said.at("skipped")) == scan.start.planned_frames());
  CHECK(std::stoull(said.at("sent")) + std::stoull(said.at("duplicated")) == scan.frames.size());
  CHECK(std::stoull(said.at("skipped")) > 0);
  CHECK(std::stoull(said.at("duplicated")) > 0);
  CHECK(scan.end.frames_sent == scan.start.planned_frames());

  const Scan written = read_scan(folder / "F.h5");
  CHECK(written.frames.size() == different.size());
  for (const Frame& frame : written.frames) CHECK(same_frame(frame, different.at(frame.header.sequence)));
}

SCENARIO("written references and energies simulate the same bits again") {
  const TemporaryFolder folder;
  {
    std::ofstream energies(folder / "energies.txt");
    for (const char* e : {"8.3", "8.32", "8.344", "8.347", "8.350", "8.4"}) energies << e << '\n';
  }
  run(folder, small_simulation({"--energies", folder / "energies.txt", "--write-references",
                                folder / "references", "-o", folder / "a.h5"}));
  run(folder, small_simulation({"--references", folder / "references" / "Ni_1.txt",
                                folder / "references" / "Ni_2.txt", "-o", folder / "b.h5"}));
  const Scan a = read_scan(folder / "a.h5");
  const Scan b = read_scan(folder / "b.h5");
  CHECK(a.start.energies_ev.size() == 6);
  CHECK(a.start.energies_ev[2] == Approx(8344));
  CHECK(a.start.energies_ev == b.start.energies_ev);
  CHECK(same_frames(a.frames, b.frames));
}

SCENARIO("an interrupted simulation ends its scan as aborted on the wire and in the file") {
  const TemporaryFolder folder;
  Receiver receiver(folder);
  Process live(folder.path(), "live",
               small_simulation({"--to", receiver.endpoint, "-o", folder / "F.h5", "--rate", "0.001"}));
  std::get<ScanStart>(receiver.next());
  std::get<Frame>(receiver.next());
  live.signal(SIGINT);
  const ScanEnd end = std::get<ScanEnd>(receiver.next());
  CHECK(end.status == ScanStatus::aborted);
  CHECK(end.frames_sent == 1);
  CHECK(live.wait() == 1);
  CHECK_THAT(live.output(), Catch::Contains("sent 1 ") && Catch::Contains("interrupted"));
  const Scan written = read_scan(folder / "F.h5");
  CHECK(written.frames.size() == 1);
  CHECK(written.end.status == ScanStatus::aborted);
}

SCENARIO("options that make no sense are refused with exit status 2, by name") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::vector<std::string>& arguments) {
    Process process(folder.path(), "command", arguments);
    CHECK(process.wait() == 2);
    return process.log();
  };
  const std::string file = folder / "F.h5";
  using Catch::Contains;
  CHECK_THAT(refused({"simulate"}), Contains("--output") && Contains("--to"));
  CHECK_THAT(refused({"simulate", "-o", file, "--noise", "0.9"}), Contains("noise") && Contains("0.5"));
  CHECK_THAT(refused({"simulate", "-o", file, "--loss", "0.1"}), Contains("--loss") && Contains("--to"));
  CHECK_THAT(refused({"simulate", "-o", file, "--scene", "banana"}), Contains("--scene"));
  CHECK_THAT(refused({"simulate", "-o", file, "--states", "6"}), Contains("--states"));
  CHECK_THAT(refused({"simulate", "--to", "banana"}), Contains("--to") && Contains("banana"));
  CHECK_THAT(refused({"simulate", "-o", file, "--states", "2", "--references", "a"}),
             Contains("--references"));
  CHECK_THAT(refused({"replay", folder / "absent.h5", "--to", "tcp://127.0.0.1:1"}), Contains("absent.h5"));
  CHECK_THAT(refused({"replay", "/etc/hostname", "--to", "tcp://127.0.0.1:1", "--rate", "5", "--fast"}),
             Contains("--rate") && Contains("--fast"));
  CHECK(!std::filesystem::exists(file));
}

SCENARIO("a file that cannot be read or written fails with exit status 1, naming it") {
  const TemporaryFolder folder;
  std::ofstream(folder / "text.h5") << "no scan";
  Receiver receiver(folder);
  Process replay(folder.path(), "replay", {"replay", folder / "text.h5", "--to", receiver.endpoint});
  CHECK(replay.wait() == 1);
  CHECK_THAT(replay.log(), Catch::Contains("text.h5"));
  Process simulate(folder.path(), "simulate", small_simulation({"-o", folder / "text.h5"}));
  CHECK(simulate.wait() == 1);
  CHECK_THAT(simulate.log(), Catch::Contains("text.h5"));
}
