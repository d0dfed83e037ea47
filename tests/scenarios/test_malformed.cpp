#include <catch2/catch.hpp>

#include "tests/scenarios/live.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

PixelBuffer text_part(std::string_view text) {
  std::vector<std::byte> bytes(text.size());
  std::transform(text.begin(), text.end(), bytes.begin(), [](char c) { return static_cast<std::byte>(c); });
  return PixelBuffer::take(std::move(bytes));
}

PixelBuffer shortened(const PixelBuffer& part) {
  return {part.owner, part.bytes.first(part.bytes.size() - 1)};
}

PixelBuffer flipped(const PixelBuffer& part, std::size_t at) {
  std::vector<std::byte> bytes(part.bytes.begin(), part.bytes.end());
  bytes[at] ^= std::byte{0x10};
  return PixelBuffer::take(std::move(bytes));
}

}  // namespace

SCENARIO("malformed messages of each kind come between good frames", "[concurrency]") {
  GIVEN("a running pipeline and its scan") {
    TemporaryFolder folder;
    SmallSeries series(folder, 2);
    LivePipeline pipeline(folder, series.unmix_options);
    zmq::context_t context;
    Viewer viewer(context, pipeline.endpoint("maps"));
    viewer.wait_for_greeting();
    FrameSender detector(context, pipeline.endpoint("frames"));
    SimulatedScan scan = series.scan(0);
    WHEN("each is sent once") {
      const auto broken = [&](std::uint64_t sequence, auto change) {
        Frame frame = *scan.frame(sequence);
        change(frame.header);
        detector.send(frame);
      };
      detector.send_raw({text_part("no such topic"), text_part("x")});           // topic
      detector.send_raw({text_part(topic::frame)});                              // part_count
      detector.send_raw({text_part(topic::scan_start), text_part("\xff\xff")});  // header
      ScanStart future = scan.start();
      future.version = 99;
      detector.send(future);  // version
      detector.send(scan.start());
      Parts parts = encode(*scan.frame(5));
      detector.send_raw({parts[0], parts[1], shortened(parts[2])});     // byte_count
      detector.send_raw({parts[0], parts[1], flipped(parts[2], 100)});  // crc
      broken(6, [](FrameHeader& h) { h.energy_index = 1000; });         // energy
      broken(6, [](FrameHeader& h) { h.energy_set_ev = -1; });          // energy
      broken(7, [](FrameHeader& h) { h.repeat = 7; });                  // repeats
      broken(8, [](FrameHeader& h) { h.sequence = 1u << 20; });         // sequence
      ScanEnd overlong = scan.end();
      overlong.frames_sent = 100000;
      detector.send(overlong);  // frames_sent
      detector.send(Status{});  // topic: not for this socket
      for (std::uint64_t k = 0; k < scan.frame_count(); ++k) detector.send(*scan.frame(k));
      detector.send(scan.end());
      const PhaseMap live = viewer.wait_for_final(scan.start().scan_id);
      THEN("each is counted by its cause and the scan is whole") {
        auto counts = pipeline.stop();
        CHECK(counts["rejected"] == "12");
        CHECK(counts["rejected_topic"] == "2");
        for (const std::string cause :
             {"part_count", "header", "version", "byte_count", "crc", "repeats", "sequence", "frames_sent"}) {
          CAPTURE(cause);
          CHECK(counts["rejected_" + cause] == "1");
        }
        CHECK(counts["rejected_energy"] == "2");
        CHECK(counts["received"] == std::to_string(scan.frame_count()));
        CHECK(counts["used"] == counts["received"]);
        std::vector<std::uint64_t> all(scan.frame_count());
        for (std::uint64_t k = 0; k < all.size(); ++k) all[k] = k;
        CHECK(rms_difference(live, offline_map(scan, all, series.unmix_options)) < 1e-3);
      }
    }
  }
}
