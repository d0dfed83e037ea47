#include "tools/commands.hpp"

int main(int, char**) {
  return 0;
}
