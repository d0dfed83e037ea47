#include "pipeline/frame_source.hpp"

#include <catch2/catch.hpp>

#include "pipeline/zmq_parts.hpp"
#include "tests/small_scan.hpp"

using namespace phasecast;

namespace {

constexpr std::chrono::milliseconds patience{2000};  // for what should not come

/// How many frames a source can send to a pipeline that has no room for more than one; `most` are tried.
int sent_before_it_blocks(Shape shape, int most) {
  zmq::context_t context;
  Ledger ledger;
  std::vector<Event> kept;  // with their tickets: no room is given back
  Admission admission({16, std::chrono::hours{1}, std::chrono::hours{1}, std::chrono::hours{1}}, ledger,
                      [&](Event event) { kept.push_back(std::move(event)); });
  Budget budget(1);
  FrameSource source(
      context, "tcp://127.0.0.1:*", [](zmq::socket_t&) {}, std::size_t{64} << 20, admission, budget, ledger);
  source.start();

  zmq::context_t detector;
  zmq::socket_t frames(detector, zmq::socket_type::push);
  frames.set(zmq::sockopt::sndhwm, 1);
  frames.set(zmq::sockopt::linger, 0);
  frames.connect(source.endpoint());
  ScanStart scan = test::small_scan("scan", static_cast<std::size_t>(most));
  scan.shape = shape;
  send_parts(frames, encode(scan));
  int sent = 0;
  zmq::pollitem_t item{frames.handle(), 0, ZMQ_POLLOUT, 0};
  while (sent < most && zmq::poll(&item, 1, patience) > 0)
    send_parts(frames, encode(test::small_frame(scan, static_cast<std::uint64_t>(sent++))));
  source.stop();
  return sent;
}

}  // namespace

TEST_CASE("beyond the budget few large frames wait for the pipeline, then their source does") {
  // 8 in the queue, one admitted, and those being written and read.
  CHECK(sent_before_it_blocks({2048, 2048}, 40) < 20);
}

TEST_CASE("of small frames more may wait, for the sake of speed") {
  CHECK(sent_before_it_blocks({4, 6}, 60) == 60);
}
