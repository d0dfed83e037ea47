#include "tools/build_facts.hpp"

#include <cairo.h>
#include <dnnl.h>
#include <hdf5.h>
#include <spdlog/fmt/fmt.h>
#include <zlib.h>
#include <zmq.h>

#include <tbb/version.h>
#include <boost/version.hpp>

#include "tools/build_facts_commit.hpp"
#include "tools/cpu_level.hpp"

namespace phasecast {
namespace {

constexpr int built_for_level =
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512CD__) && defined(__AVX512DQ__) && \
    defined(__AVX512VL__)
    4;
#elif defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
    3;
#elif defined(__SSE4_2__)
    2;
#else
    1;
#endif

/// The versions that are loaded, whatever they were when this was built.
std::string loaded_libraries() {
  int zmq[3];
  zmq_version(&zmq[0], &zmq[1], &zmq[2]);
  unsigned hdf5[3];
  H5get_libversion(&hdf5[0], &hdf5[1], &hdf5[2]);
  const dnnl_version_t* dnnl = dnnl_version();
  return fmt::format("libzmq {}.{}.{}, HDF5 {}.{}.{}, oneTBB {}, oneDNN {}.{}.{}, cairo {}, zlib {}", zmq[0],
                     zmq[1], zmq[2], hdf5[0], hdf5[1], hdf5[2], TBB_runtime_version(), dnnl->major,
                     dnnl->minor, dnnl->patch, cairo_version_string(), zlibVersion());
}

}  // namespace

std::string build_facts() {
  const std::string date = PHASECAST_DATE;
  return fmt::format(
      "phasecast {}\n"
      "commit     {}{}\n"
      "built      {}, g++ {}, -march={}: x86-64-v{}\n"
      "this CPU   x86-64-v{}\n"
      "loaded     {}\n"
      "built with Boost {}.{}.{}, {}",
      PHASECAST_VERSION, PHASECAST_COMMIT, date.empty() ? "" : ", " + date, PHASECAST_BUILD_TYPE, __VERSION__,
      PHASECAST_CPU, built_for_level, cpu_level(), loaded_libraries(), BOOST_VERSION / 100000,
      BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100, PHASECAST_BUILT_WITH);
}

}  // namespace phasecast
