#include "pipeline/files/scan_reader.hpp"

#include "pipeline/files/failure.hpp"
#include "pipeline/files/layouts.hpp"
#include "pipeline/files/sdf_stack.hpp"
#include "pipeline/files/tiff_stack.hpp"
#include "pipeline/files/xrm_series.hpp"

namespace phasecast {

namespace {

struct Layout {
  const char* name;
  const char* mark;   ///< the object that tells this layout from the others
  const char* holds;  ///< what else it needs
  std::unique_ptr<ScanSource> (*open)(hdf5::File, const StackDescription&, ScanFindings&);
  bool (*is)(const hdf5::File&) = nullptr;  ///< where a name alone does not tell
};

constexpr Layout layouts[] = {
    {"a phasecast recording", "/entry/scan_start", "/entry/data/sample, /entry/frames", open_recording},
    {"NSLS-II FXI", "/img_xanes", "/X_eng", open_fxi},
    {"APS 32-ID", "/exchange/data_flat", "/exchange/data, /exchange/energy", open_aps_32id},
    {"Data Exchange", "/exchange/data", "/exchange/energy", open_data_exchange},
    {"NXstxm", "an NXentry whose definition is NXstxm", "an NXdata", open_nxstxm, is_nxstxm},
};

std::unique_ptr<ScanSource> open_hdf5(const std::filesystem::path& path, const StackDescription& said,
                                      ScanFindings& found) {
  hdf5::File file = hdf5::File::open_to_read(path);
  std::string known;
  for (const Layout& layout : layouts) {
    if (layout.is ? layout.is(file) : file.has(layout.mark)) {
      found.layout = layout.name;
      return layout.open(std::move(file), said, found);
    }
    known += std::string(known.empty() ? "" : "; or ") + layout.name + " (" + layout.mark + ", " +
             layout.holds + ")";
  }
  throw Failure({"layout", path.string(), "", "of a layout that is not known", known});
}

std::unique_ptr<ScanSource> open_any(const std::filesystem::path& path, const StackDescription& said,
                                     ScanFindings& found) {
  if (is_tiff(path)) {
    found.layout = "TIFF stack";
    return open_tiff_stack(path, said, found);
  }
  require_energies_unsaid(said, path.string());
  if (is_xrm(path)) {
    found.layout = "Xradia .xrm series";
    return open_xrm_series(path, said, found);
  }
  if (is_sdf(path)) {
    found.layout = "SDF";
    return open_sdf(path, said, found);
  }
  return open_hdf5(path, said, found);
}

}  // namespace

Result<std::unique_ptr<ScanSource>> open_scan(const std::filesystem::path& path, ScanFindings& found,
                                              const StackDescription& said) {
  try {
    return open_any(path, said, found);
  } catch (const Failure& failure) {
    return failure.error;
  }
}

Result<std::unique_ptr<ScanSource>> open_scan(const std::filesystem::path& path,
                                              std::vector<std::string>& assumptions,
                                              const StackDescription& said) {
  ScanFindings found;
  auto scan = open_scan(path, found, said);
  assumptions.insert(assumptions.end(), found.assumptions.begin(), found.assumptions.end());
  return scan;
}

}  // namespace phasecast
