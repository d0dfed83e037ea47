#pragma once

#include <string>
#include <string_view>
#include <zmq.hpp>

#include "tools/client_keys.hpp"
#include "tools/view/archive.hpp"
#include "tools/view/metrics.hpp"

namespace phasecast {

struct WebRequest {
  std::string_view method;  ///< "GET", "HEAD" or "POST"
  std::string_view target;  ///< path and query, as in the request line
  std::string_view body;
};

struct WebAnswer {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
};

/// What stands behind `?`: the value of a name, percent-decoded; empty if absent.
std::string query_value(std::string_view target, std::string_view name);

/// Answers of `phasecast view` (its README has the list); any thread, one at a time or many.
class Answers {
 public:
  /// `control` is the pipeline's control endpoint, empty if not known. An empty token lets everyone in.
  Answers(const Archive& archive, const Metrics& metrics, std::string control, std::string token,
          std::optional<ClientKeys> keys = std::nullopt)
      : archive_(archive),
        metrics_(metrics),
        control_(std::move(control)),
        token_(std::move(token)),
        keys_(std::move(keys)) {}

  bool lets_in(std::string_view target) const;
  /// May wait for the pipeline's answer, a few seconds at most.
  WebAnswer answer(const WebRequest& request) const;

 private:
  WebAnswer history(std::string_view target) const;
  WebAnswer archived_map(std::string_view path) const;
  WebAnswer control(std::string_view body) const;

  const Archive& archive_;
  const Metrics& metrics_;
  const std::string control_, token_;
  const std::optional<ClientKeys> keys_;
  mutable zmq::context_t context_;  // of any thread
};

}  // namespace phasecast
