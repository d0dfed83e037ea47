#include <catch2/catch.hpp>
#include <fstream>

#include "tests/scenarios/foreign_stage.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

/// The scan came through whole, and its map is that of our own protocol.
void check_same(ForeignStage& stage, const ForeignStage::Outcome& outcome) {
  INFO(outcome.said);
  CHECK(outcome.bridge.at("sent") == std::to_string(stage.frames()));
  CHECK(outcome.bridge.at("missing") == "0");
  CHECK(outcome.bridge.at("scans_complete") == "1");
  CHECK(outcome.pipeline.at("received") == std::to_string(stage.frames()));
  CHECK(outcome.pipeline.at("missing") == "0");
  CHECK(outcome.map.energies_used.size() == stage.energies().size());
  CHECK(same_bits(outcome.map, stage.replayed()));
}

const Words to_foreign{"--to", "{foreign}"}, from_foreign{"--from", "tcp://127.0.0.1:*", "--bind"};

Words from(const std::string& source) {
  return from_foreign + Words{"--source", source};
}

}  // namespace

SCENARIO("areaDetector's ADZMQ gives the maps of our own protocol, bit for bit", "[bridge]") {
  ForeignStage stage;
  WHEN("energies and kinds come from a list and a stated order") {
    check_same(stage, stage.bridged("adzmq", to_foreign, from("adzmq") + stage.plan()));
  }
  WHEN("energies and kinds come from its attributes, and it publishes") {
    check_same(stage, stage.bridged("adzmq", to_foreign + Words{"--socket", "pub"},
                                    from("adzmq") + stage.plan() +
                                        Words{"--socket", "sub", "--energy-field", "ndattr.Energy.value",
                                              "--kind-field", "ndattr.FrameType.value"}));
  }
}

SCENARIO("slsDetector and recastx give the maps of our own protocol, bit for bit", "[bridge]") {
  ForeignStage stage;
  WHEN("a slsReceiver publishes headers and pixels one after the other") {
    check_same(stage,
               stage.bridged("sls", to_foreign + Words{"--socket", "pub"}, from("sls") + stage.plan()));
  }
  WHEN("its energy and kind are in the additional header, which has texts alone") {
    check_same(stage, stage.bridged("sls", to_foreign,
                                    from("sls") + stage.plan() +
                                        Words{"--socket", "pull", "--energy-field", "addJsonHeader.energy",
                                              "--kind-field", "addJsonHeader.kind"}));
  }
  WHEN("recastx' stream counts darks, flats and projections apart") {
    check_same(stage, stage.bridged("recastx", to_foreign, from("recastx") + stage.plan()));
  }
  WHEN("another mapping says where in its headers the energy is, in keV") {
    std::ofstream(stage.folder() / "mapping.toml")
        << "number = 'frame'\nfirst = 0\nnumbers_per_kind = true\nshape = 'shape'\ndefault_dtype = 'uint16'\n"
           "kind = 'image_attributes.scan_index'\nenergy = 'photonEnergy'\nenergy_unit = 'keV'\n"
           "kinds = { dark = 0, flat = 1, sample = 2 }\n";
    check_same(stage, stage.bridged("recastx", to_foreign,
                                    from("json") + stage.plan() +
                                        Words{"--mapping", (stage.folder() / "mapping.toml").string()}));
  }
}

SCENARIO("DECTRIS Stream V2 gives the maps of our own protocol, bit for bit", "[bridge]") {
  ForeignStage stage;
  const std::string encoding = GENERATE("dectris", "dectris_big_endian", "dectris_lz4", "dectris_bslz4");
  CAPTURE(encoding);
  check_same(stage, stage.bridged(encoding, to_foreign, from("dectris") + stage.plan()));
}

SCENARIO("DECTRIS images say their energy and kind in the user's data", "[bridge]") {
  ForeignStage stage;
  check_same(stage, stage.bridged("dectris_bslz4", to_foreign,
                                  from("dectris") + stage.plan() +
                                      Words{"--channel", "threshold_1", "--energy-field", "user_data.energy",
                                            "--kind-field", "user_data.frame"}));
}

SCENARIO("files give the maps of our own protocol, bit for bit", "[bridge][concurrency]") {
  ForeignStage stage;
  const Words in_folder{"--from", "{folder}/images"};
  WHEN("TIFF files appear in a folder, and a list says their energies") {
    check_same(stage, stage.bridged("folder", {"--to", "{folder}/images"},
                                    in_folder + Words{"--source", "folder"} + stage.plan()));
  }
  WHEN("their names say energy and kind") {
    check_same(stage, stage.bridged("folder", {"--to", "{folder}/images"},
                                    in_folder +
                                        Words{"--source", "folder", "--energy-in-name", "_([0-9.]+)eV",
                                              "--kind-in-name"} +
                                        stage.plan()));
  }
  WHEN("an HDF5 file grows, written in SWMR mode or not") {
    const std::string how = GENERATE("growing", "sized", "closed");
    CAPTURE(how);
    check_same(stage, stage.bridged(how, {"--to", "{folder}/images/scan.h5"},
                                    Words{"--from", "{folder}/images/scan.h5", "--source", "hdf5",
                                          "--dataset", "/entry/data/data"} +
                                        stage.plan()));
  }
}

SCENARIO("bluesky's documents say scans, kinds and energies beside the frames", "[bridge]") {
  ForeignStage stage;
  const Words corrections{"--darks", "2", "--flats", "2"};
  const Words side{"--metadata", "{metadata}", "--metadata-energy", "mono_energy"};
  const std::string documents = GENERATE("json", "msgpack", "json_pages");
  CAPTURE(documents);
  const auto outcome =
      stage.bridged("adzmq", to_foreign + Words{"--metadata", "{metadata}", "--documents", documents},
                    from("adzmq") + corrections + side);
  check_same(stage, outcome);
  // The run's start and an event for each frame; its stop may come after the last frame has closed the scan.
  CHECK(std::stoull(outcome.bridge.at("documents")) >= stage.frames() + 1);
  CHECK(std::stoull(outcome.bridge.at("documents")) <= stage.frames() + 2);
}

SCENARIO("an exposure that no event is about takes nobody's energy where events tell their frames",
         "[bridge]") {
  ForeignStage stage;
  const Words side{"--metadata",  "{metadata}",        "--metadata-energy",
                   "mono_energy", "--metadata-number", "camera.number"};
  const std::string documents = GENERATE("json", "json_pages");
  CAPTURE(documents);
  const auto outcome = stage.bridged(
      "adzmq",
      to_foreign + Words{"--metadata", "{metadata}", "--documents", documents, "--extra-exposure", "12"},
      from("adzmq") + Words{"--darks", "2", "--flats", "2"} + side);
  check_same(stage, outcome);
  CHECK(outcome.bridge.at("rejected_metadata") == "1");
}

SCENARIO("bluesky's runs are the scans of a source whose energies a list says", "[bridge]") {
  ForeignStage stage;
  check_same(stage, stage.bridged("dectris", to_foreign + Words{"--metadata", "{metadata}"},
                                  from("dectris") + stage.plan() + Words{"--metadata", "{metadata}"}));
}
