# cmake -DSOURCE=... -DCOMMIT=... -DHEADER=... -P build_facts.cmake: writes what only the moment of building knows, and
# leaves the file alone when that is what it says already.
cmake_minimum_required(VERSION 3.25)

if(NOT COMMIT)
  execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD OUTPUT_VARIABLE COMMIT ERROR_QUIET
    OUTPUT_STRIP_TRAILING_WHITESPACE)
  execute_process(COMMAND git -C ${SOURCE} status --porcelain --untracked-files=no OUTPUT_VARIABLE changes ERROR_QUIET)
  if(NOT COMMIT)
    set(COMMIT "unknown: built outside its git repository")
  elseif(changes)
    string(APPEND COMMIT ", with changes")
  endif()
endif()
set(date "")
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  string(TIMESTAMP date "%Y-%m-%d" UTC)  # CMake takes it from there
endif()
file(CONFIGURE OUTPUT ${HEADER} @ONLY
  CONTENT "#pragma once\n#define PHASECAST_COMMIT \"@COMMIT@\"\n#define PHASECAST_DATE \"@date@\"\n")
