#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "tools/simulate/fronts.hpp"
#include "tools/simulate/scene_parts.hpp"
#include "tools/simulate/scenes.hpp"
#include "tools/simulate/texture.hpp"

using namespace phasecast;

namespace {

constexpr Shape small{90, 120};

std::vector<float> mean_state(const std::vector<float>& fraction, std::size_t pixels) {
  std::vector<float> mean(pixels);
  for (std::size_t i = 0; i < fraction.size(); ++i)
    mean[i % pixels] += static_cast<float>(i / pixels) * fraction[i];
  return mean;
}

}  // namespace

TEST_CASE("every scene holds material and empty places") {
  for (const SceneKind kind : scene_kinds) {
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
      INFO(name_of(kind) << " seed " << seed);
      const Scene scene = make_scene(kind, small, 0.5, seed);
      const auto filled =
          std::count_if(scene.scale.values.begin(), scene.scale.values.end(), [](float s) { return s > 0; });
      CHECK(filled > static_cast<long>(small.pixels() / 10));
      CHECK(filled < static_cast<long>(small.pixels() * 9 / 10));
      CHECK(scene.grains > 1);
    }
  }
}

TEST_CASE("the edge jump has mean one over the material for any thickness variation") {
  for (const SceneKind kind : scene_kinds) {
    for (const double variation : {0.0, 0.5, 1.0}) {
      INFO(name_of(kind) << " variation " << variation);
      const Scene scene = make_scene(kind, small, variation, 7);
      double sum = 0;
      std::size_t filled = 0;
      for (const float s : scene.scale.values) {
        REQUIRE(s >= 0);
        sum += s;
        filled += s > 0;
        if (variation == 0) REQUIRE((s == 0 || s == 1));
      }
      CHECK(sum / static_cast<double>(filled) == Approx(1).epsilon(1e-5));
    }
  }
}

TEST_CASE("the pieces of a pixel share its element completely") {
  for (const SceneKind kind : scene_kinds) {
    INFO(name_of(kind));
    const Scene scene = make_scene(kind, small, 1, 3);
    std::vector<float> share(small.pixels());
    for (const Piece& piece : scene.pieces) {
      REQUIRE(piece.grain < scene.grains);
      share[piece.pixel] += piece.amount;
    }
    for (std::size_t i = 0; i < share.size(); ++i)
      REQUIRE(share[i] == Approx(scene.scale.values[i] > 0 ? 1 : 0).margin(1e-5));
  }
}

TEST_CASE("a projected sphere is as thick as its chord is long") {
  const scenes::Sphere sphere{40.3, 61.8, 0, 25};
  const Scene scene = scenes::project(small, {sphere});
  std::vector<double> pieces(small.pixels());
  for (const Piece& piece : scene.pieces) pieces[piece.pixel] += piece.amount;
  for (int y = 0; y < small.height; ++y) {
    for (int x = 0; x < small.width; ++x) {
      const double d2 = (y - sphere.y) * (y - sphere.y) + (x - sphere.x) * (x - sphere.x);
      const double chord = d2 < 625 ? 2 * std::sqrt(625 - d2) : 0;
      REQUIRE(scene.scale.at(y, x) == Approx(chord).margin(1e-4));
      REQUIRE(pieces[static_cast<std::size_t>(y) * small.width + x] == Approx(chord).margin(1e-4));
    }
  }
}

TEST_CASE("what a sharp front leaves of a projected sphere is the chord through its core") {
  const int center = 40;
  const double radius = 30;
  const Scene scene = [&] {
    Scene s = scenes::project(Shape{81, 81}, {{center, center, 0, radius}});
    for (Piece& piece : s.pieces) piece.amount /= s.scale.values[piece.pixel];
    return s;
  }();
  for (const double time : {0.4, 0.5, 0.6}) {
    const std::vector<float> x = phase_fractions(scene, {2, 0, 5}, time);
    // Along the central ray depth is length, so that the core's share there tells how far the front has come.
    const double core = radius * x[center * 81 + center];
    REQUIRE(core > 1);
    REQUIRE(core < radius - 1);
    for (int d = 1; d < radius; ++d) {
      const double half_chord = std::sqrt(radius * radius - d * d);
      const double expected = core > d ? std::sqrt(core * core - d * d) / half_chord : 0;
      // Within the shell that holds the front the share is interpolated: it is off by less than that shell.
      const double span = (radius - d) / 6;
      const double outer = core <= d ? d + span : radius - span * std::floor((radius - core) / span);
      const double inner = std::max<double>(d, outer - span);
      const double shell = (std::sqrt(outer * outer - d * d) - std::sqrt(inner * inner - d * d)) / half_chord;
      INFO("time " << time << " distance " << d);
      CHECK(std::abs(x[center * 81 + center + d] - expected) <= (core <= d ? 1e-5 : shell + 1e-5));
    }
  }
}

TEST_CASE("depth is the distance to the nearest empty pixel, searched exhaustively") {
  const Shape shape{23, 31};
  Random random{11};
  Image<std::uint8_t> inside(shape);
  for (auto& v : inside.values) v = random.uniform() < 0.97;
  const Image<float> depth = depth_inside(inside);
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x) {
      double nearest = std::numeric_limits<double>::max();
      for (int v = 0; v < shape.height; ++v)
        for (int u = 0; u < shape.width; ++u)
          if (!inside.at(v, u)) nearest = std::min(nearest, std::hypot(v - y, u - x));
      REQUIRE(depth.at(y, x) == Approx(nearest).margin(1e-5));
    }
  }
}

TEST_CASE("fractions sum to one where there is material and are NaN where there is none") {
  for (const SceneKind kind : scene_kinds) {
    const Scene scene = make_scene(kind, small, 1, 5);
    for (const int states : {2, 3, 5}) {
      for (const double width : {0.0, 6.0}) {
        for (const double time : {0.0, 0.3, 0.6, 1.0}) {
          const auto x = phase_fractions(scene, {states, width, 5}, time);
          REQUIRE(x.size() == states * small.pixels());
          for (std::size_t i = 0; i < small.pixels(); ++i) {
            float sum = 0;
            float least = 1;
            for (int l = 0; l < states; ++l) {
              sum += x[l * small.pixels() + i];
              least = std::min(least, x[l * small.pixels() + i]);
            }
            if (scene.scale.values[i] > 0) {
              REQUIRE(sum == Approx(1).epsilon(1e-5));
              REQUIRE(least >= 0);
            } else {
              REQUIRE(std::isnan(sum));
            }
          }
        }
      }
    }
  }
}

TEST_CASE("the reaction only moves forward, from the first state to the last") {
  for (const SceneKind kind : scene_kinds) {
    INFO(name_of(kind));
    const Scene scene = make_scene(kind, small, 1, 9);
    std::vector<float> before(small.pixels(), 0);
    double reacted_at_half = 0;
    for (int step = 0; step <= 26; ++step) {
      const auto now = mean_state(phase_fractions(scene, {4, 3, 9}, step * 0.05), small.pixels());
      for (std::size_t i = 0; i < now.size(); ++i)
        if (scene.scale.values[i] > 0) {
          REQUIRE(now[i] >= before[i] - 1e-5F);
          if (step == 0) REQUIRE(now[i] < 1e-6F);
          if (step == 10) reacted_at_half += now[i] / 3;
          before[i] = now[i];
          if (step == 26) REQUIRE(now[i] == Approx(3));
        }
    }
    const auto filled =
        std::count_if(scene.scale.values.begin(), scene.scale.values.end(), [](float s) { return s > 0; });
    CHECK(reacted_at_half / static_cast<double>(filled) > 0.2);
    CHECK(reacted_at_half / static_cast<double>(filled) < 0.9);
  }
}

TEST_CASE("within a grain of a slice the deeper place is never the more reacted one") {
  const Scene scene = make_scene(SceneKind::electrode, small, 1, 9);
  const auto state = mean_state(phase_fractions(scene, {3, 5, 9}, 0.5), small.pixels());
  std::vector<Piece> pieces = scene.pieces;
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) {
    return std::pair(a.grain, a.depth_px) < std::pair(b.grain, b.depth_px);
  });
  for (std::size_t i = 1; i < pieces.size(); ++i)
    if (pieces[i].grain == pieces[i - 1].grain)
      REQUIRE(state[pieces[i].pixel] <= state[pieces[i - 1].pixel] + 1e-6F);
}

TEST_CASE("with a sharp front each place of a slice is in one state") {
  const Scene scene = make_scene(SceneKind::brine, small, 1, 9);
  for (const float v : phase_fractions(scene, {3, 0, 9}, 0.5)) REQUIRE((std::isnan(v) || v == 0 || v == 1));
}

TEST_CASE("intermediate states appear as shells between the first and the last") {
  const Scene scene = scenes::project(Shape{81, 81}, {{40, 40, 0, 35}});
  const std::size_t n = scene.shape.pixels();
  int with_all_states = 0;
  for (int step = 0; step <= 20; ++step) {
    const auto x = phase_fractions(scene, {3, 0, 5}, 0.05 * step);
    double depth_sum[3] = {};
    double share_sum[3] = {};
    for (int d = 0; d < 34; ++d)
      for (int l = 0; l < 3; ++l) {
        depth_sum[l] += (35 - d) * x[l * n + 40 * 81 + 40 + d];
        share_sum[l] += x[l * n + 40 * 81 + 40 + d];
      }
    if (share_sum[0] == 0 || share_sum[1] == 0 || share_sum[2] == 0) continue;
    ++with_all_states;
    CHECK(depth_sum[0] / share_sum[0] > depth_sum[1] / share_sum[1]);
    CHECK(depth_sum[1] / share_sum[1] > depth_sum[2] / share_sum[2]);
  }
  CHECK(with_all_states >= 2);
}

TEST_CASE("one seed gives one scene; other seeds and other scenes differ") {
  for (const SceneKind kind : scene_kinds) {
    const Scene scene = make_scene(kind, small, 1, 1);
    CHECK(scene.scale.values == make_scene(kind, small, 1, 1).scale.values);
    CHECK(scene.scale.values != make_scene(kind, small, 1, 2).scale.values);
    for (const SceneKind other : scene_kinds)
      if (other != kind) CHECK(scene.scale.values != make_scene(other, small, 1, 1).scale.values);
  }
}

TEST_CASE("an image too small for a scene is refused by its size") {
  CHECK_THROWS_WITH(make_scene(SceneKind::wedge, {15, 200}, 1, 1), Catch::Contains("15 x 200"));
}

TEST_CASE("normal numbers have the moments of the normal distribution and no memory") {
  constexpr std::size_t n = 400'000;
  std::vector<float> z(n);
  Random{42}.fill_normal(z);
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0, lag = 0, beyond3 = 0;
  for (std::size_t i = 0; i < n; ++i) {
    m1 += z[i];
    m2 += double(z[i]) * z[i];
    m3 += std::pow(double(z[i]), 3);
    m4 += std::pow(double(z[i]), 4);
    lag += double(z[i]) * z[(i + 1) % n];
    beyond3 += std::abs(z[i]) > 3;
  }
  // Five standard errors each: var(z^k) = 1, 2, 15, 96; var of a product 1; P(|z| > 3) = 0.0026998.
  const double root = std::sqrt(double(n));
  CHECK(std::abs(m1 / n) < 5 / root);
  CHECK(std::abs(m2 / n - 1) < 5 * std::sqrt(2.0) / root);
  CHECK(std::abs(m3 / n) < 5 * std::sqrt(15.0) / root);
  CHECK(std::abs(m4 / n - 3) < 5 * std::sqrt(96.0) / root);
  CHECK(std::abs(lag / n) < 5 / root);
  CHECK(std::abs(beyond3 / n - 0.0026998) < 5 * std::sqrt(0.0026998) / root);
}
