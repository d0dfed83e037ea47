#include "pipeline/files/sdf_header.hpp"

#include <algorithm>
#include <cctype>

#include "pipeline/files/failure.hpp"
#include "pipeline/files/text_table.hpp"

namespace phasecast {

namespace {

constexpr int deepest = 16;
constexpr std::size_t most_nodes = 1'000'000;

class Reader {
 public:
  Reader(const std::string& text, const std::string& path) : text_(text), path_(path) {}

  SdfNode read() {
    SdfNode all = structure(0);
    if (at_ < text_.size()) fail("one } more than {", "a structure that ends once");
    return all;
  }

 private:
  [[noreturn]] void fail(const std::string& value, const std::string& expected) const {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
    throw Failure({"text", path_, "line " + std::to_string(line), value, expected});
  }

  /// The next character that says something, or 0 at the end.
  char next(std::string_view nothing = " \t\r\n") {
    at_ = std::min(text_.find_first_not_of(nothing, at_), text_.size());
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  void count_node(int depth) {
    if (depth > deepest) fail("nested more than " + std::to_string(deepest) + " deep", "an SDF header");
    if (++nodes_ > most_nodes) fail("more than " + std::to_string(most_nodes) + " values", "an SDF header");
  }

  /// Up to its closing brace, which stays.
  SdfNode structure(int depth) {
    SdfNode node;
    while (next(" \t\r\n;,") != '\0' && text_[at_] != '}') {
      const std::size_t end = std::min(text_.find_first_of("={}();\n", at_), text_.size());
      std::string name = text_.substr(at_, end - at_);
      name.resize(name.find_last_not_of(" \t\r") + 1);
      if (end == text_.size() || text_[end] != '=' || name.empty()) fail(name.substr(0, 40), "Name = value;");
      at_ = end + 1;
      node.names.push_back(std::move(name));
      node.parts.push_back(value(depth + 1));
    }
    return node;
  }

  SdfNode list(int depth) {
    SdfNode node;
    // A program that writes these files ends some lists with a brace too many.
    while (next(" \t\r\n,;}") != ')') {
      if (at_ == text_.size()) fail("a list without end", ")");
      node.parts.push_back(value(depth + 1));
    }
    ++at_;
    return node;
  }

  SdfNode value(int depth) {
    count_node(depth);
    switch (next()) {
      case '{': {
        ++at_;
        SdfNode node = structure(depth);
        if (at_ == text_.size()) fail("a structure without end", "}");
        ++at_;
        return node;
      }
      case '(':
        ++at_;
        return list(depth);
      case '"': {
        const std::size_t end = text_.find('"', at_ + 1);
        if (end == std::string::npos) fail("a text without end", "\"");
        SdfNode node{text_.substr(at_ + 1, end - at_ - 1), {}, {}};
        at_ = end + 1;
        return node;
      }
      default: {
        const std::size_t end = std::min(text_.find_first_of(";,(){}=\"\r\n", at_), text_.size());
        if (end == at_) fail(text_.substr(at_, 1), "a value");
        SdfNode node{text_.substr(at_, end - at_), {}, {}};
        node.text.resize(node.text.find_last_not_of(" \t") + 1);
        at_ = end;
        return node;
      }
    }
  }

  const std::string& text_;
  const std::string& path_;
  std::size_t at_ = 0;
  std::size_t nodes_ = 0;
};

}  // namespace

const SdfNode* SdfNode::find(std::string_view name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? nullptr : &parts[static_cast<std::size_t>(found - names.begin())];
}

SdfNode read_sdf_header(const std::string& text, const std::string& path) {
  return Reader(text, path).read();
}

const SdfNode& sdf_part(const SdfNode& header, const std::vector<std::string>& names,
                        const std::string& path) {
  const SdfNode* node = &header;
  std::string so_far;
  for (const std::string& name : names) {
    so_far += (so_far.empty() ? "" : ".") + name;
    node = node->find(name);
    if (node == nullptr) throw Failure({"text", path, so_far, "missing", "an SDF header that has it"});
  }
  return *node;
}

std::vector<double> sdf_numbers(const SdfNode& list, const std::string& field, const std::string& path) {
  std::vector<double> values;
  for (const SdfNode& part : list.parts) {
    const auto value = finite_number(part.text);
    if (!value) throw Failure({"text", path, field, part.text.substr(0, 40), "a number"});
    values.push_back(*value);
  }
  if (values.empty() || values.front() != static_cast<double>(values.size() - 1))
    throw Failure({"text", path, field,
                   values.empty() ? "empty"
                                  : std::to_string(values.size() - 1) + " values after the count " +
                                        std::to_string(values.front()),
                   "a count and as many values"});
  values.erase(values.begin());
  return values;
}

}  // namespace phasecast
