#include <catch2/catch.hpp>

#include "pipeline/config.hpp"
#include "pipeline/endpoint_rules.hpp"
#include "pipeline/gatekeeper.hpp"
#include "tests/tools/scratch_folder.hpp"

using namespace phasecast;

TEST_CASE("only endpoints that no other machine reaches are the loopback's") {
  for (const std::string endpoint :
       {"tcp://127.0.0.1:5555", "tcp://127.3.2.1:*", "tcp://localhost:5555", "tcp://[::1]:5555",
        "tcp://::1:5555", "ipc:///tmp/frames", "inproc://frames"}) {
    CAPTURE(endpoint);
    CHECK(is_loopback_endpoint(endpoint));
  }
  for (const std::string endpoint :
       {"tcp://*:5555", "tcp://0.0.0.0:5555", "tcp://[::]:5555", "tcp://10.0.0.1:5555", "tcp://eth0:5555",
        "tcp://127.0.0.1.example.org:5555", "tcp://localhost.example.org:5555", "tcp://[::ffff:10.0.0.1]:1",
        "tcp://", "tcp://127.0.0.1", "pgm://127.0.0.1:5", "127.0.0.1:5555", ""}) {
    CAPTURE(endpoint);
    CHECK_FALSE(is_loopback_endpoint(endpoint));
  }
}

TEST_CASE("a socket that other machines reach needs keys, or the word insecure") {
  const auto complaints = [](const auto& change) {
    RunConfig config;
    change(config);
    std::string text;
    for (const Error& error : validate(config)) text += error.text() + "\n";
    return text;
  };
  CHECK(complaints([](RunConfig&) {}).empty());
  for (const auto& [name, endpoint] : {std::pair{"frames", &RunConfig::frames_endpoint},
                                       {"maps", &RunConfig::maps_endpoint},
                                       {"control", &RunConfig::control_endpoint}}) {
    const auto said = complaints([&](RunConfig& c) { c.*endpoint = "tcp://*:7000"; });
    CHECK_THAT(said, Catch::Contains(std::string("field ") + name + " is 'tcp://*:7000'"));
    CHECK_THAT(said, Catch::Contains("--keys DIR") && Catch::Contains("--insecure"));
  }
  CHECK(complaints([](RunConfig& c) { c.maps_endpoint = "tcp://*:7000", c.keys = "keys"; }).empty());
  CHECK(complaints([](RunConfig& c) { c.maps_endpoint = "tcp://*:7000", c.insecure = true; }).empty());
}

TEST_CASE("each socket lets in its role's keys alone, and a viewer may ask at the control socket") {
  ScratchFolder scratch;
  const KeyFolder keys = KeyFolder::create(scratch.path / "keys");
  const auto key_of = [&](const std::string& name, Role role) {
    return read_certificate(keys.add(name, {role})).public_key;
  };
  const auto source = key_of("tomo", Role::source), viewer = key_of("eye", Role::viewer),
             control = key_of("hand", Role::control), own = make_key_pair().public_key;
  zmq::context_t context;
  Ledger ledger;
  const Gatekeeper gatekeeper(context, keys, own, ledger);
  CHECK(gatekeeper.admitted("frames", source) == "source:tomo");
  CHECK(gatekeeper.admitted("maps", viewer) == "viewer:eye");
  CHECK(gatekeeper.admitted("maps", own) == "viewer:this run's own");
  CHECK(gatekeeper.admitted("control", control) == "control:hand");
  CHECK(gatekeeper.admitted("control", viewer) == "viewer:eye");
  CHECK_FALSE(gatekeeper.admitted("frames", viewer));
  CHECK_FALSE(gatekeeper.admitted("frames", control));
  CHECK_FALSE(gatekeeper.admitted("frames", own));
  CHECK_FALSE(gatekeeper.admitted("maps", source));
  CHECK_FALSE(gatekeeper.admitted("maps", control));
  CHECK_FALSE(gatekeeper.admitted("control", source));
  for (const std::string socket : {"frames", "maps", "control", "", "other"}) {
    CHECK_FALSE(gatekeeper.admitted(socket, make_key_pair().public_key));
    CHECK_FALSE(gatekeeper.admitted(socket, ""));
  }
}

TEST_CASE("a viewer may not command, who has a control key may, and without keys everyone may") {
  CHECK(may_command("control:hand"));
  CHECK(may_command(""));
  CHECK_FALSE(may_command("viewer:eye"));
  CHECK_FALSE(may_command("viewer:control:"));
}

TEST_CASE("a gatekeeper ends after its sockets, with strangers at the door, every time") {
  for (int k = 0; k < 50; ++k) {
    zmq::context_t context, other;
    Ledger ledger;
    Gatekeeper gatekeeper(context, std::nullopt, "", ledger);
    zmq::socket_t stranger(other, zmq::socket_type::req);
    stranger.set(zmq::sockopt::linger, 0);
    zmq::socket_t door(context, zmq::socket_type::pull);
    gatekeeper.guard("frames", 4096)(door);
    door.bind("tcp://127.0.0.1:*");
    stranger.connect(door.get(zmq::sockopt::last_endpoint));
  }
}
