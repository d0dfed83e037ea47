# cpack: the .deb. tools/package.sh builds what goes into it, and names the builds for newer CPUs in PHASECAST_BUILDS.
set(PHASECAST_BUILDS "" CACHE STRING "Build folders whose builds for other levels of x86-64 go into the package too")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME phasecast)
set(CPACK_PACKAGE_CONTACT "the phasecast developers <phasecast@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "live chemical phase maps from streaming X-ray spectro-microscopy")
set(CPACK_PACKAGE_DESCRIPTION "Energy frames of a full-field X-ray microscope arrive over ZeroMQ; maps of where each chemical
state is, with stated trust, are published while the scan is running, and every frame is recorded.")
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_MONOLITHIC_INSTALL ON)

set(CPACK_INSTALL_CMAKE_PROJECTS "${CMAKE_BINARY_DIR};phasecast;ALL;/")
foreach(build ${PHASECAST_BUILDS})
  list(APPEND CPACK_INSTALL_CMAKE_PROJECTS "${build};phasecast;build;/")
endforeach()

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Who makes the service's user; the letters in pictures come with cairo's own dependencies.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers | systemd-sysusers")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "python3-numpy, python3-zmq, python3-protobuf, python3-crc32c")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "python3-h5py, python3-matplotlib")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(scripts ${CMAKE_CURRENT_LIST_DIR}/deb)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${scripts}/conffiles ${scripts}/postinst ${scripts}/prerm ${scripts}/postrm)

include(CPack)
