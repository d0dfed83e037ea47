#include "tools/view/http_session.hpp"

#include <boost/asio/post.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <memory>
#include <optional>
#include <utility>

namespace phasecast {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

constexpr auto patience = std::chrono::seconds(60);
constexpr std::size_t largest_body = 64 << 10;

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

Response to_response(WebAnswer answer, const Request& request) {
  Response response{static_cast<http::status>(answer.status), request.version()};
  response.set(http::field::content_type, answer.type);
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");  // the page's address may hold the token
  response.keep_alive(request.keep_alive());
  response.content_length(answer.body.size());
  if (request.method() != http::verb::head) response.body() = std::move(answer.body);
  return response;
}

class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(asio::ip::tcp::socket socket, const WebContext& context)
      : stream_(std::move(socket)), context_(context) {}

  void read() {
    parser_.emplace();
    parser_->body_limit(largest_body);
    stream_.expires_after(patience);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       if (!error) self->handle(self->parser_->release());
                     });
  }

 private:
  void handle(Request request) {
    if (!is_own(view(request[http::field::host]), view(request[http::field::origin]), context_.loopback_only))
      return write(to_response({403, "text/plain", "this server answers its own page only"}, request));
    if (beast::websocket::is_upgrade(request)) return upgrade(std::move(request));
    asio::post(context_.workers, [self = shared_from_this(), request = std::move(request)] {
      Response response = to_response(self->make_answer(request), request);
      asio::post(self->stream_.get_executor(),
                 [self, response = std::move(response)]() mutable { self->write(std::move(response)); });
    });
  }

  WebAnswer make_answer(const Request& request) const try {
    return context_.answers.answer({view(request.method_string()), view(request.target()), request.body()});
  } catch (const std::exception& e) {
    return {500, "text/plain; charset=utf-8", e.what()};
  }

  void upgrade(Request request) {
    const std::string_view target = view(request.target());
    if (target.substr(0, target.find('?')) != "/live")
      return write(to_response({404, "text/plain", "the WebSocket is /live"}, request));
    if (!context_.answers.lets_in(target))
      return write(to_response({401, "text/plain", "the token is missing or wrong"}, request));
    context_.hub.open(std::move(stream_), std::move(request));
  }

  void write(Response response) {
    response_ = std::move(response);
    stream_.expires_after(patience);
    http::async_write(stream_, *response_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      const bool again = !error && self->response_->keep_alive();
      self->response_.reset();
      if (again) self->read();
    });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<Response> response_;
  const WebContext& context_;
};

std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

}  // namespace

bool is_own(std::string_view host, std::string_view origin, bool loopback_only) {
  if (loopback_only) {
    const std::string_view name = without_port(host);
    if (name != "127.0.0.1" && name != "localhost" && name != "[::1]") return false;
  }
  return origin.empty() || origin == "http://" + std::string(host) ||
         origin == "https://" + std::string(host);
}

void serve(asio::ip::tcp::socket socket, const WebContext& context) {
  std::make_shared<HttpSession>(std::move(socket), context)->read();
}

}  // namespace phasecast
