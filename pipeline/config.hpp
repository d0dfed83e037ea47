#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "messages/result.hpp"
#include "pipeline/admission.hpp"
#include "pipeline/unmix_config.hpp"

namespace phasecast {

/// Everything the live pipeline can be told. Filled from the command line and a TOML file of the same names.
struct RunConfig {
  std::string frames_endpoint = "tcp://127.0.0.1:5555";
  std::string maps_endpoint = "tcp://127.0.0.1:5556";
  std::string control_endpoint = "tcp://127.0.0.1:5557";
  std::string keys;        ///< folder of who may connect (KeyFolder); empty: whoever reaches a socket
  std::string own_viewer;  ///< a public key that may view besides; empty: none
  bool insecure = false;   ///< without keys even where other machines reach a socket
  std::size_t largest_frame_bytes = std::size_t{256} << 20;
  std::string output = "phasecast-data";  ///< folder of the recordings and maps
  bool record = true;
  bool to_disk = false;  ///< a frame counts as recorded once it would survive a power cut (fdatasync)
  int threads = 2;
  AdmissionConfig admission;
  std::size_t in_flight_bytes = std::size_t{1}
                                << 30;            ///< frames between the socket and the end of every branch
  std::size_t hold_bytes = std::size_t{2} << 30;  ///< frames waiting for a flat or dark that comes later
  UnmixConfig unmix;
  std::map<std::string, std::string>
      described;  ///< option -> value, as given or by default; goes into the map file
};

/// The one validator: every value that cannot work, in the words of the options.
std::vector<Error> validate(const RunConfig& config);
std::vector<Error> validate(const UnmixConfig& config);

/// Short text that differs when any option differs.
std::string hash_of(const std::map<std::string, std::string>& described);

}  // namespace phasecast
