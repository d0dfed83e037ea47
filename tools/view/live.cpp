#include "tools/view/live.hpp"

#include <boost/beast/websocket.hpp>
#include <deque>
#include <utility>
#include <vector>

#include "tools/view/framing.hpp"

namespace phasecast {

namespace beast = boost::beast;
namespace websocket = beast::websocket;

namespace {

constexpr std::size_t most_waiting = 1000;        // small messages; a browser this far behind is cut off
constexpr std::size_t largest_request = 1 << 10;  // browsers have nothing to say here

std::string topic_of(const Parts& parts) {
  const auto bytes = parts.front().bytes;
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<boost::asio::const_buffer> buffers_of(const LiveMessage& message) {
  std::vector<boost::asio::const_buffer> buffers{boost::asio::buffer(message.head)};
  for (const PixelBuffer& part : message.parts) {
    buffers.emplace_back(part.bytes.data(), part.bytes.size());
    const std::string_view padding = frame_padding(part.bytes.size());
    buffers.emplace_back(padding.data(), padding.size());
  }
  return buffers;
}

}  // namespace

LiveMessagePtr live_text(std::string text) {
  return std::make_shared<const LiveMessage>(LiveMessage{true, false, std::move(text), {}});
}

LiveMessagePtr live_message(Parts parts) {
  const bool is_map = topic_of(parts) == topic::phase_map;
  std::string lengths = frame_lengths(parts);
  return std::make_shared<const LiveMessage>(
      LiveMessage{false, is_map, std::move(lengths), std::move(parts)});
}

/// One browser, served at its own pace: one write at a time, small messages in order, of the maps the newest.
class LiveSession : public std::enable_shared_from_this<LiveSession> {
 public:
  LiveSession(LiveHub& hub, beast::tcp_stream stream) : hub_(hub), socket_(std::move(stream)) {}

  void start(beast::http::request<beast::http::string_body> request) {
    beast::get_lowest_layer(socket_).expires_never();
    socket_.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
    socket_.read_message_max(largest_request);
    socket_.async_accept(request, [self = shared_from_this()](beast::error_code error) {
      if (error) return self->leave();
      self->open_ = true;
      self->write_next();
      self->read();
    });
  }

  void send(const LiveMessagePtr& message) {
    if (message->newest_wins) {
      map_ = message;
    } else {
      waiting_.push_back(message);
      if (waiting_.size() > most_waiting) return cut_off();
    }
    write_next();
  }

  void cut_off() { beast::get_lowest_layer(socket_).close(); }

 private:
  void write_next() {
    if (!open_ || writing_ || (waiting_.empty() && !map_)) return;
    writing_ = !waiting_.empty() ? waiting_.front() : std::exchange(map_, nullptr);
    if (!waiting_.empty()) waiting_.pop_front();
    socket_.text(writing_->text);
    socket_.async_write(buffers_of(*writing_),
                        [self = shared_from_this()](beast::error_code error, std::size_t) {
                          self->writing_ = nullptr;
                          error ? self->leave() : self->write_next();
                        });
  }

  /// Nothing is expected; reading is what answers pings and notices that the browser is gone.
  void read() {
    socket_.async_read(received_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      self->received_.clear();
      error ? self->leave() : self->read();
    });
  }

  void leave() {
    open_ = false;
    cut_off();
    hub_.sessions_.erase(shared_from_this());
  }

  LiveHub& hub_;
  websocket::stream<beast::tcp_stream> socket_;
  beast::flat_buffer received_;
  std::deque<LiveMessagePtr> waiting_;
  LiveMessagePtr map_, writing_;
  bool open_ = false;
};

void LiveHub::tell_link(std::string json) {
  link_ = live_text(std::move(json));
  send_to_all(link_);
}

void LiveHub::publish(Parts parts) {
  const std::string topic = topic_of(parts);
  const LiveMessagePtr message = live_message(std::move(parts));
  if (topic == topic::scan_start || topic == topic::phase_map || topic == topic::status)
    newest_[topic] = message;
  send_to_all(message);
}

void LiveHub::send_to_all(const LiveMessagePtr& message) {
  for (const auto& session : std::vector(sessions_.begin(), sessions_.end())) session->send(message);
}

void LiveHub::open(beast::tcp_stream stream, beast::http::request<beast::http::string_body> request) {
  const auto session = std::make_shared<LiveSession>(*this, std::move(stream));
  sessions_.insert(session);
  session->send(link_);
  for (const std::string_view topic : {topic::scan_start, topic::phase_map, topic::status})
    if (const auto found = newest_.find(std::string(topic)); found != newest_.end())
      session->send(found->second);
  session->start(std::move(request));
}

void LiveHub::close_all() {
  for (const auto& session : std::exchange(sessions_, {})) session->cut_off();
}

}  // namespace phasecast
