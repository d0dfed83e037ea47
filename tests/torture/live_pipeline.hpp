#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <zmq.hpp>

#include "messages/wire/codec.hpp"
#include "pipeline/pipeline.hpp"

namespace phasecast::torture {

/// A folder of its own, removed with everything in it.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Hears when scans open and close. Waits at most a minute for an event, then throws.
class Ear {
 public:
  Ear(zmq::context_t& context, const std::string& maps_endpoint);
  /// Until it was heard so many times: an id may be used again.
  void wait_for_start(const std::string& scan_id, int times) { wait_for("start", scan_id, times); }
  void wait_for_end(const std::string& scan_id, int times) { wait_for("end", scan_id, times); }

 private:
  using Event = std::pair<std::string, std::string>;  // what, scan id
  void wait_for(const std::string& what, const std::string& scan_id, int times);
  void hear();

  zmq::socket_t socket_;
  std::map<Event, int> heard_;
};

/// Where a source's messages leave.
class Mouth {
 public:
  Mouth(zmq::context_t& context, const std::string& frames_endpoint);
  /// Waits for room, at most a minute, then throws.
  void send(const Parts& parts);

 private:
  zmq::socket_t socket_;
};

/// Sockets in files of this folder: any number of pipelines, one after another, without using up ports.
RunConfig local_run_config(const std::filesystem::path& folder);

}  // namespace phasecast::torture
