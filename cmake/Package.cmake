# What `cmake --install` installs, and the Debian package that CPack makes of it: packaging/build.
include(GNUInstallDirs)

set(DEBIAN ${PROJECT_SOURCE_DIR}/packaging/debian)
install(TARGETS carillon)
install(FILES ${DEBIAN}/carillon.service DESTINATION lib/systemd/system)
install(FILES ${DEBIAN}/carillon.json DESTINATION /etc/carillon PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(FILES ${DEBIAN}/carillon.default DESTINATION /etc/default RENAME carillon)
install(FILES ${DEBIAN}/copyright config/carillon.example.json DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/carillon)
install(DIRECTORY docs/examples DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/carillon)

# Made by the program and of the machine's own packages; compressed without names and times, so that two builds of one
# commit are equal.
install(CODE "
    set(PROGRAM \"$<TARGET_FILE:carillon>\")
    set(SOURCE \"${PROJECT_SOURCE_DIR}\")
    set(DATA \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}\")
    include(\"${PROJECT_SOURCE_DIR}/cmake/InstallDocuments.cmake\")")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME carillon)
set(CPACK_PACKAGE_CONTACT "The Carillon authors <carillon@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "self-hosted server of the Pusher Channels protocol")
set(CPACK_PACKAGE_DESCRIPTION
    "Real-time messages over WebSocket for clients and server libraries of Pusher Channels\n(pusher-js, Laravel Echo and others): public, private and presence channels,\nwebhooks, a REST API, and several nodes as one server over Redis.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS passwd)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS redis-server)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${DEBIAN}/postinst ${DEBIAN}/prerm ${DEBIAN}/postrm ${DEBIAN}/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
