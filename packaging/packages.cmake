# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is installed beside the programs, and the packages that cpack makes of it all:
#
#   cpack -G DEB --config build/CPackConfig.cmake     caw, wireshark-ca and libcaw-dev
#   cpack --config build/CPackSourceConfig.cmake      the source archive
#
# and caw.spec, for RPM, with the version filled in.

set(CAW_MAINTAINER "The caw authors <maintainers@caw.invalid>" CACHE STRING
    "Who answers for the Debian packages")
set(here "${CMAKE_CURRENT_LIST_DIR}")
set(made "${PROJECT_BINARY_DIR}/packaging")

# The newest entry of the change log dates the version.
file(STRINGS "${here}/CHANGELOG.md" CAW_DATE REGEX "^## ${PROJECT_VERSION} ")
string(REGEX MATCH "[0-9]+-[0-9]+-[0-9]+" CAW_DATE "${CAW_DATE}")
if(NOT CAW_DATE)
    message(FATAL_ERROR "packaging/CHANGELOG.md has no entry '## ${PROJECT_VERSION} (date)'")
endif()
execute_process(COMMAND date -u -R -d "${CAW_DATE}" OUTPUT_VARIABLE CAW_MAIL_DATE
    OUTPUT_STRIP_TRAILING_WHITESPACE)

# As Debian wants it: small, and the same each time.
function(pack file)
    execute_process(COMMAND gzip -9nf "${file}" RESULT_VARIABLE failed)
    if(failed)
        message(FATAL_ERROR "gzip ${file}: ${failed}")
    endif()
endfunction()

set(packages libcaw-dev)
set(CAW_RELEASE 1)
if(TARGET caw_program)
    list(PREPEND packages caw)
    set(manual)
    foreach(page IN LISTS CAW_PAGES)
        get_filename_component(name "${page}" NAME)
        string(REGEX REPLACE ".*\\." man section "${name}")
        configure_file("${page}" "${made}/${name}.in" @ONLY)
        add_custom_command(OUTPUT "${made}/${name}.gz"
            DEPENDS caw_pages ${CAW_PAGES_TOOL} "${made}/${name}.in"
            COMMAND ${CAW_PAGES_TOOL} page "${made}/${name}.in" > "${made}/${name}"
            COMMAND gzip -9nf "${made}/${name}" VERBATIM)
        list(APPEND manual "${made}/${name}.gz")
        install(FILES "${made}/${name}.gz" DESTINATION "${CMAKE_INSTALL_MANDIR}/${section}"
            COMPONENT caw)
    endforeach()
    add_custom_target(manual_pages ALL DEPENDS ${manual})

    # The zsh of Debian's packages does not look into the usual folder.
    set(zsh site-functions)
    if(CMAKE_INSTALL_PREFIX STREQUAL "/usr" AND EXISTS /etc/debian_version)
        set(zsh vendor-completions)
    endif()
    set(CAW_ZSH ${zsh} CACHE STRING "Where zsh finds completion, in share/zsh")
    install(FILES "${here}/completion/caw.bash" RENAME caw COMPONENT caw
        DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
    install(FILES "${here}/completion/_caw" COMPONENT caw
        DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/${CAW_ZSH}")
    install(FILES "${here}/completion/caw.fish" COMPONENT caw
        DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
endif()

if(Wireshark_FOUND)
    list(PREPEND packages wireshark-ca)
    # An upgrade of Debian brings another Wireshark: its package must be the newer one.
    set(CAW_RELEASE "1+wireshark${WIRESHARK_SERIES}")
    set(profile "${CMAKE_INSTALL_DATADIR}/wireshark/profiles/EPICS CA")
    install(DIRECTORY "${here}/profile/EPICS CA/" DESTINATION "${profile}" COMPONENT wireshark-ca)
    if(TARGET caw_program)
        add_custom_command(OUTPUT "${made}/cfilters"
            COMMAND "${here}/cfilters.sh" "$<TARGET_FILE:caw_program>" > "${made}/cfilters"
            DEPENDS caw_program "${here}/cfilters.sh" VERBATIM)
        add_custom_target(profile ALL DEPENDS "${made}/cfilters")
        install(FILES "${made}/cfilters" DESTINATION "${profile}" COMPONENT wireshark-ca)
    endif()
endif()

# Debian wants these two in each package, and nobody else does.
foreach(package IN LISTS packages)
    set(CAW_PACKAGE "${package}")
    configure_file("${here}/debian/changelog" "${made}/${package}/changelog.Debian" @ONLY)
    pack("${made}/${package}/changelog.Debian")
    install(FILES "${here}/debian/copyright" "${made}/${package}/changelog.Debian.gz"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/${package}"
        COMPONENT "${package}" EXCLUDE_FROM_ALL)
endforeach()

set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own
set(CPACK_PACKAGE_VENDOR "the caw authors")
set(CPACK_PACKAGE_CONTACT "${CAW_MAINTAINER}")
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL ${packages})
set(CPACK_COMPONENTS_GROUPING IGNORE)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE "${CAW_RELEASE}")

set(CPACK_DEBIAN_CAW_PACKAGE_NAME caw)
set(CPACK_DEBIAN_CAW_PACKAGE_SECTION net)
set(CPACK_DEBIAN_CAW_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_CAW_PACKAGE_SUGGESTS wireshark-ca)
set(CPACK_DEBIAN_CAW_PACKAGE_BREAKS "wireshark-ca (<< 0.2~)") # which had these files
set(CPACK_DEBIAN_CAW_PACKAGE_REPLACES "wireshark-ca (<< 0.2~)")
set(CPACK_DEBIAN_CAW_DESCRIPTION "Channel Access (EPICS) messages from a capture, one line each
caw reads packets from an interface, a pipe or files, and prints one line for
each message of Channel Access, the protocol of EPICS control systems: who
asks for which process variable, values of all types, who wrote what, and what
was answered. It also reports why channels do not connect.

It needs no Wireshark. With the package wireshark-ca it takes its display
filters, too.")

set(CPACK_DEBIAN_WIRESHARK-CA_PACKAGE_NAME wireshark-ca)
set(CPACK_DEBIAN_WIRESHARK-CA_PACKAGE_SECTION net)
set(CPACK_DEBIAN_WIRESHARK-CA_PACKAGE_SHLIBDEPS ON) # the soname is the series of Wireshark
set(CPACK_DEBIAN_WIRESHARK-CA_PACKAGE_DEPENDS tshark)
set(CPACK_DEBIAN_WIRESHARK-CA_PACKAGE_RECOMMENDS caw)
set(CPACK_DEBIAN_WIRESHARK-CA_PACKAGE_SUGGESTS wireshark)
set(CPACK_DEBIAN_WIRESHARK-CA_DESCRIPTION "Channel Access (EPICS) for Wireshark and TShark
A plugin that decodes every message of Channel Access, the protocol of EPICS
control systems: names of process variables, values of all types, who wrote
what, requests and their answers, and what violates the protocol.

With it comes the configuration profile \"EPICS CA\" with columns, colours and
filters.")

set(CPACK_DEBIAN_LIBCAW-DEV_PACKAGE_NAME libcaw-dev)
set(CPACK_DEBIAN_LIBCAW-DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBCAW-DEV_DESCRIPTION "decoder of Channel Access (EPICS) as a static library
libcaw turns bytes of Channel Access, the protocol of EPICS control systems,
into messages, and messages into fields and text. It is plain C11: no
dependencies, no input or output, no allocation while decoding.")

set(CPACK_SOURCE_GENERATOR TXZ)
set(CPACK_SOURCE_PACKAGE_FILE_NAME "caw-${PROJECT_VERSION}")
string(REGEX REPLACE "([][+.*()^$?|])" "\\\\\\1" top "${PROJECT_SOURCE_DIR}")
set(CPACK_SOURCE_IGNORE_FILES "^${top}/build" "^${top}/\\.git/" "/__pycache__/" "/\\.pytest_cache/"
    "/\\.hypothesis/")
include(CPack)

# The names of the second column of the list.
file(STRINGS "${here}/build-depends" CAW_BUILD_REQUIRES REGEX "^[a-z]")
list(TRANSFORM CAW_BUILD_REQUIRES REPLACE "^[^ ]+ +([^ ]+).*" "BuildRequires:  \\1")
list(REMOVE_ITEM CAW_BUILD_REQUIRES "BuildRequires:  -")
list(JOIN CAW_BUILD_REQUIRES "\n" CAW_BUILD_REQUIRES)
configure_file("${here}/caw.spec" "${made}/caw.spec" @ONLY)
