#include <hdf5.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <functional>
#include <optional>

#include "pipeline/files/hdf5_crash.hpp"
#include "pipeline/files/map_file.hpp"
#include "pipeline/files/scan_file.hpp"
#include "pipeline/files/scan_reader.hpp"
#include "tests/pipeline/file_fixtures.hpp"
#include "tests/pipeline/scan_reading.hpp"

using namespace phasecast;
using namespace phasecast::test;
using Catch::Matchers::Contains;

namespace {

/// Changes objects of an HDF5 file that is there.
class Changed {
 public:
  explicit Changed(const std::filesystem::path& path)
      : file_(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT)), path_(path) {
    REQUIRE(file_ >= 0);
  }
  ~Changed() { H5Fclose(file_); }
  Changed(const Changed&) = delete;
  Changed& operator=(const Changed&) = delete;

  /// In place of what was there; nothing is written into it, so it takes no room.
  Changed& dataset(const char* name, const std::vector<hsize_t>& dims, hid_t type,
                   const std::vector<hsize_t>& chunk = {}) {
    if (H5Lexists(file_, name, H5P_DEFAULT) > 0) H5Ldelete(file_, name, H5P_DEFAULT);
    const auto rank = static_cast<int>(dims.size());
    const std::vector<hsize_t> most(dims.size(), H5S_UNLIMITED);  // only then may a chunk be larger
    const hid_t space = dims.empty()
                            ? H5Screate(H5S_SCALAR)
                            : H5Screate_simple(rank, dims.data(), chunk.empty() ? nullptr : most.data());
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    if (!chunk.empty()) H5Pset_chunk(creation, rank, chunk.data());
    const hid_t made = H5Dcreate2(file_, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    REQUIRE(made >= 0);
    H5Dclose(made);
    H5Pclose(creation);
    H5Sclose(space);
    return *this;
  }

  template <class T>
  Changed& attribute(const char* object, const char* name, T value, hid_t type) {
    REQUIRE(H5Adelete_by_name(file_, object, name, H5P_DEFAULT) >= 0);
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t attribute =
        H5Acreate_by_name(file_, object, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    REQUIRE(H5Awrite(attribute, type, &value) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
    return *this;
  }

 private:
  hid_t file_;
  std::filesystem::path path_;
};

std::string recording_with(const TemporaryFolder& folder, const std::function<void(Changed&)>& change) {
  const auto path = folder / "scan.h5";
  std::filesystem::remove(path);
  {
    ScanFileWriter writer(path, small_scan());
    for (const Frame& frame : all_frames(small_scan())) REQUIRE(writer.write(frame, false).ok());
    writer.finish({small_scan().scan_id, 11, ScanStatus::complete, ""});
  }
  {
    Changed changed(path);
    change(changed);
  }
  return error_of(path);
}

std::string fxi_with(const TemporaryFolder& folder, const std::vector<hsize_t>& dims, hid_t type,
                     const std::vector<hsize_t>& chunk = {}) {
  const auto path = folder / "fxi.h5";
  H5Fclose(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  {
    Changed changed(path);
    changed.dataset("/img_xanes", dims, type, chunk);
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    const hsize_t two = 2;
    const double energies[] = {8.33, 8.34};
    const hid_t space = H5Screate_simple(1, &two, nullptr);
    const hid_t made =
        H5Dcreate2(file, "/X_eng", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(made, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, energies);
    H5Dclose(made);
    H5Sclose(space);
    H5Fclose(file);
  }
  return error_of(path);
}

constexpr hsize_t one = 1;

}  // namespace

TEST_CASE("an image that its file cannot hold is refused before memory is taken for it") {
  const TemporaryFolder folder;
  CHECK_THAT(fxi_with(folder, {2, 16'384, 65'536}, H5T_IEEE_F64LE, {1, 16, 16}),
             Contains("fxi.h5") && Contains("/img_xanes") && Contains("can hold"));
  CHECK_THAT(fxi_with(folder, {2, 4, 4}, H5T_IEEE_F64LE, {1, 16'384, 16'384}),
             Contains("/img_xanes chunk") && Contains("can hold"));
}

TEST_CASE("an extent beyond what an image may have is refused, whatever it is modulo 2^32") {
  const TemporaryFolder folder;
  CHECK_THAT(fxi_with(folder, {2, (one << 32) + 2, 2}, H5T_STD_U8LE, {1, 2, 2}),
             Contains("'4294967298 x 2'") && Contains("pixels a side"));
  CHECK_THAT(fxi_with(folder, {2, 65'536, 65'536}, H5T_STD_U8LE, {1, 2, 2}), Contains("1073741824 in all"));
  CHECK_THAT(fxi_with(folder, {one << 60, 2, 2}, H5T_STD_U8LE, {1, 2, 2}), Contains("one image per energy"));
}

TEST_CASE("a list in a recording that is none, or is too long, is refused with its name") {
  const TemporaryFolder folder;
  const auto with = [&](const char* name, const std::vector<hsize_t>& dims,
                        const std::vector<hsize_t>& chunk = {}) {
    return recording_with(folder, [&](Changed& f) { f.dataset(name, dims, H5T_NATIVE_DOUBLE, chunk); });
  };
  CHECK_THAT(with("/entry/frames", {}), Contains("/entry/frames") && Contains("a list of frames"));
  CHECK_THAT(with("/entry/frames", {one << 40}, {64}), Contains("/entry/frames") && Contains("can hold"));
  CHECK_THAT(with("/entry/scan_end", {}), Contains("/entry/scan_end"));
  CHECK_THAT(with("/entry/data/energy", {0}), Contains("/entry/data/energy") && Contains("empty"));
  CHECK_THAT(with("/entry/data/energy", {6}), Contains("above zero"));
  CHECK_THAT(with("/entry/data/energy", {one << 40}, {64}),
             Contains("/entry/data/energy") && Contains("can hold"));
}

TEST_CASE("a recording whose plan is beyond the limits of messages is refused") {
  const TemporaryFolder folder;
  const auto with = [&](const char* name, std::uint32_t value) {
    return recording_with(
        folder, [&](Changed& f) { f.attribute("/entry/scan_start", name, value, H5T_NATIVE_UINT32); });
  };
  CHECK_THAT(with("height", 0), Contains("scan_start") && Contains("pixels a side"));
  CHECK_THAT(with("width", 0x80000001U), Contains("pixels a side"));
  CHECK_THAT(with("sample_repeats", 0), Contains("@sample_repeats is '0'"));
  CHECK_THAT(with("flats_repeats", 0xffffffffU), Contains("@flats_repeats"));
}

TEST_CASE("a recording with an id that may not become part of a path is refused") {
  const TemporaryFolder folder;
  const auto path = folder / "scan.h5";
  ScanStart start = small_scan();
  start.series_id = "../elsewhere";
  ScanFileWriter(path, start).finish({start.scan_id, 0, ScanStatus::complete, ""});
  CHECK_THAT(error_of(path), Contains("@series_id is '../elsewhere'"));
}

TEST_CASE("a damaged file that says it is being written is refused, not waited for") {
  const TemporaryFolder folder;
  const auto path = folder / "scan.h5";
  ScanFileWriter(path, small_scan()).finish({small_scan().scan_id, 0, ScanStatus::complete, ""});
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(11).put(5);  // the superblock's flags; its checksum does not fit them
  file.close();
  CHECK_THAT(error_of(path), Contains("scan.h5") && Contains("cannot open"));
}

TEST_CASE("a damaged heap of texts is refused before HDF5 believes it") {
  const TemporaryFolder folder;
  const auto path = folder / "scan.h5";
  ScanFileWriter(path, small_scan()).finish({small_scan().scan_id, 0, ScanStatus::complete, ""});
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const std::size_t heap = bytes.find("GCOL");
  REQUIRE(heap != std::string::npos);
  struct Damage {
    std::size_t at;  ///< in the collection: its own length, the index and the length of its first object
    std::string with;
  };
  const Damage damage = GENERATE(values<Damage>({{8, std::string(7, '\xff')},
                                                 {8, std::string(8, '\0')},
                                                 {16 + 8, "\xff\xff\xff"},
                                                 {16 + 8, std::string(8, '\xff')},
                                                 {16, std::string(16, '\0')}}));
  bytes.replace(heap + damage.at, damage.with.size(), damage.with);
  std::ofstream(path, std::ios::binary) << bytes;
  CHECK_THAT(error_of(path), Contains("scan.h5") && Contains("a heap of texts is damaged"));
}

TEST_CASE("a crash inside the HDF5 library ends the process with an error that names the file") {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  WARN("skipped: sanitizers keep their own handlers");
#else
  const int signal = GENERATE(SIGSEGV, SIGBUS, SIGABRT, SIGFPE);
  int told[2];
  REQUIRE(pipe(told) == 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(told[1], STDERR_FILENO);
    for (const int one : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE}) std::signal(one, SIG_DFL);  // not Catch's
    hdf5::report_crashes();
    const hdf5::InLibrary in_library("/data/damaged.h5");
    std::raise(signal);
    _exit(0);
  }
  close(told[1]);
  std::string text;
  for (char next = 0; read(told[0], &next, 1) == 1;) text += next;
  close(told[0]);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK_THAT(text, Contains("/data/damaged.h5: the HDF5 library crashed on it"));
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 1);
#endif
}

TEST_CASE("a crash elsewhere stays a crash") {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  WARN("skipped: sanitizers keep their own handlers");
#else
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    hdf5::report_crashes();
    { const hdf5::InLibrary over("/data/sound.h5"); }
    std::raise(SIGABRT);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
#endif
}

TEST_CASE("a map file with lists shorter than its maps is refused with the list's name") {
  const TemporaryFolder folder;
  const auto path = folder / "maps.h5";
  PhaseMap map;
  map.shape = {2, 2};
  map.states = {"a", "b"};
  map.fraction.resize(8);
  map.uncertainty.resize(8);
  map.scale.resize(4);
  map.residual.resize(4);
  map.mask.resize(4);
  {
    MapFileWriter writer(path, map.shape, map.states, {});
    REQUIRE(writer.append(map).ok());
  }
  struct Case {
    const char* name;
    std::vector<hsize_t> dims;
    const char* complaint;
  };
  const Case c = GENERATE(values<Case>({{"scan_index", {}, "[scan]"},
                                        {"energy", {1}, "[scan, E]"},
                                        {"mask", {1, 2}, "[scan, Y, X]"},
                                        {"lambda", {0}, "lambda"},
                                        {"mask", {1, 0, 0}, "pixels a side"}}));
  const std::string name = std::string("/entry/chemical_state/") + c.name;
  Changed(path).dataset(name.c_str(), c.dims, H5T_NATIVE_DOUBLE);
  const auto reader = MapFileReader::open(path);
  REQUIRE_FALSE(reader.ok());
  CHECK_THAT(reader.error().text(), Contains(name) && Contains(c.complaint));
}

TEST_CASE("a TIFF page that its file cannot hold is refused before memory is taken for it") {
  const TemporaryFolder folder;
  const auto path = folder / "stack.tif";
  const auto field = [](std::uint16_t tag, std::uint32_t value) {
    std::string bytes(12, '\0');
    bytes[0] = static_cast<char>(tag);
    bytes[1] = static_cast<char>(tag >> 8);
    bytes[2] = 4;  // LONG
    bytes[4] = 1;
    for (int k = 0; k < 4; ++k) bytes[8 + k] = static_cast<char>(value >> 8 * k);
    return bytes;
  };
  std::string tiff("II*\0\x08\0\0\0\x09\0", 10);
  tiff += field(256, 65'536) + field(257, 16'384) + field(258, 32) + field(259, 1) + field(262, 1) +
          field(273, 8) + field(277, 1) + field(279, 16) + field(339, 3) + std::string(4, '\0');
  std::ofstream(path, std::ios::binary) << tiff;
  std::vector<std::string> said;
  const auto signal = GENERATE(std::optional<Signal>(), std::optional(Signal::counts));
  const auto scan = open_scan(path, said, {{8330}, signal});
  REQUIRE_FALSE(scan.ok());
  CHECK_THAT(scan.error().text(), Contains("stack.tif") && Contains("page 1") && Contains("can hold"));
}
