# SPDX-License-Identifier: GPL-2.0-or-later
#
# Looks for Wireshark. Where it is, Wireshark_FOUND is true, and there are
#
#   wireshark          what a plugin is compiled and linked with; a plugin includes compat.h
#   WIRESHARK_SERIES   such as 4.0
#   WIRESHARK_PREFIX   where it is installed, such as /usr
#   WIRESHARK_PLUGINS  its folder of plugins, below that
#
# This file and compat.h are the places where its series differ.

find_package(Wireshark CONFIG QUIET)
if(NOT Wireshark_FOUND)
    message(STATUS "Wireshark's development files are not here: building without the plugin. "
        "For it install wireshark-dev, libwireshark-dev and libglib2.0-dev")
    return()
endif()

set(supported 3.4 3.6 4.0 4.2 4.4 4.6)
set(WIRESHARK_SERIES "${Wireshark_MAJOR_VERSION}.${Wireshark_MINOR_VERSION}")
if(NOT WIRESHARK_SERIES IN_LIST supported)
    list(JOIN supported ", " supported)
    message(FATAL_ERROR "The plugin is for Wireshark ${supported}, and this is "
        "${Wireshark_VERSION}: take one of these, or build caw without the plugin, by "
        "-DCMAKE_DISABLE_FIND_PACKAGE_Wireshark=ON")
endif()
if(NOT Wireshark_PLUGINS_ENABLED)
    message(FATAL_ERROR "This Wireshark was built without plugin support")
endif()
message(STATUS "Building the plugin for Wireshark ${Wireshark_VERSION}")

# 3.4 tells neither the prefix nor a path below it.
get_filename_component(WIRESHARK_PREFIX "${Wireshark_INCLUDE_DIR}/../.." ABSOLUTE)
file(RELATIVE_PATH WIRESHARK_PLUGINS "${WIRESHARK_PREFIX}" "${Wireshark_PLUGIN_INSTALL_DIR}")

# What Wireshark itself is linked with is not ours; 3.4 names files that its packages do not bring.
set_property(TARGET wsutil PROPERTY INTERFACE_LINK_LIBRARIES "")

add_library(wireshark INTERFACE)
target_link_libraries(wireshark INTERFACE epan)
target_compile_definitions(wireshark INTERFACE WS_BUILD_DLL
    CA_WIRESHARK_MAJOR=${Wireshark_MAJOR_VERSION} CA_WIRESHARK_MINOR=${Wireshark_MINOR_VERSION})
