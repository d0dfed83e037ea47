#include "stages/energy_exchange.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <random>
#include <utility>

namespace phasecast {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
/// What a greedy start knows before its first energy: this part of the whole grid's information.
constexpr double prior_part = 1e-3;

EnergyExchange::Choice whole(std::size_t count) {
  EnergyExchange::Choice all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

}  // namespace

EnergyExchange::EnergyExchange(std::vector<EnergyRow> grid, EnergyInformation nothing, Limits limits)
    : grid_(std::move(grid)), nothing_(std::move(nothing)), limits_(std::move(limits)) {}

double EnergyExchange::deviation(const EnergyInformation& sum) const {
  return fraction_deviation(limits_.fit == BackgroundFit::before ? sum.normalized_here() : sum, limits_.fit);
}

EnergyInformation EnergyExchange::sum_of(const Choice& choice) const {
  EnergyInformation sum = nothing_;
  for (const std::size_t i : choice) sum.add(grid_[i]);
  return sum;
}

bool EnergyExchange::has_room(const Choice& choice, std::size_t candidate) const {
  return std::none_of(choice.begin(), choice.end(), [&](std::size_t i) {
    return i == candidate || std::abs(grid_[i].energy_ev - grid_[candidate].energy_ev) < limits_.spacing_ev;
  });
}

/// Whether the places left are enough for what the windows, which do not overlap, still lack.
bool EnergyExchange::keeps_quotas(const Choice& choice, std::size_t candidate) const {
  const int left = limits_.energies - static_cast<int>(choice.size()) - 1;
  int lacking = 0;
  for (const WindowQuota& quota : limits_.quotas) {
    int have = grid_[candidate].*quota.inside;
    for (const std::size_t i : choice) have += grid_[i].*quota.inside;
    lacking += std::max(0, quota.least - have);
  }
  return lacking <= left;
}

bool EnergyExchange::allowed(const Choice& choice, std::size_t candidate) const {
  return has_room(choice, candidate) && keeps_quotas(choice, candidate);
}

EnergyExchange::Choice EnergyExchange::take(const Choice& order) const {
  Choice choice;
  for (const std::size_t j : order)
    if (static_cast<int>(choice.size()) < limits_.energies && allowed(choice, j)) choice.push_back(j);
  return choice;
}

/// One after the other, the energy that helps most.
EnergyExchange::Choice EnergyExchange::greedy() const {
  EnergyInformation sum = nothing_;
  for (const EnergyRow& row : grid_) sum.add(row, prior_part / static_cast<double>(grid_.size()));
  Choice choice;
  while (static_cast<int>(choice.size()) < limits_.energies) {
    std::optional<std::size_t> best;
    double least = infinity;
    for (std::size_t j = 0; j < grid_.size(); ++j) {
      if (!allowed(choice, j)) continue;
      EnergyInformation with = sum;
      with.add(grid_[j]);
      const double deviation_with = deviation(with);
      if (best && !(deviation_with < least)) continue;
      best = j;
      least = deviation_with;
    }
    if (!best) break;
    choice.push_back(*best);
    sum.add(grid_[*best]);
  }
  return choice;
}

/// What the windows need first: leaves most room where energies have to be apart.
EnergyExchange::Choice EnergyExchange::packed() const {
  Choice order;
  for (const WindowQuota& quota : limits_.quotas) {
    int have = 0;
    for (std::size_t i = 0; i < grid_.size(); ++i)
      if (have < quota.least && grid_[i].*quota.inside && has_room(order, i)) {
        order.push_back(i);
        ++have;
      }
  }
  const Choice all = whole(grid_.size());
  order.insert(order.end(), all.begin(), all.end());
  return take(order);
}

std::vector<EnergyExchange::Choice> EnergyExchange::starts(int count) const {
  std::vector<Choice> list{greedy(), packed()};
  std::mt19937 random(1);
  Choice order = whole(grid_.size());
  while (static_cast<int>(list.size()) < count) {
    // Not std::shuffle, which is another one in every standard library.
    for (std::size_t i = order.size() - 1; i > 0; --i) std::swap(order[i], order[random() % (i + 1)]);
    list.push_back(take(order));
  }
  std::erase_if(list, [&](const Choice& c) { return static_cast<int>(c.size()) < limits_.energies; });
  return list;
}

double EnergyExchange::improve(Choice& choice) const {
  double best = deviation(sum_of(choice));
  for (bool better = true; better;) {
    better = false;
    for (std::size_t place = 0; place < choice.size(); ++place) {
      Choice others = choice;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(place));
      const EnergyInformation sum = sum_of(others);
      for (std::size_t j = 0; j < grid_.size(); ++j) {
        if (!allowed(others, j)) continue;
        EnergyInformation with = sum;
        with.add(grid_[j]);
        const double deviation_with = deviation(with);
        if (!(deviation_with < best * (1 - smallest_deviation_gain))) continue;
        best = deviation_with;
        choice[place] = j;
        better = true;
      }
    }
  }
  return best;
}

}  // namespace phasecast
