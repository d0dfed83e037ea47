#pragma once

#include <string>
#include <vector>

namespace phasecast::torture {

/// What was not as it should be, in words; empty is good.
class Findings {
 public:
  void add(std::string text) { texts_.push_back(std::move(text)); }
  void require(bool good, const std::string& text) {
    if (!good) add(text);
  }
  template <class Number>
  void equal(const std::string& what, Number is, Number should_be) {
    if (is != should_be) add(what + " is " + std::to_string(is) + ", should be " + std::to_string(should_be));
  }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::vector<std::string> texts_;
};

}  // namespace phasecast::torture
