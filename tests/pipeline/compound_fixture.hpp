#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace phasecast::test {

/// Writes compound files ([MS-CFB] version 3, sectors of 512 bytes): storages and streams by path. Streams
/// below 4096 bytes go to small sectors, as they must; all children of a storage are one chain to the right.
class CompoundWriter {
 public:
  CompoundWriter& stream(const std::string& path, const std::string& content) {
    streams_[path] = content;
    return *this;
  }
  template <class T>
  CompoundWriter& number(const std::string& path, T value) {
    return stream(path, std::string(reinterpret_cast<const char*>(&value), sizeof value));
  }

  std::string bytes() {
    add_entry("Root Entry", 5);
    std::map<std::string, std::uint32_t> last_child;  // of each storage
    for (const auto& [path, content] : streams_) {
      const std::size_t slash = path.find('/');
      const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash);
      if (!folder.empty() && !last_child.contains(folder + "/")) {
        append(add_entry(folder, 1), 0, last_child[""]);
        storages_[folder] = entries_ - 1;
        last_child[folder + "/"] = 0;
      }
      const std::uint32_t entry = add_entry(slash == std::string::npos ? path : path.substr(slash + 1), 2);
      append(entry, folder.empty() ? 0 : storages_[folder], last_child[folder.empty() ? "" : folder + "/"]);
      put(entry * 128 + 116, content.size() < 4096 ? small(content) : big(content));
      put(entry * 128 + 120, static_cast<std::uint32_t>(content.size()));
    }
    put(116, big(small_));
    put(120, static_cast<std::uint32_t>(small_.size()));
    std::string small_table(reinterpret_cast<const char*>(small_fat_.data()), 4 * small_fat_.size());
    const std::uint32_t small_fat_at = small_table.empty() ? end_ : big(small_table),
                        directory_at = big(directory_);
    const std::string begin = header(directory_at, small_fat_at);  // before the table is filled up
    return begin + sectors_ + table();
  }

  void write(const std::filesystem::path& path) { std::ofstream(path, std::ios::binary) << bytes(); }

 private:
  static constexpr std::uint32_t end_ = 0xfffffffe, none_ = 0xffffffff;

  void put(std::size_t at, std::uint32_t value) { std::memcpy(&directory_[at], &value, 4); }

  std::uint32_t add_entry(const std::string& name, char kind) {
    std::string entry(128, '\0');
    for (std::size_t k = 0; k < name.size(); ++k) entry[2 * k] = name[k];
    entry[64] = static_cast<char>(2 * name.size() + 2);
    entry[66] = kind;
    for (const std::size_t at : {68, 72, 76}) std::memcpy(&entry[at], &none_, 4);
    directory_ += entry;
    return entries_++;
  }

  /// To the right of the last child, or as the first.
  void append(std::uint32_t entry, std::uint32_t parent, std::uint32_t& last) {
    put(last == 0 ? parent * 128 + 76 : last * 128 + 72, entry);
    last = entry;
  }

  static std::uint32_t chain(std::vector<std::uint32_t>& table, std::size_t count) {
    const auto first = static_cast<std::uint32_t>(table.size());
    for (std::size_t k = 1; k <= count; ++k)
      table.push_back(k == count ? end_ : first + static_cast<std::uint32_t>(k));
    return first;
  }

  std::uint32_t big(const std::string& content) {
    if (content.empty()) return end_;
    sectors_ += content + std::string((512 - content.size() % 512) % 512, '\0');
    return chain(fat_, (content.size() + 511) / 512);
  }

  std::uint32_t small(const std::string& content) {
    if (content.empty()) return end_;
    small_ += content + std::string((64 - content.size() % 64) % 64, '\0');
    return chain(small_fat_, (content.size() + 63) / 64);
  }

  /// The table lies behind everything else.
  std::string table() {
    const std::size_t own = (fat_.size() + 127) / 128;
    fat_.resize(own * 128, none_);
    return std::string(reinterpret_cast<const char*>(fat_.data()), 4 * fat_.size());
  }

  std::string header(std::uint32_t directory_at, std::uint32_t small_fat_at) {
    const std::size_t used = fat_.size(), own = (used + 127) / 128;
    std::vector<std::uint32_t> words(128, none_);
    const std::uint32_t begin[] = {0xe011cfd0,
                                   0xe11ab1a1,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0x0003003e,
                                   0x0009fffe,
                                   6,
                                   0,
                                   0,
                                   static_cast<std::uint32_t>(own),
                                   directory_at,
                                   0,
                                   4096,
                                   small_fat_at,
                                   static_cast<std::uint32_t>((small_fat_.size() + 127) / 128),
                                   end_,
                                   0};
    std::copy(std::begin(begin), std::end(begin), words.begin());
    for (std::size_t k = 0; k < own; ++k) words[19 + k] = static_cast<std::uint32_t>(used + k);
    return std::string(reinterpret_cast<const char*>(words.data()), 512);
  }

  std::map<std::string, std::string> streams_;
  std::map<std::string, std::uint32_t> storages_;
  std::string directory_, sectors_, small_;
  std::vector<std::uint32_t> fat_, small_fat_;
  std::uint32_t entries_ = 0;
};

}  // namespace phasecast::test
