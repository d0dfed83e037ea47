#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "pipeline/control.hpp"
#include "tests/tools/example_map.hpp"
#include "tools/view/answers.hpp"
#include "tools/view/framing.hpp"
#include "tools/view/http_session.hpp"
#include "tools/view/server.hpp"

using namespace phasecast;

namespace {

struct Site {
  Archive archive{std::size_t{1} << 30};
  Metrics metrics;
  Answers open{archive, metrics, "", ""};
  Answers guarded{archive, metrics, "", "s3cret+"};

  Site() { archive.take(example_map()); }
};

WebAnswer get(const Answers& answers, std::string_view target) {
  return answers.answer({"GET", target, ""});
}

}  // namespace

TEST_CASE("values behind the question mark are found by whole name and percent-decoded") {
  CHECK(query_value("/live?token=a%2Bb&x=3", "token") == "a+b");
  CHECK(query_value("/live?token=a%2Bb&x=3", "x") == "3");
  CHECK(query_value("/live?xx=1&x=2", "x") == "2");
  CHECK(query_value("/live?x", "x").empty());
  CHECK(query_value("/live", "x").empty());
  CHECK(query_value("/live?x=50%", "x") == "50%");
}

TEST_CASE("with a token only the page itself is given to those who do not know it") {
  const Site site;
  CHECK(get(site.guarded, "/").status == 200);
  for (const auto* target : {"/history", "/history?token=", "/history?token=s3cret",
                             "/history?token=s3cret%2B%2B", "/maps/0/0", "/maps/0/0?token=wrong"})
    CHECK(get(site.guarded, target).status == 401);
  CHECK(get(site.guarded, "/history?token=s3cret%2B").status == 200);
  CHECK(site.guarded.answer({"POST", "/control", ""}).status == 401);
  CHECK_FALSE(site.guarded.lets_in("/live"));
  CHECK(site.guarded.lets_in("/live?token=s3cret%2B"));
}

TEST_CASE("the history lists the maps with their means, of the whole or of a region") {
  const Site site;
  const auto whole = nlohmann::json::parse(get(site.open, "/history").body);
  const PhaseMap map = example_map();
  REQUIRE(whole["maps"].size() == 1);
  const auto& entry = whole["maps"][0];
  CHECK(entry["map_number"] == map.map_number);
  CHECK(entry["scan_id"] == map.scan_id);
  CHECK(entry["received_utc_ns"] == std::to_string(map.received_utc_ns));
  CHECK(whole["states"] == map.states);
  const auto means = means_of(map, std::nullopt);
  CHECK(entry["means"][0].get<double>() == Approx(means->fraction[0]));
  CHECK(entry["residual"].get<double>() == Approx(means->residual));

  const auto outside = nlohmann::json::parse(get(site.open, "/history?x=60000&y=0&width=1&height=1").body);
  CHECK(outside["maps"][0]["means"].is_null());
  for (const auto* wrong : {"/history?x=1", "/history?y=1&width=1&height=1",
                            "/history?x=1&y=1&width=a&height=1", "/history?x=-1&y=1&width=1&height=1"})
    CHECK(get(site.open, wrong).status == 400);
}

TEST_CASE("an archived map is given as it was published") {
  const Site site;
  const auto answer = get(site.open, "/maps/0/" + std::to_string(example_map().map_number));
  REQUIRE(answer.status == 200);
  const auto parts = from_frame(answer.body);
  REQUIRE(parts.ok());
  const auto message = decode(*parts);
  REQUIRE(message.ok());
  CHECK(std::get<PhaseMap>(*message).fraction.size() == example_map().fraction.size());
  CHECK(get(site.open, "/maps/7/0").status == 404);
  for (const auto* wrong : {"/maps/", "/maps/0", "/maps/0/x", "/maps/0/0/0", "/maps/-1/0"})
    CHECK(get(site.open, wrong).status == 400);
}

TEST_CASE("other paths and methods are refused") {
  const Site site;
  CHECK(get(site.open, "/etc/passwd").status == 404);
  CHECK(get(site.open, "/../page").status == 404);
  CHECK(get(site.open, "/control").status == 405);
  CHECK(site.open.answer({"POST", "/history", ""}).status == 405);
  CHECK(site.open.answer({"DELETE", "/", ""}).status == 405);
}

TEST_CASE("the pipeline's answers come through, and no commands go to it") {
  zmq::context_t context;
  ControlServer pipeline(
      context, "tcp://127.0.0.1:*", [](zmq::socket_t&) {},
      [](const ControlRequest& request) {
        CHECK(request.command == ControlCommand::get_region_spectrum);
        return ControlAnswer{{true, ""}, encode(References{"scan", {"a"}, {8333}, {1}})};
      });
  const Archive archive(1);
  const Metrics metrics;
  const Answers answers(archive, metrics, pipeline.endpoint(), "");
  const auto ask = [&](const ControlRequest& request) {
    return answers.answer({"POST", "/control", to_frame(encode(request))});
  };
  const auto answer = ask({ControlCommand::get_region_spectrum, Region{1, 2, 3, 4}});
  REQUIRE(answer.status == 200);
  const auto parts = from_frame(answer.body);
  REQUIRE(parts.ok());
  CHECK(parts->size() == 4);
  CHECK(ask({ControlCommand::abort_scan}).status == 403);
  CHECK(ask({ControlCommand::stop}).status == 403);
  CHECK(answers.answer({"POST", "/control", "banana"}).status == 400);
  CHECK(answers.answer({"POST", "/control", to_frame(encode(Status{}))}).status == 400);
  CHECK(Answers(archive, metrics, "", "")
            .answer({"POST", "/control", to_frame(encode(ControlRequest{}))})
            .status == 503);
}

TEST_CASE("a request that a foreign page made is not the page's own") {
  CHECK(is_own("127.0.0.1:8050", "", true));
  CHECK(is_own("localhost:8050", "http://localhost:8050", true));
  CHECK(is_own("[::1]:8050", "http://[::1]:8050", true));
  CHECK_FALSE(is_own("127.0.0.1:8050", "http://evil.example", true));
  CHECK_FALSE(is_own("127.0.0.1:8050", "http://127.0.0.1:9999", true));
  CHECK_FALSE(is_own("evil.example:8050", "", true));
  CHECK_FALSE(is_own("", "", true));
  CHECK(is_own("beamline7:8050", "http://beamline7:8050", false));
  CHECK_FALSE(is_own("beamline7:8050", "http://evil.example", false));
}

TEST_CASE("an address that other machines reach is told from the loopback") {
  CHECK(is_loopback("127.0.0.1"));
  CHECK(is_loopback("127.3.2.1"));
  CHECK(is_loopback("::1"));
  CHECK_FALSE(is_loopback("0.0.0.0"));
  CHECK_FALSE(is_loopback("10.0.0.1"));
  CHECK_FALSE(is_loopback("beamline"));
}
