#include "tools/bench/live.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "messages/latency.hpp"
#include "messages/units.hpp"
#include "messages/wire/codec.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/zmq_parts.hpp"
#include "stages/quality.hpp"
#include "tools/sender.hpp"

namespace phasecast {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 60s;  // for the next message; the pipeline's status comes every second

RunConfig pipeline_config(const LiveSettings& settings) {
  RunConfig config;
  config.frames_endpoint = config.maps_endpoint = config.control_endpoint = "tcp://127.0.0.1:*";
  config.record = false;
  config.threads = settings.threads;
  config.in_flight_bytes = settings.in_flight_bytes;
  config.unmix = settings.unmix;
  return config;
}

class Viewer {
 public:
  Viewer(zmq::context_t& context, const std::string& endpoint) : socket_(context, zmq::socket_type::sub) {
    socket_.set(zmq::sockopt::rcvhwm, 0);
    socket_.set(zmq::sockopt::subscribe, "");
    connect_or_throw(socket_, endpoint, "maps");
  }

  Message next() {
    zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
    if (zmq::poll(&item, 1, patience) == 0) throw std::runtime_error("the pipeline fell silent");
    auto message = decode(receive_parts(socket_));
    if (!message) throw std::runtime_error(message.error().text());
    return std::move(*message);
  }

 private:
  zmq::socket_t socket_;
};

/// The pipeline's log is not what the table is about.
class QuietLog {
 public:
  QuietLog() { spdlog::set_level(spdlog::level::warn); }
  ~QuietLog() { spdlog::set_level(before_); }

 private:
  spdlog::level::level_enum before_ = spdlog::get_level();
};

/// Counts final maps; the detector may wait for one.
class FinalMaps {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  void wait_for(std::size_t count, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t count_ = 0;
};

/// Takes what comes until every scan has its final map.
std::vector<LiveScan> watch(Viewer& viewer, std::size_t scans, FinalMaps& finals) {
  std::vector<LiveScan> seen;
  PhaseMap provisional;
  std::optional<double> whole_ms;
  std::optional<std::uint64_t> newest;  // its number
  while (seen.size() < scans) {
    Message message = viewer.next();
    if (const auto* status = std::get_if<Status>(&message); status && !status->errors.empty())
      throw std::runtime_error(status->errors.front());
    auto* map = std::get_if<PhaseMap>(&message);
    if (!map || (newest && map->map_number <= *newest)) continue;  // once more
    newest = map->map_number;
    const bool whole = map->energies_used.size() == map->energies_ev.size();
    if (whole && !whole_ms) whole_ms = latency_ms(*map);
    if (map->final) {
      const double final_ms = latency_ms(*map);
      seen.push_back({std::move(provisional), std::move(*map), whole_ms.value_or(final_ms), final_ms});
      finals.add();
      whole_ms.reset();
      provisional = seen.back().final;
    } else if (!whole) {
      provisional = std::move(*map);
    }
  }
  return seen;
}

}  // namespace

LiveResult run_live(std::vector<std::shared_ptr<PreparedScan>> scans, const LiveSettings& settings) {
  const QuietLog quiet;
  Pipeline pipeline(pipeline_config(settings), [] {});
  zmq::context_t context;
  Viewer viewer(context, pipeline.endpoints().maps);
  while (!std::holds_alternative<Status>(viewer.next())) continue;  // subscribed: a newcomer is greeted

  LiveResult result;
  FinalMaps finals;
  std::int64_t begin = utc_now_ns();  // of what the rate is taken of
  std::size_t bytes = 0;
  std::jthread detector([&, endpoint = pipeline.endpoints().frames](std::stop_token stop) {
    Sender sender(context,
                  {.endpoint = endpoint,
                   .pace = settings.rate_hz > 0 ? Pace::rate : Pace::fast,
                   .rate_hz = settings.rate_hz,
                   .faults = {},
                   .control = {}},
                  stop);
    for (std::size_t k = 0; k < scans.size(); ++k) {
      if (settings.one_by_one) {
        finals.wait_for(k, stop);
        begin = utc_now_ns();
        bytes = 0;
      }
      bytes += scans[k]->bytes();
      if (const auto report = sender.send(*scans[k])) result.frames_sent += report->sent;
    }
  });
  result.scans = watch(viewer, scans.size(), finals);
  detector.join();
  pipeline.stop();

  result.counters = pipeline.status().counters;
  result.gb_per_s = static_cast<double>(bytes) /
                    static_cast<double>(result.scans.back().final.received_utc_ns - begin);  // B/ns
  return result;
}

PhaseMap limit_of(PreparedScan& scan, const UnmixConfig& unmix, const PhaseMap& final, int threads) {
  UnmixConfig config = unmix;
  config.provisional = false;
  config.lambda = final.lambda;
  config.tolerance = unmix.tolerance / 100;
  config.iterations = 5000;
  Ledger ledger;
  PhaseMap limit;
  Graph graph(config, "", scan.bytes() + 1, threads, ledger,
              {[](Event) {}, [&](const std::shared_ptr<PhaseMap>& map) { limit = std::move(*map); }});
  const auto start = std::make_shared<const ScanStart>(scan.start());
  graph.put(ScanOpened{start});
  for (const Frame& frame : scan.frames()) graph.put(AdmittedFrame{start, frame, false, nullptr});
  graph.put(ScanClosed{start, scan.end(), false, scan.frame_count(), 0, 0});
  graph.finish();
  for (const auto& error : ledger.snapshot().errors) throw std::runtime_error(error);
  return limit;
}

double rms_distance(const PhaseMap& a, const PhaseMap& b) {
  const double distance = rmse(a.fraction, b.fraction);
  if (std::isnan(distance)) throw std::runtime_error("two maps have no pixel in common");
  return distance;
}

}  // namespace phasecast
