#include <spdlog/fmt/fmt.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <span>
#include <string>

#include "tests/tools/scratch_folder.hpp"
#include "tools/bridge/bluesky.hpp"
#include "tools/bridge/compression.hpp"
#include "tools/bridge/documents.hpp"
#include "tools/bridge/json_stream.hpp"
#include "tools/bridge/mapping.hpp"
#include "tools/bridge/pixels.hpp"
#include "tools/bridge/stream_v2.hpp"

using namespace phasecast;
using namespace phasecast::bridge;
using namespace std::string_literals;

namespace {

PixelBuffer part(const std::string& bytes) {
  const auto from = std::as_bytes(std::span(bytes));
  return PixelBuffer::take(std::vector<std::byte>(from.begin(), from.end()));
}

std::string repeated(const std::string& what, std::size_t times) {
  std::string all;
  for (std::size_t k = 0; k < times; ++k) all += what;
  return all;
}

/// What a reader made of one message.
template <class Reader>
std::vector<Result<ForeignEvent>> taken(Reader& reader, const Parts& parts) {
  std::vector<Result<ForeignEvent>> events;
  reader.take(parts, [&](Result<ForeignEvent> event) { events.push_back(std::move(event)); });
  return events;
}

template <class Reader>
std::string cause_of(Reader& reader, const Parts& parts) {
  const auto events = taken(reader, parts);
  REQUIRE(events.size() == 1);
  return events[0] ? "" : events[0].error().cause;
}

/// {"type": "image", "image_id": 7, "data": {"t": 40([[1, 2], TAG(h'PIXELS')])}}
std::string image_message(char tag, const std::string& pixels) {
  return "\xa3\x64type\x65image\x68image_id\x07\x64"
         "data\xa1\x61t\xd8\x28\x82\x82\x01\x02\xd8"s +
         tag + static_cast<char>(0x40 + pixels.size()) + pixels;
}

StreamV2 stream_v2() {
  return StreamV2("", presets().at("dectris"));
}

}  // namespace

TEST_CASE("a Stream V2 image is read with its number, shape, type and byte order", "[bridge]") {
  StreamV2 stream = stream_v2();
  const char tag = GENERATE(char{69}, char{65});  // little, big
  const auto events = taken(stream, {part(image_message(tag, tag == 69 ? "\1\2\3\4"s : "\2\1\4\3"s))});
  REQUIRE(events.size() == 1);
  REQUIRE(events[0].ok());
  const auto& frame = std::get<ForeignFrame>(*events[0]);
  CHECK(frame.number == 7);
  CHECK(frame.shape == Shape{1, 2});
  CHECK(frame.pixel_type == PixelType::uint16);
  CHECK(std::memcmp(frame.pixels.bytes.data(), "\1\2\3\4", 4) == 0);
}

TEST_CASE("a damaged Stream V2 message has a cause, wherever it is cut", "[bridge]") {
  StreamV2 stream = stream_v2();
  const std::string whole = image_message(69, "\1\2\3\4"s);
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK(cause_of(stream, {part(whole.substr(0, length))}) == "cbor");
  CHECK(cause_of(stream, {part(whole + "x")}) == "cbor");
  CHECK(cause_of(stream, {part(image_message(69, "\1\2\3"s))}) == "byte_count");
  CHECK(cause_of(stream, {part(image_message(71, "\1\2\3\4"s))}) == "dtype");  // 64 bits
  CHECK(cause_of(stream, {part(image_message(63, "\1\2\3\4"s))}) == "cbor");
  CHECK(cause_of(stream, {part("\xa1\x64type\x64stop"s)}) == "type");
  CHECK(cause_of(stream, {part("\xa2\x64type\x65image\x68image_id\x20"s)}) == "field");
  CHECK(cause_of(stream, {part(whole), part(whole)}) == "parts");
}

TEST_CASE("CBOR that nests or claims without end is refused at once", "[bridge]") {
  StreamV2 stream = stream_v2();
  for (const std::string& hostile :
       {repeated("\x81", 1 << 20), repeated("\xc0", 1 << 20), repeated("\x9f", 1 << 20),
        "\x9b\xff\xff\xff\xff\xff\xff\xff\xff"s, "\x5b\x7f\xff\xff\xff\xff\xff\xff\xff"s,
        "\xbb\xff\xff\xff\xff\xff\xff\xff\xff\x61x\x00"s, "\x1c"s, "\xff"s})
    CHECK(cause_of(stream, {part("\xa1\x61x"s + hostile)}) == "cbor");
}

TEST_CASE("compressed bytes that cannot hold the image cost no memory", "[bridge]") {
  const auto bytes = part("\0\0\0\1\0\0\0\0\0\0\x20\0\0\0\0\1x"s);  // claims 4 GiB
  const auto opened = decompress("lz4", 0, bytes.bytes, std::size_t{1} << 32);
  REQUIRE(!opened);
  CHECK(opened.error().cause == "compression");
  for (const char* algorithm : {"lz4", "bslz4", "gzip"}) {
    const auto wrong = decompress(algorithm, 2, bytes.bytes, 16);
    REQUIRE(!wrong);
    CHECK(wrong.error().cause == "compression");
  }
  CHECK(!decompress("bslz4", 3, bytes.bytes, 16));
  CHECK(!decompress("lz4", 0, bytes.bytes.first(5), 16));
}

TEST_CASE("signed counts become floats that hold them", "[bridge]") {
  const auto type = type_named("int16");
  REQUIRE(type);
  const PixelBuffer floats = pixels_here(*type, part("\xff\xff\x05\x00"s));
  float values[2];
  REQUIRE(floats.bytes.size() == sizeof values);
  std::memcpy(values, floats.bytes.data(), sizeof values);
  CHECK(values[0] == -1);
  CHECK(values[1] == 5);
  CHECK(!type_named("complex64"));
  CHECK(!type_here(*type_named("uint64")));
  CHECK(type_named(">u2")->big_endian);
}

TEST_CASE("a pickle is refused unopened, and so is what is no document", "[bridge]") {
  const auto cause = [](const std::string& message) {
    const auto document = read_document({part(message)});
    return document ? "" : document.error().cause;
  };
  CHECK(cause("x start \x80\x04\x95\x0b\0\0\0\0\0\0\0}\x94\x8c\x01a\x94K\x01s."s) == "pickle");
  CHECK(cause("x start (dp0\nVa\np1\nI1\ns."s) == "pickle");
  CHECK(cause("x start {\"uid\": \"a\"}"s) == "");
  CHECK(cause("start \x81\xa3uid\xa1"
              "a"s) == "");
  CHECK(cause("x y z"s) == "document");
  CHECK(cause("x start [1]"s) == "document");
  CHECK(cause("x start {\"uid\": "s) == "document");
  CHECK(cause("x start "s + repeated("\x91", 1 << 20)) == "document");
  CHECK(cause("x start "s + repeated("{\"a\":", 1 << 16)) == "document");
  CHECK(cause(""s) == "document");
}

TEST_CASE("a header that nests without end is refused, not printed", "[bridge]") {
  JsonStream stream(presets().at("adzmq"));
  const std::string deep = repeated("[", 300'000) + repeated("]", 300'000);
  CHECK(cause_of(stream, {part(R"({"frame":)" + deep + "}"), part("ab")}) == "header");
  CHECK(cause_of(stream, {part(R"({"frame":)" + repeated("[", 30) + repeated("]", 30) + "}"), part("ab")}) ==
        "field");
}

TEST_CASE("a header and its pixels may come as two messages, and one of them be lost", "[bridge]") {
  JsonStream stream(presets().at("sls"));
  const std::string header =
      R"({"bitmode":8,"shape":[2,1],"frameIndex":3,"fileIndex":1,"data":1,"completeImage":1,"detshape":[1,1]})";
  CHECK(taken(stream, {part(header)}).empty());
  CHECK(taken(stream, {part("ab")}).at(0).ok());
  CHECK(taken(stream, {part(header)}).empty());
  CHECK(cause_of(stream, {part(header)}) == "pixels");
  const auto events = taken(stream, {part("ab")});
  REQUIRE(events.at(0).ok());
  const auto& frame = std::get<ForeignFrame>(*events[0]);
  CHECK(frame.number == 3);
  CHECK(frame.scan == "1");
  CHECK(frame.shape == Shape{1, 2});
}

TEST_CASE("a mapping's mistakes are named with file, line and what is known", "[bridge]") {
  const ScratchFolder folder;
  const auto text_of = [&](const std::string& toml) {
    std::ofstream(folder.path / "m.toml") << toml;
    const auto mapping = read_mapping(folder.path / "m.toml", {});
    return mapping ? "" : mapping.error().text();
  };
  using Catch::Contains;
  CHECK(text_of("number = 'frame'\nshape = 'shape'\n") == "");
  CHECK_THAT(text_of("\nnumbre = 'frame'\n"), Contains("m.toml line 2") && Contains("number"));
  CHECK_THAT(text_of("shape_order = 'zx'\n"), Contains("line 1") && Contains("yx, xy"));
  CHECK_THAT(text_of("kinds = { darc = 1 }\n"), Contains("dark"));
  CHECK_THAT(text_of("first = -1\n"), Contains("at least 0"));
  CHECK_THAT(text_of("first = \n"), Contains("TOML"));
}

TEST_CASE("bluesky's events say places, kinds and energies; a gap in their numbers is a place each",
          "[bridge]") {
  Bluesky bluesky({"e", "", "energies"});
  const auto say = [&](const std::string& text) { return taken(bluesky, {part("p " + text)}); };
  const auto start = say(R"(start {"uid":"r","energies":[8.3,8.4],"sample":"NCM","n":3})");
  REQUIRE(start.at(0).ok());
  const auto& run = std::get<ForeignStart>(*start[0]);
  CHECK(run.energies_ev == std::vector<double>{8300, 8400});
  CHECK(run.metadata.at("sample") == "NCM");
  CHECK(say(R"(descriptor {"uid":"d","run_start":"r","name":"primary","data_keys":{"e":{"units":"keV"}}})")
            .empty());
  CHECK(say(R"(descriptor {"uid":"x","run_start":"other","name":"primary","data_keys":{}})").empty());
  CHECK(say(R"(event {"descriptor":"x","seq_num":1,"data":{"e":1}})").empty());
  const auto shot = [&](const std::string& text) { return std::get<Shot>(*say(text).at(0)); };
  CHECK(shot(R"(event {"descriptor":"d","seq_num":1,"data":{"e":8.3}})").place == 0);
  const Shot third = shot(R"(event {"descriptor":"d","seq_num":3,"data":{"e":8.4}})");
  CHECK(third.place == 2);
  CHECK(third.energy_ev == 8400);
  CHECK(say(R"(event {"descriptor":"d","seq_num":3,"data":{"e":8.4}})").at(0).error().cause == "field");
  CHECK(std::get<ForeignEnd>(*say(R"(stop {"run_start":"r","exit_status":"abort"})").at(0)).status ==
        ScanStatus::aborted);
}

TEST_CASE("a point that bluesky takes again is another frame, a document that comes again is none",
          "[bridge]") {
  Bluesky bluesky({"e", "", "energies"});
  const auto say = [&](const std::string& text) { return taken(bluesky, {part("p " + text)}); };
  say(R"(start {"uid":"r","energies":[8300,8400]})");
  say(R"(descriptor {"uid":"d","run_start":"r","name":"primary","data_keys":{"e":{"units":"eV"}}})");
  const auto event = [&](const char* uid, int number) {
    return say(fmt::format(R"(event {{"uid":"{}","descriptor":"d","seq_num":{},"data":{{"e":8300}}}})", uid,
                           number));
  };
  CHECK(std::get<Shot>(*event("a", 1).at(0)).place == 0);
  CHECK(std::get<Shot>(*event("b", 2).at(0)).place == 1);
  CHECK_FALSE(event("b", 2).at(0).ok());
  CHECK(std::get<Shot>(*event("c", 2).at(0)).place == 2);
  CHECK(std::get<Shot>(*event("d", 3).at(0)).place == 3);
  SECTION("a stop that counts as many points ends the run as it says") {
    const auto end =
        say(R"(stop {"run_start":"r","exit_status":"success","num_events":{"primary":3,"other":9}})");
    CHECK(std::get<ForeignEnd>(*end.at(0)).status == ScanStatus::complete);
  }
  SECTION("a stop that counts more tells of lost documents") {
    const auto end = say(R"(stop {"run_start":"r","exit_status":"success","num_events":{"primary":4}})");
    CHECK(std::get<ForeignEnd>(*end.at(0)).status == ScanStatus::aborted);
    CHECK_THAT(std::get<ForeignEnd>(*end.at(0)).reason, Catch::Contains("3 events of primary, 4 were sent"));
  }
}

TEST_CASE("events that tell their frame's number keep the place of a point that is taken again", "[bridge]") {
  Bluesky bluesky({"e", "cam.count", "energies"});
  const auto say = [&](const std::string& text) { return taken(bluesky, {part("p " + text)}); };
  say(R"(start {"uid":"r","energies":[8300,8400]})");
  say(R"(descriptor {"uid":"d","run_start":"r","name":"primary","data_keys":{"e":{"units":"eV"}}})");
  const auto shot = [&](const char* uid, int number, const char* frame) {
    const auto said = say(fmt::format(
        R"(event {{"uid":"{}","descriptor":"d","seq_num":{},"data":{{"e":8300,"cam.count":{}}}}})", uid,
        number, frame));
    return said.at(0).ok() ? std::get<Shot>(*said[0]) : Shot{99, FrameKind::dark, {}, {}};
  };
  CHECK(shot("a", 1, "17.0").number == 17u);
  CHECK(shot("b", 1, "18").place == 0);
  CHECK(shot("c", 2, "19").place == 1);
  for (const char* wrong : {"-1", "1.5", "1e300", "\"7\"", "null"}) CHECK(shot(wrong, 3, wrong).place == 99);
  const auto end = say(R"(stop {"run_start":"r","exit_status":"success","num_events":{"primary":5}})");
  CHECK(std::get<ForeignEnd>(*end.at(0)).status == ScanStatus::complete);
}
