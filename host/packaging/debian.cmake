# SPDX-License-Identifier: Apache-2.0
# Builds three Debian packages: the program, the library, and the files for compiling against it.

set(SEAM_MAINTAINER "The seam maintainers <maintainers@seam.example>" CACHE STRING "The maintainer of the packages")
get_target_property(abi libseam SOVERSION)
set(library_package libseam${abi})

set(CPACK_GENERATOR DEB)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGE_NAME seam)
set(CPACK_PACKAGE_CONTACT ${SEAM_MAINTAINER})
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL program library development)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/debian_files.cmake)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR})
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "train pairs of small components and count their interfaces")
set(story "seam trains many independent pairs of small components to be a digital\nidentity end to end, on CPUs and on \
NVIDIA cards, and counts the voltages\nthat they agree on.\n")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME seam)
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION "${story}This package holds the program.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${library_package})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_SOURCE_DIR}/triggers)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "${story}This package holds the shared library.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libseam-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
    "${story}This package holds the header, and the files for CMake and pkg-config.")

# The variables for debian_files.cmake.
set(CPACK_SEAM_PACKAGES program:seam library:${library_package} development:libseam-dev)
set(CPACK_SEAM_MAINTAINER ${SEAM_MAINTAINER})
set(CPACK_SEAM_SOURCE ${PROJECT_SOURCE_DIR})
set(CPACK_SEAM_LIBDIR ${CMAKE_INSTALL_LIBDIR})

include(CPack)
cpack_add_component(program DEPENDS library)
cpack_add_component(library)
cpack_add_component(development DEPENDS library)
