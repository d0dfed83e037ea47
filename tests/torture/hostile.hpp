#pragma once

#include "pipeline/pipeline.hpp"

namespace phasecast::torture {

struct Hostility {
  int subscribers = 200;  ///< that never read
  int many_topics = 20;   ///< of them ask for a thousand topics each, over and over
  int silent_each = 10;   ///< raw connections to each socket that say nothing, half a greeting, or announce
                          ///< a message of exabytes
  int per_second = 0;     ///< new connections that send noise, and questions to the control socket
};

/// Clients that mean harm, in a process of their own at the lowest priority. Made once all are connected;
/// killed when it goes.
class HostileProcess {
 public:
  HostileProcess(const Endpoints& endpoints, const Hostility& hostility);
  ~HostileProcess();
  HostileProcess(const HostileProcess&) = delete;

 private:
  int pid_ = -1;
};

}  // namespace phasecast::torture
