#include "tests/torture/cycle.hpp"

#include <chrono>

#include "pipeline/zmq_parts.hpp"
#include "tests/torture/audit.hpp"
#include "tests/torture/live_pipeline.hpp"
#include "tests/torture/random_scan.hpp"
#include "tests/torture/source.hpp"

namespace phasecast::torture {
namespace {

using namespace std::chrono_literals;

RunConfig random_config(Random& random, const std::filesystem::path& folder) {
  RunConfig config = local_run_config(folder);
  config.unmix = random_unmix(random);
  config.threads = static_cast<int>(1 + random.below(2));
  const bool patient = chance(random, 0.5);
  config.admission = patient ? AdmissionConfig{8, 1h, 1h, 1h} : AdmissionConfig{8, 2ms, 2ms, 2ms};
  if (!patient && chance(random, 0.3)) config.in_flight_bytes = 2048;
  config.record = chance(random, 0.9);
  return config;
}

std::vector<Parts> random_stream(Random& random, const UnmixConfig& unmix) {
  std::vector<Parts> messages;
  std::optional<ScanStart> plan;
  for (std::uint32_t k = 0; k < 1 + random.below(4); ++k) {
    const std::string id = "scan" + std::to_string(k);
    const RandomScan scan =
        plan ? repeated_scan(random, unmix, *plan, id, k) : random_scan(random, unmix, "series", id, k);
    plan = scan.start;
    messages.push_back(encode(scan.start));
    for (const Frame& frame : scan.frames)
      if (!chance(random, 0.01)) messages.push_back(encode(frame));
    if (!chance(random, 0.1)) messages.push_back(encode(scan.end()));
  }
  return messages;
}

/// Asks and never listens.
class RudeClients {
 public:
  RudeClients(zmq::context_t& context, const Endpoints& endpoints, Random& random) {
    zmq::socket_t& viewer = sockets_.emplace_back(context, zmq::socket_type::sub);
    viewer.set(zmq::sockopt::linger, 0);
    viewer.set(zmq::sockopt::subscribe, "");
    viewer.connect(endpoints.maps);
    for (std::size_t n = 1 + random.below(4); n > 0; --n) {
      zmq::socket_t& client = sockets_.emplace_back(context, zmq::socket_type::dealer);
      client.set(zmq::sockopt::linger, linger_ms);
      client.connect(endpoints.control);
      Parts request = encode(question(random));
      if (!chance(random, 0.2)) request.insert(request.begin(), PixelBuffer{});  // as REQ does; else nonsense
      send_parts(client, request);
    }
  }

 private:
  static ControlRequest question(Random& random) {
    constexpr ControlCommand commands[] = {
        ControlCommand::get_status,     ControlCommand::get_map,    ControlCommand::get_region_spectrum,
        ControlCommand::get_references, ControlCommand::abort_scan, ControlCommand::stop};
    const ControlCommand command = commands[random.below(std::size(commands))];
    if (command != ControlCommand::get_region_spectrum) return {command, {}};
    return {command, Region{0, 0, 4, 4}};
  }
  std::deque<zmq::socket_t> sockets_;
};

}  // namespace

CycleReport run_cycle(std::uint64_t seed, const std::function<void(const std::string&)>& doing) {
  Random random{seed, 0x6379636c65};
  const ScratchFolder folder;
  const RunConfig config = random_config(random, folder.path());
  zmq::context_t context;
  CycleReport report;
  std::optional<Source> source;
  std::optional<RudeClients> clients;

  doing("start");
  Pipeline pipeline(config, [] {});
  if (chance(random, 0.95)) {
    std::vector<Parts> messages = random_stream(random, config.unmix);
    const std::size_t moment = random.below(messages.size() + 1);
    if (chance(random, 0.5)) messages.resize(moment);  // else it goes on while the pipeline stops
    source.emplace(context, pipeline.endpoints().frames, std::move(messages));
    if (chance(random, 0.3)) clients.emplace(context, pipeline.endpoints(), random);
    doing("send " + std::to_string(moment));
    source->wait_until_sent(moment);
  }
  doing("stop");
  pipeline.stop();
  doing("end the clients");
  source.reset();
  clients.reset();

  doing("audit");
  Status status = pipeline.status();
  report.frames_received = status.counters.received;
  if (!config.record) status.counters.recorded = status.counters.received;
  audit_balance(status, report.findings);
  if (!config.record) return report;
  const Leftovers left = read_leftovers(pipeline.files());
  std::uint64_t rows = 0;
  for (const auto& scan : left.scans) {
    rows += scan.rows.size();
    report.findings.require(scan.finished, "recording of " + scan.start.scan_id + " has no end");
  }
  report.findings.equal("frames in the recordings", rows, status.counters.received);
  report.maps = audit_maps(config.unmix, left, report.findings);
  return report;
}

}  // namespace phasecast::torture
