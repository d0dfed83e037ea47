#include "pipeline/files/text_table.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <map>
#include <sstream>

#include "pipeline/files/failure.hpp"

namespace phasecast {

namespace {

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

std::vector<std::string> split(const std::string& line, const char* separators) {
  std::vector<std::string> parts;
  for (std::size_t at = line.find_first_not_of(separators); at != std::string::npos;) {
    const std::size_t end = std::min(line.find_first_of(separators, at), line.size());
    parts.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(separators, end);
  }
  return parts;
}

std::string trimmed(const std::string& text, const char* unwanted = " \t\r\"") {
  const std::size_t first = text.find_first_not_of(unwanted);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(unwanted) - first + 1);
}

/// Names may hold spaces where commas part them: "Energy (eV), mu".
std::vector<std::string> split_labels(const std::string& line) {
  const bool commas = line.find_first_of(",;") != std::string::npos;
  std::vector<std::string> labels = split(line, commas ? ",;" : " \t");
  for (std::string& label : labels) label = trimmed(label);
  return labels;
}

std::optional<double> number(const std::string& token) {
  const char* first = token.data() + (token.starts_with('+') ? 1 : 0);
  const char* last = token.data() + token.size();
  double value = 0;
  const auto [end, error] = std::from_chars(first, last, value);
  if (error != std::errc() || end != last) return std::nullopt;
  return value;
}

/// "eV" or "keV" if `text` starts with it, after brackets and the like: "(keV)", "_eV", " in eV".
std::string leading_unit(std::string text) {
  text = lower(std::move(text));
  std::size_t at = std::min(text.find_first_not_of(" \t_([/,:"), text.size());
  if (text.substr(at).starts_with("in ")) at += 3;
  for (const char* unit : {"keV", "eV"}) {
    const std::string word = lower(unit);
    if (text.substr(at).starts_with(word) &&
        (at + word.size() == text.size() || !is_letter(text[at + word.size()])))
      return unit;
  }
  return "";
}

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  TextTable read(const std::string& text) {
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      ++line_;
      line = trimmed(line, " \t\r");
      if (line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);
      if (line.empty()) continue;
      const auto words = split(line, " \t,;");
      if (words.empty()) fail(line, "numbers between the separators");
      if (line.starts_with('#'))
        comment(trimmed(line, "# \t\""));
      else if (table_.columns.empty() && !number(words.front()))
        names(line);
      else
        row(words);
    }
    finish();
    return std::move(table_);
  }

 private:
  [[noreturn]] void fail(const std::string& value, const std::string& expected) const {
    throw Failure({"text", path_, "line " + std::to_string(line_), value, expected});
  }

  void comment(const std::string& text) {
    if (!table_.columns.empty() || text.empty()) return;
    if (lower(text).starts_with("column.")) {
      const std::size_t colon = std::min(text.find(':'), text.size());
      int column = 0;
      const auto read = std::from_chars(text.data() + 7, text.data() + text.size(), column);
      if (read.ec != std::errc() || read.ptr != text.data() + colon || colon == text.size() || column < 1)
        fail(text, "Column.N: name");
      const auto words = split(text.substr(colon + 1), " \t");
      numbered_[column] = words.empty() ? "" : words[0];
      if (words.size() > 1 && lower(words[0]) == "energy") require_energy_unit(words[1]);
      note_unit(text.substr(colon + 1));
    } else {
      names_in_comment_ = text;
      note_unit(text);
    }
  }

  void names(const std::string& line) {
    if (!table_.labels.empty()) fail(line, "numbers");
    table_.labels = split_labels(line);
    note_unit(line);
  }

  void require_energy_unit(const std::string& unit) const {
    if (is_letter(unit[0]) && leading_unit(unit).empty()) fail("energy in " + unit, "energies in eV or keV");
  }

  void note_unit(const std::string& text) {
    const std::size_t energy = lower(text).find("energy");
    const std::string unit = energy == std::string::npos ? "" : leading_unit(text.substr(energy + 6));
    if (unit.empty() || unit == table_.energy_unit) return;
    if (!table_.energy_unit.empty())
      fail(text, "one energy unit; an earlier line says " + table_.energy_unit);
    table_.energy_unit = unit;
  }

  void row(const std::vector<std::string>& tokens) {
    if (table_.columns.empty()) table_.columns.resize(tokens.size());
    if (tokens.size() != table_.columns.size())
      fail(std::to_string(tokens.size()) + " numbers",
           std::to_string(table_.columns.size()) + " as in the lines before");
    for (std::size_t c = 0; c < tokens.size(); ++c) {
      const auto value = finite_number(tokens[c]);
      if (!value) fail(tokens[c], "a number");
      table_.columns[c].push_back(*value);
    }
    table_.lines.push_back(line_);
  }

  void finish() {
    const std::size_t columns = table_.columns.size();
    if (columns == 0) throw Failure({"text", path_, "", "without numbers", "columns of energy and mu"});
    if (!numbered_.empty()) {
      table_.labels.assign(columns, "");
      for (const auto& [n, label] : numbered_)
        if (static_cast<std::size_t>(n) <= columns) table_.labels[static_cast<std::size_t>(n) - 1] = label;
    } else if (table_.labels.empty()) {
      table_.labels = split_labels(names_in_comment_);
    }
    if (table_.labels.size() != columns) table_.labels.clear();
  }

  const std::string& path_;
  std::size_t line_ = 0;
  TextTable table_;
  std::map<int, std::string> numbered_;  ///< XDI's Column.N
  std::string names_in_comment_;         ///< the last comment before the numbers
};

}  // namespace

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::optional<double> finite_number(const std::string& text) {
  const auto value = number(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

TextTable read_text_table(const std::string& text, const std::string& path) {
  return Reader(path).read(text);
}

}  // namespace phasecast
