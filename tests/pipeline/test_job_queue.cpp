#include "pipeline/job_queue.hpp"

#include <catch2/catch.hpp>

#include "tests/small_scan.hpp"

using namespace phasecast;

namespace {

EnergyJob energy(std::uint32_t index) {
  EnergyJob job;
  job.energy_index = index;
  return job;
}

std::vector<std::uint32_t> indices(const Work& work) {
  std::vector<std::uint32_t> list;
  for (const EnergyJob& job : std::get<std::vector<EnergyJob>>(work)) list.push_back(job.energy_index);
  return list;
}

using Indices = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("energies that wait are taken together, at most so many, and in order") {
  JobQueue queue;
  for (std::uint32_t k = 0; k < 5; ++k) queue.put(energy(k));
  CHECK(indices(queue.take(3)) == Indices{0, 1, 2});
  CHECK(indices(queue.take(3)) == Indices{3, 4});
  CHECK(indices(queue.take(3)).empty());
}

TEST_CASE("energies of two scans are never taken together, and openings and closings stay in order") {
  JobQueue queue;
  queue.put(OpenJob{});
  queue.put(energy(0));
  queue.put(energy(1));
  queue.put(CloseJob{});
  queue.put(OpenJob{});
  queue.put(energy(2));
  CHECK(std::holds_alternative<OpenJob>(queue.take(16)));
  CHECK(indices(queue.take(16)) == Indices{0, 1});
  CHECK(std::holds_alternative<CloseJob>(queue.take(16)));
  CHECK(std::holds_alternative<OpenJob>(queue.take(16)));
  CHECK(indices(queue.take(16)) == Indices{2});
}

TEST_CASE("a question does not wait behind energies") {
  JobQueue queue;
  int answered = 0;
  queue.put(energy(0));
  queue.put(QuestionJob{[&] { ++answered; }});
  std::get<QuestionJob>(queue.take(3)).answer();
  CHECK(answered == 1);
  CHECK(indices(queue.take(3)) == Indices{0});
}

TEST_CASE("one step is asked for until it looks into the queue, however many jobs come") {
  JobQueue queue;
  CHECK_FALSE(queue.ready());
  for (std::uint32_t k = 0; k < 3; ++k) queue.put(energy(k));
  CHECK(queue.needs_step());
  CHECK_FALSE(queue.needs_step());
  CHECK(indices(queue.take(2)) == Indices{0, 1});
  CHECK(queue.ready());
  CHECK(queue.needs_step());
  queue.put(QuestionJob{});
  CHECK_FALSE(queue.needs_step());
  (void)queue.take(2);
  (void)queue.take(2);
  CHECK_FALSE(queue.ready());
  CHECK(queue.needs_step());
}

TEST_CASE("while a whole scan's map is made energies gather, until many wait or more is known to come") {
  JobQueue queue;
  const auto put = [&](std::uint32_t first, std::uint32_t last) {
    for (std::uint32_t k = first; k < last; ++k) queue.put(energy(k));
  };
  const auto waits = [&] { return !queue.ready() && indices(queue.take(16)).empty(); };
  queue.begin_gathering();
  put(0, 7);
  CHECK(waits());
  SECTION("many wait") {
    put(7, 8);
    CHECK(queue.ready());
    CHECK(indices(queue.take(16)).size() == 8);
  }
  SECTION("their scan is closed") {
    queue.put(CloseJob{});
    CHECK(indices(queue.take(16)).size() == 7);
    CHECK(std::holds_alternative<CloseJob>(queue.take(16)));
  }
  SECTION("a question is answered meanwhile") {
    queue.put(QuestionJob{});
    CHECK(queue.ready());
    CHECK(std::holds_alternative<QuestionJob>(queue.take(16)));
    CHECK(waits());
  }
  SECTION("the map is made, and the next one too") {
    queue.begin_gathering();
    queue.end_gathering();
    CHECK(waits());
    queue.end_gathering();
    CHECK(queue.ready());
    CHECK(indices(queue.take(16)).size() == 7);
  }
}
