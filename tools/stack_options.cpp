#include "tools/stack_options.hpp"

#include <stdexcept>

#include "tools/energy_file.hpp"

namespace phasecast {

void add_stack_options(CLI::App& app, StackOptions& options) {
  app.add_option("--energies", options.energies,
                 "For a TIFF stack: text file with the energy of each image, eV or keV, one per line")
      ->check(CLI::ExistingFile)
      ->type_name("FILE");
  app.add_option("--data", options.data,
                 "For images without flats: what they are; auto tells from the images, and says what it took")
      ->check(CLI::IsMember({"auto", "counts", "transmission", "absorbance"}))
      ->capture_default_str();
}

StackDescription to_description(const StackOptions& options, std::vector<std::string>& assumptions) {
  StackDescription description;
  for (const Signal signal : {Signal::counts, Signal::transmission, Signal::absorbance})
    if (options.data == name_of(signal)) description.signal = signal;
  if (options.energies.empty()) return description;
  auto energies = read_energies(options.energies, assumptions);
  if (!energies) throw std::runtime_error(energies.error().text());
  description.energies_ev = std::move(*energies);
  return description;
}

}  // namespace phasecast
