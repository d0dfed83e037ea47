#pragma once

#include <deque>
#include <filesystem>
#include <optional>
#include <regex>
#include <set>
#include <string>

#include "tools/bridge/folder_watch.hpp"
#include "tools/bridge/source.hpp"
#include "tools/bridge/tally.hpp"

namespace phasecast::bridge {

struct ImageFolderConfig {
  std::filesystem::path folder;
  bool existing = false;    ///< the files that are there already come first, by name
  std::string energy_name;  ///< regular expression; its group is the energy within a file's name
  bool kind_name = false;   ///< "dark" or "flat" within a file's name says what it is
};

/// TIFF files of one image each that appear in a folder. A file is taken once, when its writer has closed it
/// or moved it here. Its number is the last whole number in its name, without the energy; a file without one
/// follows the one before. Errors: "tiff" and those of TiffFile, "pages", "name".
class ImageFolder final : public Source {
 public:
  ImageFolder(ImageFolderConfig config, Tally& tally);
  std::string address() const override { return config_.folder.string(); }
  zmq::pollitem_t watched() override { return {nullptr, watch_.descriptor(), ZMQ_POLLIN, 0}; }
  bool ready() const override { return !waiting_.empty(); }
  void take(const Sink& sink) override;

 private:
  void queue(const std::string& name);
  void queue_all_there();
  Result<ForeignEvent> read(const std::string& name);

  ImageFolderConfig config_;
  Tally& tally_;
  FolderWatch watch_;
  std::optional<std::regex> energy_;
  std::set<std::string> old_;  // there when it began; one that is closed later was being written
  std::set<std::string> taken_;
  std::deque<std::string> waiting_;
  std::uint64_t next_number_ = 0;
  std::set<std::string> assumed_kev_;
};

/// The last run of digits in a file's stem.
std::optional<std::uint64_t> last_number(const std::string& stem);

}  // namespace phasecast::bridge
