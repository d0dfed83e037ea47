#include "pipeline/files/stack_description.hpp"

#include "pipeline/files/failure.hpp"

namespace phasecast {

void require_energies_unsaid(const StackDescription& said, const std::string& path) {
  if (!said.energies_ev.empty())
    throw Failure(
        {"layout", path, "", "no TIFF stack", "no energies from outside: the file says them itself"});
}

void require_signal_unsaid(const StackDescription& said, const std::string& path, const std::string& why) {
  if (said.signal)
    throw Failure({"signal", path, why, std::string(name_of(*said.signal)) + " from outside",
                   "no kind of data from outside: the file says it itself"});
}

}  // namespace phasecast
