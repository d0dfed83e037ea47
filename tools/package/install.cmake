# cmake --install. A build for this machine is the command itself; a build for a level of x86-64 goes beside others of its
# kind, and the launcher in its place takes the best that the CPU can run (decision 0016).
include(GNUInstallDirs)
set(here ${CMAKE_CURRENT_LIST_DIR})
set(made ${CMAKE_BINARY_DIR}/installed)

if(PHASECAST_CPU STREQUAL "native")
  install(TARGETS phasecast COMPONENT command)
else()
  install(TARGETS phasecast_launcher COMPONENT command)
  install(TARGETS phasecast DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/phasecast/${PHASECAST_CPU} COMPONENT build)
endif()

# Manual pages, completions and lists of options, as the command tells them of itself.
install(CODE "
  set(share \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}\")
  execute_process(COMMAND $<TARGET_FILE:phasecast> help --write \"\${share}\" COMMAND_ERROR_IS_FATAL ANY)
  file(GLOB pages \"\${share}/man/man1/phasecast*.1\")
  execute_process(COMMAND gzip -9nf \${pages} COMMAND_ERROR_IS_FATAL ANY)
" COMPONENT command)

# The service: its unit names the command and the configuration where they are installed.
configure_file(${here}/phasecast.service.in ${made}/phasecast.service @ONLY)
install(FILES ${made}/phasecast.service DESTINATION lib/systemd/system COMPONENT command)
install(FILES ${here}/sysusers.conf DESTINATION lib/sysusers.d RENAME phasecast.conf COMPONENT command)
install(FILES ${here}/phasecast.toml DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/phasecast COMPONENT command)

# The Python client, where Debian's python3 looks for what is installed under this prefix.
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(python lib/python3/dist-packages)
else()
  set(Python3_EXECUTABLE /usr/bin/python3)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set(python lib/python${Python3_VERSION_MAJOR}.${Python3_VERSION_MINOR}/dist-packages)
endif()
install(DIRECTORY tools/python/phasecast DESTINATION ${python} COMPONENT command PATTERN __pycache__ EXCLUDE)

install(FILES messages/wire/phasecast.proto DESTINATION ${CMAKE_INSTALL_DATADIR}/phasecast COMPONENT command)

# Pages link to each other by their place in the repository, so they keep it.
foreach(folder messages stages pipeline tools tests)
  install(DIRECTORY ${folder} DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT command FILES_MATCHING
    PATTERN "*.md" REGEX "/tools/(docs|view)/.*[.]png$" PATTERN "phasecast.proto"
    PATTERN node_modules EXCLUDE PATTERN page EXCLUDE PATTERN corpus EXCLUDE PATTERN __pycache__ EXCLUDE)
endforeach()
install(CODE "
  execute_process(COMMAND find \"\$ENV{DESTDIR}${CMAKE_INSTALL_FULL_DOCDIR}\" -type d -empty -delete)
" COMPONENT command)
install(DIRECTORY tools/python/examples DESTINATION ${CMAKE_INSTALL_DOCDIR}/tools/python COMPONENT command
  PATTERN __pycache__ EXCLUDE)
install(FILES README.md CHANGELOG.md CITATION.cff CONTRIBUTING.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT command)
install(FILES ${here}/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT command)
install(FILES tools/view/page/dist/licenses.txt DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME licenses-of-the-page.txt
  COMPONENT command)
