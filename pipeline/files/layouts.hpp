#pragma once

#include <memory>

#include "pipeline/files/hdf5.hpp"
#include "pipeline/files/scan_findings.hpp"
#include "pipeline/files/stack_description.hpp"
#include "pipeline/scan_source.hpp"

/// One function per layout of HDF5 that scan_reader.cpp knows. They throw Failure; `said` is what a person
/// says about the images, which only layouts that do not say it themselves take.
namespace phasecast {

std::unique_ptr<ScanSource> open_recording(hdf5::File file, const StackDescription& said,
                                           ScanFindings& found);
std::unique_ptr<ScanSource> open_fxi(hdf5::File file, const StackDescription& said, ScanFindings& found);
std::unique_ptr<ScanSource> open_aps_32id(hdf5::File file, const StackDescription& said, ScanFindings& found);
std::unique_ptr<ScanSource> open_data_exchange(hdf5::File file, const StackDescription& said,
                                               ScanFindings& found);
std::unique_ptr<ScanSource> open_nxstxm(hdf5::File file, const StackDescription& said, ScanFindings& found);

/// Whether an entry of the file says that it is NXstxm.
bool is_nxstxm(const hdf5::File& file);

}  // namespace phasecast
