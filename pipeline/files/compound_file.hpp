#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace phasecast {

/// The little of Microsoft's compound file format (OLE2, [MS-CFB]) that .xrm files need: streams by path,
/// such as "ImageInfo/ImageWidth". A file system in a file: sectors, a table (FAT) that chains them, a
/// directory. Nothing in it is believed: every sector must lie in the file, every chain must end, and must be
/// as long as its stream. Throws a Failure that names the file and the stream.
class CompoundFile {
 public:
  explicit CompoundFile(const std::filesystem::path& path);

  const std::string& path() const { return path_; }
  bool has(const std::string& stream) const { return streams_.contains(stream); }
  std::vector<std::byte> read(const std::string& stream);

 private:
  struct Stream {
    std::uint32_t first;
    std::uint64_t size;
  };
  [[noreturn]] void fail(const std::string& field, const std::string& value,
                         const std::string& expected) const;
  std::vector<std::byte> sector(std::uint32_t number);
  std::vector<std::uint32_t> sector_numbers(std::uint32_t number);
  std::vector<std::uint32_t> chain(const std::vector<std::uint32_t>& table, std::uint32_t first,
                                   const std::string& field) const;
  std::vector<std::byte> chained(std::uint32_t first, const std::string& field);
  void read_table(const std::vector<std::byte>& header);
  void read_directory(std::uint32_t first);
  void add_streams(const std::vector<std::byte>& directory);

  std::string path_;
  std::ifstream file_;
  std::uint64_t length_ = 0;
  std::size_t sector_size_ = 0;
  std::uint32_t sectors_ = 0;         ///< whole ones in the file
  std::vector<std::uint32_t> table_;  ///< the sector after each
  std::uint64_t small_below_ = 0;     ///< shorter streams lie in small sectors
  std::vector<std::uint32_t> small_table_;
  std::vector<std::byte> small_sectors_;
  std::map<std::string, Stream> streams_;
};

/// True if the file begins as a compound file does.
bool is_compound_file(const std::filesystem::path& path);

}  // namespace phasecast
