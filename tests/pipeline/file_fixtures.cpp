#include "tests/pipeline/file_fixtures.hpp"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "messages/crc32c.hpp"
#include "tests/paths.hpp"

namespace phasecast::test {

namespace fs = std::filesystem;

namespace {

const std::string python = "/usr/bin/python3";
const std::string oracle = PHASECAST_SOURCE_DIR "/tests/oracles/files.py";

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = "/tmp/phasecast-test-XXXXXX";
  REQUIRE(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string TemporaryFolder::text(const std::string& name, const std::string& content) const {
  std::ofstream(path_ / name, std::ios::binary) << content;
  return (path_ / name).string();
}

SmallDisk::SmallDisk(std::size_t bytes)
    : mounted_(mount("phasecast", folder_.path().c_str(), "tmpfs", 0,
                     ("size=" + std::to_string(bytes)).c_str()) == 0) {}

SmallDisk::~SmallDisk() {
  if (mounted_) CHECK(umount(folder_.path().c_str()) == 0);  // busy if a file were left open
}

void SmallDisk::fill(std::size_t left) {
  const std::size_t available = fs::space(folder_.path()).available;
  REQUIRE(available >= left);
  std::ofstream(folder_ / "ballast", std::ios::binary) << std::string(available - left, 'x');
}

void SmallDisk::free_space() {
  fs::remove(folder_ / "ballast");
}

FileSizeLimit::FileSizeLimit(std::size_t bytes) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &limit) == 0);
  before_ = limit.rlim_cur;
  limit.rlim_cur = bytes;
  REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

FileSizeLimit::~FileSizeLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = before_;
  setrlimit(RLIMIT_FSIZE, &limit);
}

ScanStart small_scan() {
  ScanStart start;
  start.source = "test bench \u00b5";
  start.series_id = "series-1";
  start.scan_id = "00000000-0000-4000-8000-000000000001";
  start.scan_index = 7;
  start.energies_ev = {8330.1, 8333.0 + 1.0 / 3.0, 8340.0};
  start.shape = {4, 5};
  start.pixel_type = PixelType::uint16;
  start.pixel_size_um = 0.1;
  start.edge = "Ni K";
  start.signal = Signal::counts;
  start.darks = {CorrectionUse::shared, 2};
  start.flats = {CorrectionUse::per_energy, 1};
  start.sample_repeats = 2;
  start.start_utc_ns = 1700000000123456789;
  start.metadata = {{"potential_V", "4.1"}, {"empty", ""}};
  return start;
}

std::vector<FrameHeader> all_headers(const ScanStart& start) {
  std::vector<FrameHeader> headers;
  const auto add = [&](FrameKind kind, std::size_t energy, std::uint32_t repeat) {
    FrameHeader header;
    header.scan_id = start.scan_id;
    header.sequence = headers.size();
    header.kind = kind;
    header.energy_index = static_cast<std::uint32_t>(energy);
    header.energy_set_ev = start.energies_ev[energy];
    if (headers.size() % 2 == 1) header.energy_readback_ev = start.energies_ev[energy] + 0.01;
    header.repeat = repeat;
    header.shape = start.shape;
    header.pixel_type = start.pixel_type;
    header.byte_count = start.shape.pixels() * bytes_per_pixel(start.pixel_type);
    header.exposure_s = 0.5 + static_cast<double>(headers.size());
    header.start_utc_ns = start.start_utc_ns + 600'000'001 * static_cast<std::int64_t>(headers.size());
    if (headers.size() % 3 == 1) header.i0 = 1e5 / 3.0;
    headers.push_back(header);
  };
  for (std::uint32_t r = 0; r < start.darks.frames(1); ++r) add(FrameKind::dark, 0, r);
  if (start.flats.use == CorrectionUse::shared)
    for (std::uint32_t r = 0; r < start.flats.repeats; ++r) add(FrameKind::flat, 0, r);
  for (std::size_t e = 0; e < start.energies_ev.size(); ++e) {
    if (start.flats.use == CorrectionUse::per_energy)
      for (std::uint32_t r = 0; r < start.flats.repeats; ++r) add(FrameKind::flat, e, r);
    for (std::uint32_t r = 0; r < start.sample_repeats; ++r) add(FrameKind::sample, e, r);
  }
  return headers;
}

Frame make_frame(const FrameHeader& header) {
  const std::size_t size = bytes_per_pixel(header.pixel_type);
  std::vector<std::byte> bytes(header.shape.pixels() * size);
  for (std::size_t i = 0; i < header.shape.pixels(); ++i) {
    const std::uint64_t value = 1000 * header.sequence + i;
    const float as_float = static_cast<float>(value);
    const double as_double = static_cast<double>(value);
    const void* source = header.pixel_type == PixelType::float32   ? static_cast<const void*>(&as_float)
                         : header.pixel_type == PixelType::float64 ? static_cast<const void*>(&as_double)
                                                                   : &value;
    std::memcpy(bytes.data() + i * size, source, size);
  }
  Frame frame{header, PixelBuffer::take(std::move(bytes)), header.start_utc_ns + 5};
  frame.header.crc32c = crc32c(frame.pixels.bytes);
  return frame;
}

std::vector<Frame> all_frames(const ScanStart& start) {
  std::vector<Frame> frames;
  for (const FrameHeader& header : all_headers(start)) frames.push_back(make_frame(header));
  return frames;
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

bool same_header(const FrameHeader& a, const FrameHeader& b) {
  return a.scan_id == b.scan_id && a.sequence == b.sequence && a.kind == b.kind &&
         a.energy_index == b.energy_index && same_bits(a.energy_set_ev, b.energy_set_ev) &&
         same_bits(a.energy_readback_ev, b.energy_readback_ev) && a.repeat == b.repeat &&
         a.shape == b.shape && a.pixel_type == b.pixel_type && a.byte_count == b.byte_count &&
         a.crc32c == b.crc32c && same_bits(a.exposure_s, b.exposure_s) && a.start_utc_ns == b.start_utc_ns &&
         same_bits(a.i0, b.i0);
}

bool same_pixels(const Frame& a, const Frame& b) {
  return a.pixels.bytes.size() == b.pixels.bytes.size() &&
         std::equal(a.pixels.bytes.begin(), a.pixels.bytes.end(), b.pixels.bytes.begin());
}

bool have_h5py() {
  static const bool have = std::system((python + " -c 'import h5py' 2>/dev/null").c_str()) == 0;
  if (!have) WARN(python + " has no h5py: not checked against it");
  return have;
}

OracleAnswer ask_oracle(const std::string& arguments) {
  FILE* pipe = popen((python + " " + oracle + " " + arguments + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  OracleAnswer answer{false, ""};
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) answer.text += static_cast<char>(c);
  answer.right = pclose(pipe) == 0;
  return answer;
}

OracleProcess::OracleProcess(const std::string& arguments) {
  const std::string fifo = (folder_ / "answers").string();
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  process_ = popen((python + " " + oracle + " " + arguments + " >" + fifo + " 2>&1").c_str(), "w");
  REQUIRE(process_ != nullptr);
  answers_.open(fifo);
}

OracleProcess::~OracleProcess() {
  pclose(process_);
}

std::string OracleProcess::answer() {
  std::string line;
  std::getline(answers_, line);
  return line;
}

std::string OracleProcess::ask(const std::string& line) {
  std::fputs((line + "\n").c_str(), process_);
  std::fflush(process_);
  return answer();
}

std::string shared_data(const std::string& name) {
  const std::string path = PHASECAST_SOURCE_DIR "/../shared/data/" + name;
  if (fs::exists(path)) return path;
  WARN(path + " is absent: not tested");
  return "";
}

}  // namespace phasecast::test
