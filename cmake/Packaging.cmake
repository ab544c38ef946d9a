# Install rules and the .deb: cmake --install build/release --prefix /usr, or
# (cd build/release && cpack -G DEB).
#
# The unit and its ExecStart name /usr/bin and /etc, so /usr is the prefix that they go with.

include(GNUInstallDirs)

if(TARGET quantumrerank)
    install(TARGETS quantumrerank RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(FILES deployment/systemd/quantumrerank.service DESTINATION lib/systemd/system)
install(FILES deployment/config.toml DESTINATION /etc/quantumrerank)
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs FILES_MATCHING PATTERN "*.md")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The QuantumRerank authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)  # computed by dpkg-shlibdeps: package dpkg-dev
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    "${CMAKE_SOURCE_DIR}/deployment/debian/conffiles"
    "${CMAKE_SOURCE_DIR}/deployment/debian/postinst"
    "${CMAKE_SOURCE_DIR}/deployment/debian/prerm"
    "${CMAKE_SOURCE_DIR}/deployment/debian/postrm")
include(CPack)
