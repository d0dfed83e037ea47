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
  CHECK(queue.empty());
  for (std::uint32_t k = 0; k < 3; ++k) queue.put(energy(k));
  CHECK(queue.needs_step());
  CHECK_FALSE(queue.needs_step());
  CHECK(indices(queue.take(2)) == Indices{0, 1});
  CHECK_FALSE(queue.empty());
  CHECK(queue.needs_step());
  queue.put(QuestionJob{});
  CHECK_FALSE(queue.needs_step());
  (void)queue.take(2);
  (void)queue.take(2);
  CHECK(queue.empty());
  CHECK(queue.needs_step());
}
