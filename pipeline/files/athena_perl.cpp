#include "pipeline/files/athena_perl.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "pipeline/files/failure.hpp"

namespace phasecast::athena {

namespace {

/// Takes one line of perl apart: numbers and texts, in lists of lists.
class Line {
 public:
  Line(std::string_view text, const std::string& path, std::size_t number)
      : text_(text), path_(path), number_(number) {}

  /// Goes past `start` if the line continues with it.
  bool take(std::string_view start) {
    if (!text_.substr(at_).starts_with(start)) return false;
    at_ += start.size();
    return true;
  }

  /// The elements up to ")"; an element that is a list itself is empty.
  std::vector<std::string> list() {
    std::vector<std::string> values;
    for (skip(between); !take(")"); skip(between)) values.push_back(take("[") ? nested_list() : value());
    return values;
  }

  std::string value() {
    if (at_ >= text_.size()) fail("cut short");
    const char quote = text_[at_];
    if (quote != '\'' && quote != '"') return bare();
    std::string value;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value += text_[at_];
    }
    if (at_ == text_.size()) fail("a text without its end");
    ++at_;
    return value;
  }

 private:
  static constexpr const char* between = " \t\r,";

  std::string nested_list() {
    int depth = 1;
    while (depth > 0) {
      skip(between);
      if (take("["))
        ++depth;
      else if (take("]"))
        --depth;
      else
        value();
    }
    return "";
  }

  std::string bare() {
    const std::size_t end = std::min(text_.find_first_of(" \t\r,()[]'\"", at_), text_.size());
    if (end == at_) fail("'" + std::string(text_.substr(at_, 1)) + "' where a value belongs");
    const std::string value(text_.substr(at_, end - at_));
    at_ = end;
    return value;
  }

  void skip(const char* characters) {
    at_ = std::min(text_.find_first_not_of(characters, at_), text_.size());
  }

  [[noreturn]] void fail(const std::string& found) const {
    throw Failure(
        {"text", path_, "line " + std::to_string(number_), found, "a list of perl, as Athena writes it"});
  }

  std::string_view text_;
  const std::string& path_;
  std::size_t number_;
  std::size_t at_ = 0;
};

/// "'label','FeS2','is_xmu',1": names and values by turns.
std::map<std::string, std::string> pairs(const std::vector<std::string>& list) {
  std::map<std::string, std::string> pairs;
  for (std::size_t k = 0; k + 1 < list.size(); k += 2) pairs[list[k]] = list[k + 1];
  return pairs;
}

}  // namespace

std::vector<RawGroup> perl_groups(const std::string& text, const std::string& path) {
  std::vector<RawGroup> groups;
  RawGroup group;
  std::size_t number = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    Line line(std::string_view(text).substr(start, end - start), path, ++number);
    start = end + 1;
    if (line.take("$old_group = "))
      group.id = line.value();
    else if (line.take("@args = ("))
      group.arguments = pairs(line.list());
    else if (line.take("@x = ("))
      group.x = line.list();
    else if (line.take("@y = ("))
      group.y = line.list();
    else if (line.take("[record]"))
      groups.push_back(std::exchange(group, {}));
  }
  return groups;
}

}  // namespace phasecast::athena
