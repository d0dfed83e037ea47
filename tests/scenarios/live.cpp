#include "tests/scenarios/live.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <csignal>
#include <sstream>

#include "pipeline/graph.hpp"
#include "pipeline/zmq_parts.hpp"
#include "tools/options.hpp"
#include "tools/simulate/spectra.hpp"

namespace phasecast::test {
namespace {

constexpr std::chrono::milliseconds patience{60000};

std::vector<std::string> run_arguments(const TemporaryFolder& folder, const std::filesystem::path& fifo,
                                       const std::vector<std::string>& options) {
  std::vector<std::string> arguments{
      "run",          "--frames",          "tcp://127.0.0.1:*", "--maps", "tcp://127.0.0.1:*",
      "--control",    "tcp://127.0.0.1:*", "--endpoints",       fifo,     "--output",
      folder / "data"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return arguments;
}

std::map<std::string, std::string> parse_endpoints(const std::string& json) {
  std::map<std::string, std::string> endpoints;
  for (const std::string name : {"frames", "maps", "control"}) {
    const auto value = json.find(": \"", json.find('"' + name + '"')) + 3;
    endpoints[name] = json.substr(value, json.find('"', value) - value);
  }
  return endpoints;
}

}  // namespace

SmallSeries::SmallSeries(const TemporaryFolder& folder, int scans, std::uint64_t seed) {
  ExperimentConfig config;
  config.scene = SceneKind::particle;
  config.shape = {48, 64};
  config.scans = scans;
  config.seed = seed;
  for (int k = 0; k < 10; ++k) config.energies_ev.push_back(8200 + 12.0 * k);
  for (int k = 0; k < 20; ++k) config.energies_ev.push_back(8330 + 2.0 * k);
  config.references = nickel_states(2, config.energies_ev);
  unmix_options = {"--pre-edge", "8190:8315", "--order", "1", "--references"};
  for (const auto& path : write_spectra(folder.path(), config.references)) unmix_options.push_back(path);
  experiment = std::make_shared<const Experiment>(config);
}

LivePipeline::LivePipeline(const TemporaryFolder& folder, const std::vector<std::string>& options)
    : fifo_(make_fifo(folder / "endpoints")),
      process_(folder.path(), "run", run_arguments(folder, fifo_, options)),
      endpoints_(parse_endpoints(read_file(fifo_))) {}  // reading blocks until the pipeline has written it

std::map<std::string, std::string> LivePipeline::stop() {
  process_.signal(SIGINT);
  const int exit_status = process_.wait();
  INFO(process_.log());
  REQUIRE(exit_status == 0);
  std::map<std::string, std::string> summary;
  std::istringstream lines(process_.output());
  for (std::string name, value; lines >> name && std::getline(lines >> std::ws, value);)
    summary[name] = value;
  return summary;
}

std::vector<std::string> LivePipeline::files(const std::string& kind) const {
  std::vector<std::string> found;
  std::istringstream lines(process_.output());
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("file ") &&
        std::filesystem::path(line.substr(5)).filename().string().starts_with(kind))
      found.push_back(line.substr(5));
  return found;
}

FrameSender::FrameSender(zmq::context_t& context, const std::string& endpoint)
    : socket_(context, zmq::socket_type::push) {
  connect_or_throw(socket_, endpoint, "frames");
}

void FrameSender::send_raw(const Parts& parts) {
  send_parts(socket_, parts);
}

Viewer::Viewer(zmq::context_t& context, const std::string& endpoint)
    : socket_(context, zmq::socket_type::sub) {
  socket_.set(zmq::sockopt::rcvhwm, 0);
  socket_.set(zmq::sockopt::subscribe, "");
  connect_or_throw(socket_, endpoint, "maps");
}

Message Viewer::wait_for(const std::function<bool(const Message&)>& wanted) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    socket_.set(zmq::sockopt::rcvtimeo, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    Parts parts;
    zmq::message_t probe;
    zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
    zmq::poll(&item, 1, std::max(left, std::chrono::milliseconds{0}));
    if (!try_receive_parts(socket_, parts))
      throw std::runtime_error("the pipeline did not send what was waited for");
    auto message = decode(parts);
    if (!message) throw std::runtime_error(message.error().text());
    if (wanted(*message)) return std::move(*message);
  }
}

void Viewer::wait_for_greeting() {
  wait_for([](const Message& message) { return std::holds_alternative<Status>(message); });
}

PhaseMap Viewer::wait_for_final(const std::string& scan_id) {
  return std::get<PhaseMap>(wait_for([&](const Message& message) {
    const auto* map = std::get_if<PhaseMap>(&message);
    return map && map->final && map->scan_id == scan_id;
  }));
}

void Viewer::wait_for_scan_start(const std::string& scan_id) {
  wait_for([&](const Message& message) {
    const auto* start = std::get_if<ScanStart>(&message);
    return start && start->scan_id == scan_id;
  });
}

std::pair<ControlReply, std::optional<Message>> ask(zmq::context_t& context, const std::string& endpoint,
                                                    const ControlRequest& request) {
  zmq::socket_t socket(context, zmq::socket_type::req);
  socket.set(zmq::sockopt::linger, 0);
  connect_or_throw(socket, endpoint, "control");
  send_parts(socket, encode(request));
  Parts answer = receive_parts(socket);
  const auto split = answer.begin() + static_cast<std::ptrdiff_t>(encode(ControlReply{}).size());
  const auto reply = decode(Parts(answer.begin(), split));
  if (!reply) throw std::runtime_error(reply.error().text());
  if (split == answer.end()) return {std::get<ControlReply>(*reply), std::nullopt};
  auto message = decode(Parts(split, answer.end()));
  if (!message) throw std::runtime_error(message.error().text());
  return {std::get<ControlReply>(*reply), std::move(*message)};
}

PhaseMap offline_map(SimulatedScan& scan, const std::vector<std::uint64_t>& sequences,
                     const std::vector<std::string>& unmix_options) {
  CLI::App app;
  UnmixOptions options;
  add_unmix_options(app, options);
  app.parse(std::vector<std::string>(unmix_options.rbegin(), unmix_options.rend()));
  auto config = to_config(options);
  if (!config) throw std::runtime_error(config.error().text());
  config->provisional = false;

  Ledger ledger;
  PhaseMap result;
  Graph graph(*config, "", std::size_t{1} << 30, 2, ledger,
              {[](Event) {}, [&](const std::shared_ptr<PhaseMap>& map) { result = *map; }});
  const auto start = std::make_shared<const ScanStart>(scan.start());
  graph.put(ScanOpened{start});
  for (const auto sequence : sequences) {
    auto frame = scan.frame(sequence);
    if (!frame) throw std::runtime_error(frame.error().text());
    graph.put(AdmittedFrame{start, std::move(*frame), false, nullptr});
  }
  graph.put(ScanClosed{start, scan.end(), false, sequences.size(), 0, 0});
  graph.finish();
  return result;
}

double rms_difference(const PhaseMap& a, const PhaseMap& b) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < a.fraction.size(); ++i) {
    if (std::isnan(a.fraction[i]) || std::isnan(b.fraction[i])) continue;
    sum += std::pow(static_cast<double>(a.fraction[i]) - b.fraction[i], 2);
    ++count;
  }
  return count > 0 ? std::sqrt(sum / count) : std::nan("");
}

}  // namespace phasecast::test
