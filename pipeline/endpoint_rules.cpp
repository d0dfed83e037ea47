#include "pipeline/endpoint_rules.hpp"

#include <arpa/inet.h>

#include <string_view>

namespace phasecast {
namespace {

bool is_loopback_host(const std::string& host) {
  if (host == "localhost") return true;
  if (in_addr v4{}; inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  if (in6_addr v6{}; inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return false;
}

}  // namespace

bool is_loopback_endpoint(const std::string& endpoint) {
  constexpr std::string_view tcp = "tcp://";
  if (endpoint.starts_with("ipc://") || endpoint.starts_with("inproc://")) return true;
  const auto port = endpoint.rfind(':');
  if (!endpoint.starts_with(tcp) || port < tcp.size()) return false;
  std::string host = endpoint.substr(tcp.size(), port - tcp.size());
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return is_loopback_host(host);
}

}  // namespace phasecast
