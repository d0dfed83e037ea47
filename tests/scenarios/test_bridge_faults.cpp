#include <catch2/catch.hpp>

#include "tests/scenarios/foreign_stage.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

using Catch::Contains;

/// A scan of which frame 10 (a sample, at energy 6) is lost or of no use, in one protocol or another.
struct Fault {
  std::string protocol;
  Words fault;
  std::string cause;  ///< it is counted by
  std::string said;   ///< on stderr
};

Words bridge_words(const std::string& protocol) {
  return {"--from", "tcp://127.0.0.1:*", "--bind", "--source", protocol, "--socket", "pull"};
}

}  // namespace

SCENARIO("a frame that is of no use is counted by its cause, said, and missing in the map", "[bridge]") {
  ForeignStage stage;
  const Fault fault =
      GENERATE(Fault{"adzmq", {"cut", "10"}, "byte_count", "frame 427"},
               Fault{"adzmq", {"replace", "10", "[64, 48]", "[48, 64]"}, "shape", "48x64"},
               Fault{"adzmq", {"replace", "10", "[64, 48]", "[3, 64, 48]"}, "shape", "gray"},
               Fault{"adzmq", {"replace", "10", "uint16", "complex64"}, "dtype", "complex64"},
               Fault{"adzmq", {"replace", "10", "\"frame\"", "\"fromage\""}, "field", "frame"},
               Fault{"sls",
                     {"replace", "10", "\"completeImage\": 1", "\"completeImage\": 0"},
                     "require",
                     "completeImage"},
               Fault{"dectris_bslz4", {"cut", "11"}, "cbor", "byte"},
               Fault{"dectris_lz4", {"replace", "11", "lz4", "lz5"}, "compression", "lz5"});
  CAPTURE(fault.protocol, fault.fault);
  const std::string source = fault.protocol.substr(0, fault.protocol.find('_'));
  const auto outcome = stage.bridged(fault.protocol, Words{"--to", "{foreign}", "--fault"} + fault.fault,
                                     bridge_words(source) + stage.plan());
  INFO(outcome.said);
  CHECK(outcome.bridge.at("rejected_" + fault.cause) == "1");
  CHECK_THAT(outcome.said, Contains("[" + fault.cause + "]") && Contains(fault.said));
  CHECK(outcome.bridge.at("missing") == "1");
  CHECK(outcome.bridge.at("sent") == std::to_string(stage.frames() - 1));
  CHECK(outcome.pipeline.at("missing") == "1");
  CHECK(outcome.map.energies_used.size() == stage.energies().size() - 1);
}

SCENARIO("frames that never came leave their energies out of the map, and no other", "[bridge]") {
  ForeignStage stage;
  const auto outcome = stage.bridged("adzmq", {"--to", "{foreign}", "--fault", "lose", "7", "20"},
                                     bridge_words("adzmq") + stage.plan());
  CHECK(outcome.bridge.at("missing") == "2");
  CHECK(outcome.pipeline.at("missing") == "2");
  std::vector<std::uint32_t> used;
  for (std::uint32_t e = 0; e < stage.energies().size(); ++e)
    if (e != 3 && e != 16) used.push_back(e);  // behind two darks and two flats
  CHECK(outcome.map.energies_used == used);
}

SCENARIO("frames that overtake one another, and garbage between them, change nothing", "[bridge]") {
  ForeignStage stage;
  WHEN("frame 12 overtakes the one before it") {
    const auto outcome = stage.bridged("adzmq", {"--to", "{foreign}", "--fault", "swap", "12"},
                                       bridge_words("adzmq") + stage.plan());
    CHECK(outcome.bridge.at("missing") == "0");
    CHECK(same_bits(outcome.map, stage.replayed()));
  }
  WHEN("two messages of anything come before frame 12") {
    const std::string protocol = GENERATE("adzmq", "dectris");
    CAPTURE(protocol);
    const auto outcome = stage.bridged(protocol, {"--to", "{foreign}", "--fault", "garbage", "12"},
                                       bridge_words(protocol) + stage.plan());
    const std::string causes = protocol == "adzmq" ? "header" : "parts";
    INFO(outcome.said);
    CHECK(outcome.bridge.at("rejected_" + causes) == (protocol == "adzmq" ? "2" : "1"));
    CHECK(outcome.bridge.at("missing") == "0");
    CHECK(same_bits(outcome.map, stage.replayed()));
  }
}

SCENARIO("a source that begins again ends its scan as aborted and begins another", "[bridge]") {
  ForeignStage stage;
  const std::string protocol = GENERATE("adzmq", "sls", "dectris");
  CAPTURE(protocol);
  const auto outcome = stage.bridged(protocol, {"--to", "{foreign}", "--fault", "restart", "20"},
                                     bridge_words(protocol) + stage.plan(), 2);
  INFO(outcome.said);
  CHECK(outcome.bridge.at("scans_aborted") == "1");
  CHECK(outcome.bridge.at("scans_complete") == "1");
  CHECK(outcome.pipeline.at("scans_aborted") == "1");
  CHECK(outcome.map.energies_used.size() == stage.energies().size());
}

SCENARIO("an event document that is lost costs its frame alone", "[bridge]") {
  ForeignStage stage;
  const Words side{"--metadata", "{metadata}", "--metadata-energy", "mono_energy",
                   "--darks",    "2",          "--flats",           "2"};
  const auto outcome =
      stage.bridged("adzmq", {"--to", "{foreign}", "--metadata", "{metadata}", "--lose-documents", "12"},
                    bridge_words("adzmq") + side);
  INFO(outcome.said);
  CHECK(outcome.bridge.at("rejected_metadata") == "1");
  CHECK(outcome.pipeline.at("missing") == "1");
  CHECK(outcome.map.energies_used.size() == stage.energies().size() - 1);
}
