#include "pipeline/files/scan_reader.hpp"

#include "pipeline/files/layouts.hpp"

namespace phasecast {

namespace {

struct Layout {
  const char* name;
  const char* mark;   ///< the object that tells this layout from the others
  const char* holds;  ///< what else it needs
  std::unique_ptr<ScanSource> (*open)(hdf5::File, std::vector<std::string>&);
};

constexpr Layout layouts[] = {
    {"a phasecast recording", "/entry/scan_start", "/entry/data/sample, /entry/frames", open_recording},
    {"NSLS-II FXI", "/img_xanes", "/X_eng", open_fxi},
    {"APS 32-ID", "/exchange/data_flat", "/exchange/data, /exchange/energy", open_aps_32id},
};

}  // namespace

Result<std::unique_ptr<ScanSource>> open_scan(const std::filesystem::path& path,
                                              std::vector<std::string>& assumptions,
                                              const StackDescription& stack) {
  try {
    if (is_tiff(path)) return open_tiff_stack(path, stack, assumptions);
    if (!stack.energies_ev.empty() || stack.signal)
      throw Failure({"layout", path.string(), "", "no TIFF stack",
                     "no energies and no kind of data from outside: the file says them itself"});
    hdf5::File file = hdf5::File::open_to_read(path);
    std::string known;
    for (const Layout& layout : layouts) {
      if (file.has(layout.mark)) return layout.open(std::move(file), assumptions);
      known += std::string(known.empty() ? "" : "; or ") + layout.name + " (" + layout.mark + ", " +
               layout.holds + ")";
    }
    return Error{"layout", path.string(), "", "of a layout that is not known", known};
  } catch (const Failure& failure) {
    return failure.error;
  }
}

}  // namespace phasecast
