#include <catch2/catch.hpp>
#include <cmath>

#include "tests/tools/scratch_folder.hpp"
#include "tools/inspect/mean_spectrum.hpp"
#include "tools/inspect/next_commands.hpp"
#include "tools/inspect/report.hpp"
