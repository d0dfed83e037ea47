#include "pipeline/files/compound_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "pipeline/files/failure.hpp"

namespace phasecast {

namespace {

// [MS-CFB] 2.1 to 2.6
constexpr std::string_view magic("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
constexpr std::size_t header_size = 512, entry_size = 128, small_sector_size = 64,
                      table_sectors_in_header = 109;
constexpr std::uint32_t last_sector_number = 0xfffffffa, end_of_chain = 0xfffffffe, no_entry = 0xffffffff;
constexpr std::size_t longest_path = 1000;
constexpr std::uint8_t storage = 1, stream = 2, root = 5;

/// Little-endian, like the machines that phasecast runs on.
template <class T>
T number_at(const std::vector<std::byte>& bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, &bytes.at(offset + sizeof(T) - 1) - (sizeof(T) - 1), sizeof(T));
  return value;
}

std::vector<std::uint32_t> numbers(const std::vector<std::byte>& bytes) {
  std::vector<std::uint32_t> all(bytes.size() / sizeof(std::uint32_t));
  if (!all.empty()) std::memcpy(all.data(), bytes.data(), all.size() * sizeof(std::uint32_t));
  return all;
}

/// UTF-16 of `size` bytes and its NUL; what is not ASCII becomes '?'.
std::string entry_name(const std::vector<std::byte>& directory, std::size_t entry) {
  const std::size_t size = std::min<std::size_t>(number_at<std::uint16_t>(directory, entry + 64), 64);
  std::string name;
  for (std::size_t k = 0; k + 2 < size; k += 2) {
    const auto letter = number_at<std::uint16_t>(directory, entry + k);
    name += letter >= 32 && letter < 127 ? static_cast<char>(letter) : '?';
  }
  return name;
}

}  // namespace

bool is_compound_file(const std::filesystem::path& path) {
  std::array<char, magic.size()> begin{};
  std::ifstream(path, std::ios::binary).read(begin.data(), begin.size());
  return std::string_view(begin.data(), begin.size()) == magic;
}

void CompoundFile::fail(const std::string& field, const std::string& value,
                        const std::string& expected) const {
  throw Failure({"file", path_, field, value, expected});
}

CompoundFile::CompoundFile(const std::filesystem::path& path)
    : path_(path.string()), file_(path, std::ios::binary) {
  std::vector<std::byte> header(header_size);
  if (!file_.read(reinterpret_cast<char*>(header.data()), header_size))
    fail("header", "cut short", "512 bytes");
  std::error_code unknown;
  length_ = std::filesystem::file_size(path, unknown);
  const auto shift = number_at<std::uint16_t>(header, 30), small_shift = number_at<std::uint16_t>(header, 32);
  if (unknown || std::memcmp(header.data(), magic.data(), magic.size()) != 0 || (shift != 9 && shift != 12) ||
      small_shift != 6)
    fail("header", "damaged", "a compound file with sectors of 512 or 4096 bytes");
  sector_size_ = std::size_t{1} << shift;
  // The header takes the place of a sector.
  sectors_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(
      length_ / sector_size_ - std::min<std::uint64_t>(length_ / sector_size_, 1), last_sector_number));
  read_table(header);
  small_below_ = number_at<std::uint32_t>(header, 56);
  if (number_at<std::uint32_t>(header, 64) > 0)
    small_table_ = numbers(chained(number_at<std::uint32_t>(header, 60), "table of small sectors"));
  read_directory(number_at<std::uint32_t>(header, 48));
}

std::vector<std::byte> CompoundFile::sector(std::uint32_t number) {
  if (number >= sectors_)
    fail("sector", std::to_string(number), "below " + std::to_string(sectors_) + ", as long as the file is");
  std::vector<std::byte> bytes(sector_size_);
  file_.clear();
  file_.seekg(static_cast<std::streamoff>((std::uint64_t{number} + 1) * sector_size_));
  if (!file_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size())))
    fail("sector", std::to_string(number), "readable");
  return bytes;
}

/// The first 109 sectors of the table are named in the header, the others in a chain of sectors of their own,
/// whose last number is the next of them.
void CompoundFile::read_table(const std::vector<std::byte>& header) {
  const auto wanted = number_at<std::uint32_t>(header, 44);
  if (wanted > sectors_) fail("table", std::to_string(wanted) + " sectors", "at most those of the file");
  std::vector<std::uint32_t> places;
  for (std::size_t k = 0; k < table_sectors_in_header; ++k)
    places.push_back(number_at<std::uint32_t>(header, 76 + 4 * k));
  auto next = number_at<std::uint32_t>(header, 68);
  for (std::uint32_t steps = 0; next < last_sector_number && places.size() < wanted; ++steps) {
    if (steps > sectors_) fail("table", "without end", "a chain that ends");
    auto more = numbers(sector(next));
    next = more.back();
    places.insert(places.end(), more.begin(), more.end() - 1);
  }
  if (places.size() < wanted) fail("table", "cut short", std::to_string(wanted) + " sectors");
  places.resize(wanted);
  for (const std::uint32_t place : places) {
    const auto part = numbers(sector(place));
    table_.insert(table_.end(), part.begin(), part.end());
  }
}

std::vector<std::uint32_t> CompoundFile::chain(const std::vector<std::uint32_t>& table, std::uint32_t first,
                                               const std::string& field) const {
  std::vector<std::uint32_t> sectors;
  for (std::uint32_t at = first; at != end_of_chain; at = table[at]) {
    if (at >= table.size() || sectors.size() >= table.size())
      fail(field, at >= table.size() ? "chained to sector " + std::to_string(at) : "a chain without end",
           "a chain within " + std::to_string(table.size()) + " sectors");
    sectors.push_back(at);
  }
  return sectors;
}

std::vector<std::byte> CompoundFile::chained(std::uint32_t first, const std::string& field) {
  const auto sectors = chain(table_, first, field);
  if (sectors.size() > sectors_) fail(field, "longer than the file", "a chain within it");
  std::vector<std::byte> bytes;
  bytes.reserve(sectors.size() * sector_size_);
  for (const std::uint32_t number : sectors) {
    const auto part = sector(number);
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  return bytes;
}

void CompoundFile::read_directory(std::uint32_t first) {
  const auto directory = chained(first, "directory");
  if (directory.size() < entry_size || number_at<std::uint8_t>(directory, 66) != root)
    fail("directory", "without root", "a root entry");
  if (!small_table_.empty())
    small_sectors_ = chained(number_at<std::uint32_t>(directory, 116), "small sectors");
  add_streams(directory);
}

/// The entries of a storage are a tree of siblings; each entry is visited once, whatever they say.
void CompoundFile::add_streams(const std::vector<std::byte>& directory) {
  std::vector<bool> visited(directory.size() / entry_size);
  std::vector<std::pair<std::uint32_t, std::string>> to_visit{{number_at<std::uint32_t>(directory, 76), ""}};
  while (!to_visit.empty()) {
    const auto [number, folder] = std::move(to_visit.back());
    to_visit.pop_back();
    if (number == no_entry) continue;
    if (folder.size() > longest_path) fail("directory", "nested too deep", "a path of a few names");
    if (number >= visited.size() || visited[number])
      fail("directory", "entry " + std::to_string(number), "each entry once");
    visited[number] = true;
    const std::size_t entry = std::size_t{number} * entry_size;
    const std::string name = folder + entry_name(directory, entry);
    for (const std::size_t sibling : {68, 72})
      to_visit.emplace_back(number_at<std::uint32_t>(directory, entry + sibling), folder);
    const auto kind = number_at<std::uint8_t>(directory, entry + 66);
    if (kind == storage) to_visit.emplace_back(number_at<std::uint32_t>(directory, entry + 76), name + "/");
    if (kind != stream) continue;
    // Of files with small sectors only the lower half of the size counts.
    const std::uint64_t size = sector_size_ == 512 ? number_at<std::uint32_t>(directory, entry + 120)
                                                   : number_at<std::uint64_t>(directory, entry + 120);
    streams_[name] = {number_at<std::uint32_t>(directory, entry + 116), size};
  }
}

std::vector<std::byte> CompoundFile::read(const std::string& name) {
  const auto found = streams_.find(name);
  if (found == streams_.end()) fail(name, "missing", "a stream of that name");
  const auto [first, size] = found->second;
  if (size > length_)
    fail(name, std::to_string(size) + " bytes", "at most the file's " + std::to_string(length_));
  if (size == 0) return {};
  std::vector<std::byte> bytes;
  if (size >= small_below_) {
    bytes = chained(first, name);
  } else {
    for (const std::uint32_t number : chain(small_table_, first, name)) {
      const std::size_t at = std::size_t{number} * small_sector_size;
      if (at + small_sector_size > small_sectors_.size())
        fail(name, "beyond the small sectors", "within them");
      bytes.insert(bytes.end(), small_sectors_.begin() + static_cast<std::ptrdiff_t>(at),
                   small_sectors_.begin() + static_cast<std::ptrdiff_t>(at + small_sector_size));
    }
  }
  if (bytes.size() < size)
    fail(name, "chained to " + std::to_string(bytes.size()) + " bytes", std::to_string(size) + " bytes");
  bytes.resize(size);
  return bytes;
}

}  // namespace phasecast
