#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace phasecast {

/// Redraws a block of lines in place on standard output. What was drawn last stays when it is destroyed.
class Terminal {
 public:
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;

  /// True if standard output is a terminal at all.
  static bool present();

  struct Size {
    int columns = 80;
    int rows = 24;
    bool operator==(const Size&) const = default;
  };
  static Size size();

  void draw(const std::vector<std::string>& lines);

 private:
  std::size_t drawn_ = 0;
  Size drawn_at_;
};

}  // namespace phasecast
