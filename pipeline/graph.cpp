#include "pipeline/graph.hpp"

#include <tbb/flow_graph.h>

#include <atomic>
#include <future>
#include <map>
#include <mutex>

#include "messages/units.hpp"
#include "pipeline/accumulator.hpp"
#include "pipeline/job_queue.hpp"
#include "pipeline/map_solver.hpp"
#include "pipeline/pairing.hpp"

namespace phasecast {

namespace flow = tbb::flow;

/// A snapshot to solve; none: go on iterating with the newest one.
struct SolveRequest {
  SnapshotPtr snapshot;
  Ticket ticket = nullptr;  ///< of a final snapshot
};
using MapPtr = std::shared_ptr<PhaseMap>;

/// A step of ingest: a job may wait in the queue, or the solver waits for news.
struct JobWaits {};

//   put ─┬─► record
//        └─► pair ─► queue ─► ingest ─► solve ─► publish
//           serial           serial,  ◄─ serial    serial
//                            takes all  ▲   │
//                            that waits └───┘ goes on between frames
struct Graph::Nodes {
  using Pair = flow::multifunction_node<Event, std::tuple<JobWaits>>;
  using IngestWaiting = flow::multifunction_node<JobWaits, std::tuple<SolveRequest>>;
  using Solve = flow::multifunction_node<SolveRequest, std::tuple<SolveRequest, JobWaits>>;

  Nodes(const UnmixConfig& unmix, std::string config_hash, std::size_t hold_bytes, Ledger& books,
        GraphOutputs out)
      : config(unmix),
        ledger(books),
        outputs(std::move(out)),
        pairing(hold_bytes, ledger,
                [this](Job job) {
                  queue.put(std::move(job));
                  ask_ingest(std::get<0>(pair.output_ports()));
                }),
        accumulator(config, ledger),
        solver(config, std::move(config_hash)),
        pair(graph, flow::serial, [this](const Event& event, auto& ports) { pair_next(event, ports); }),
        ingest(graph, flow::serial,
               [this](JobWaits, auto& ports) {
                 guard([&] { ingest_waiting(std::get<0>(ports)); });
                 if (queue.ready()) ask_ingest(ingest);
                 --steps_waiting;
                 resume_solver(std::get<0>(ports));
               }),
        solve(graph, flow::serial,
              [this](const SolveRequest& request, auto& ports) { advance(request, ports); }),
        publish(graph, flow::serial, [this](const MapPtr& map) { guard([&] { outputs.publish(map); }); }) {
    flow::make_edge(flow::output_port<0>(pair), ingest);
    flow::make_edge(flow::output_port<0>(ingest), solve);
    flow::make_edge(flow::output_port<0>(solve), solve);
    flow::make_edge(flow::output_port<1>(solve), ingest);
  }

  /// What goes wrong with one map is said, and the next frame is worked on; recording is not touched.
  template <class Work>
  bool guard(const Work& work) try {
    work();
    return true;
  } catch (const std::exception& e) {
    ledger.error(std::string("unmixing: ") + e.what());
    return false;
  }

  template <class Ports>
  void pair_next(const Event& event, Ports& ports) {
    guard([&] { pairing.take(event); });
    --steps_waiting;
    if (solver_paused) ask_ingest(std::get<0>(ports));  // it wakes the solver
  }

  template <class Port>
  void ask_ingest(Port& port) {
    if (!queue.needs_step()) return;
    ++steps_waiting;
    port.try_put({});
  }

  /// All energies that wait go into one sweep; in lockstep one by one, for a map decision each. Newest
  /// moments win: a solve is asked for only when the solver waits for one, and with a scan's last energy.
  template <class Port>
  void ingest_waiting(Port& to_solve) {
    Work work = queue.take(config.deterministic ? 1 : Ingest::most_energies);
    SnapshotPtr snapshot;
    Ticket ticket;
    if (const auto* question = std::get_if<QuestionJob>(&work)) {
      question->answer();
    } else if (const auto* opened = std::get_if<OpenJob>(&work)) {
      accumulator.open(opened->scan, opened->recording.get());
    } else if (auto* closed = std::get_if<CloseJob>(&work)) {
      snapshot = accumulator.final_snapshot(closed->closed);
      ticket = std::move(closed->closed.ticket);
    } else {
      auto& energies = std::get<std::vector<EnergyJob>>(work);
      if (!energies.empty()) accumulator.add(energies);
      energies.clear();  // the moments have the data: room for new frames
      const bool wanted = config.deterministic || snapshots_waiting == 0 || accumulator.complete();
      if (config.provisional && accumulator.has_news() && wanted) snapshot = accumulator.snapshot();
    }
    if (!snapshot) return;
    if (config.deterministic)
      solve_newest(snapshot);  // in lockstep: the same frames give the same bits
    else
      send(std::move(snapshot), std::move(ticket), to_solve);
    accumulator.compare_references();
  }

  template <class Port>
  void send(SnapshotPtr snapshot, Ticket ticket, Port& to_solve) {
    ledger.update([&](Status& status) { status.queue_depths["solve"] = ++snapshots_waiting; });
    solver_paused = false;
    if (snapshot->whole) queue.begin_gathering();
    to_solve.try_put({std::move(snapshot), std::move(ticket)});
  }

  /// What ingest has in memory is its own: so it answers itself.
  template <class Answer>
  Answer ask(std::function<Answer()> question) {
    std::packaged_task<Answer()> task(std::move(question));
    std::future<Answer> answer = task.get_future();
    queue.put(QuestionJob{[&task] { task(); }});
    ask_ingest(ingest);
    return answer.get();
  }

  /// One iteration on the newest data, then a look at what came meanwhile: ingest may hold energies that it
  /// had no snapshot to make of while one waited here. Data that never converge are left after as many passes
  /// as a final map gets, or the graph would never be done.
  template <class Ports>
  void advance(const SolveRequest& request, Ports& ports) {
    const bool fresh = request.snapshot != nullptr;
    if (!fresh && settled) return;  // a whole scan came first
    const bool well = guard([&] { fresh ? solve_newest(request.snapshot) : solver.iterate(1); });
    passes_on_newest = fresh ? 0 : passes_on_newest + 1;
    if (fresh) {
      ledger.update([&](Status& status) { status.queue_depths["solve"] = --snapshots_waiting; });
      if (request.snapshot->whole) queue.end_gathering();
      ask_ingest(std::get<1>(ports));
    }
    settled = fresh && request.snapshot->whole;
    const bool go_on = well && !settled && snapshots_waiting == 0 && !solver.converged() &&
                       passes_on_newest < config.iterations;
    if (!go_on) return;
    solver_paused = true;
    if (steps_waiting == 0) resume_solver(std::get<0>(ports));
  }

  /// Between two passes the solver lets everything else go first: whoever is done with the last of it wakes
  /// it again. Not by priorities of the nodes: in oneTBB 2021.8 those of serial nodes hand memory to the
  /// wrong thread (its pull request 1596).
  template <class Port>
  void resume_solver(Port& to_solve) {
    if (steps_waiting == 0 && solver_paused.exchange(false)) to_solve.try_put({});
  }

  void solve_newest(const SnapshotPtr& snapshot) {
    solver.take(snapshot);
    snapshot->whole ? solver.finish() : solver.iterate(config.iterations_per_frame);
    const bool final_waits = snapshot->whole && snapshots_waiting > 1;  // the same map, with more to say
    if (snapshot->final || (snapshot->publish && !final_waits))
      publish.try_put(std::make_shared<PhaseMap>(solver.map()));
  }

  const UnmixConfig& config;
  Ledger& ledger;
  GraphOutputs outputs;
  JobQueue queue;
  Pairing pairing;
  Accumulator accumulator;
  MapSolver solver;
  int passes_on_newest = 0;  // of the solve node
  bool settled = false;      // likewise: the newest map is that of a whole scan
  std::atomic<std::uint64_t> snapshots_waiting{0};
  std::atomic<std::uint64_t> steps_waiting{0};  // of pair and ingest
  std::atomic<bool> solver_paused{false};

  flow::graph graph;
  Pair pair;
  IngestWaiting ingest;
  Solve solve;
  flow::function_node<MapPtr> publish;
};

namespace {

/// One for each number of threads, as long as the process lives. Arenas of their own for graphs that come and
/// go are not safe in oneTBB 2021.8: now and then a worker stays in one that is gone, and the next has
/// nobody.
tbb::task_arena& arena_of(int threads) {
  static std::mutex mutex;
  static std::map<int, tbb::task_arena> arenas;
  std::lock_guard lock(mutex);
  return arenas.try_emplace(threads, threads, 0).first->second;
}

}  // namespace

// A graph works in the arena it is made in. This one has no place reserved for a caller: the thread that puts
// frames in belongs to the socket.
Graph::Graph(const UnmixConfig& config, std::string config_hash, std::size_t hold_bytes, int threads,
             Ledger& ledger, GraphOutputs outputs)
    : parallelism_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads) + 1),
      arena_(arena_of(threads)) {
  arena_.execute([&] {
    nodes_ = std::make_unique<Nodes>(config, std::move(config_hash), hold_bytes, ledger, std::move(outputs));
  });
}

Graph::~Graph() {
  finish();
}

void Graph::put(Event event) {
  nodes_->outputs.record(event);
  ++nodes_->steps_waiting;
  nodes_->pair.try_put(std::move(event));
}

Result<RegionSpectrum> Graph::region_spectrum(const Region& region, std::shared_ptr<const PhaseMap> map) {
  return nodes_->ask<Result<RegionSpectrum>>(
      [&] { return nodes_->accumulator.region_spectrum(region, map.get()); });
}

Result<References> Graph::references() {
  return nodes_->ask<Result<References>>([&] { return nodes_->accumulator.references(); });
}

void Graph::finish() {
  nodes_->graph.wait_for_all();
}

}  // namespace phasecast
