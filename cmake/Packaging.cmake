# Install rules and the packages: cmake --install build/release --prefix /usr, or
# scripts/package.sh.
#
# Two components, two .debs: `server` is whole without the other, `cuda` is the module and what its
# service needs on top, there where nvcc built it. The unit and its ExecStart name /usr/bin and
# /etc, so /usr is the prefix that they go with.

set(debian "${CMAKE_SOURCE_DIR}/deployment/debian")
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME server)
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)  # what is packed is built first, not every test with it
if(TARGET quantumrerank)
    install(TARGETS quantumrerank RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(FILES deployment/systemd/quantumrerank.service DESTINATION lib/systemd/system)
install(FILES deployment/config.toml DESTINATION /etc/quantumrerank)
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs FILES_MATCHING PATTERN "*.md")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
set(CPACK_COMPONENTS_ALL server)

if(TARGET quantumrerank_cuda)
    list(APPEND CPACK_COMPONENTS_ALL cuda)
    install(TARGETS quantumrerank_cuda COMPONENT cuda LIBRARY DESTINATION ${QR_MODULE_FOLDER})
    install(FILES deployment/systemd/cuda.conf COMPONENT cuda
        DESTINATION lib/systemd/system/quantumrerank.service.d)
    install(FILES LICENSE COMPONENT cuda RENAME copyright
        DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/quantumrerank-cuda)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PACKAGE_CONTACT "The QuantumRerank authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)  # computed by dpkg-shlibdeps: package dpkg-dev
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_SERVER_PACKAGE_NAME quantumrerank)
set(CPACK_DEBIAN_SERVER_PACKAGE_SUGGESTS quantumrerank-cuda)
set(CPACK_DEBIAN_SERVER_PACKAGE_CONTROL_EXTRA
    "${debian}/conffiles" "${debian}/postinst" "${debian}/prerm" "${debian}/postrm")

# The driver is the machine's own choice (a package, a .run file, a container's runtime), and its
# library must be of the kernel driver's version: recommending one would break the other ways.
set(CPACK_DEBIAN_CUDA_PACKAGE_NAME quantumrerank-cuda)
set(CPACK_COMPONENT_CUDA_DESCRIPTION
    "CUDA backend of quantumrerank: compute capability 7.5 or later, driver 580 or later")
set(CPACK_DEBIAN_CUDA_PACKAGE_DEPENDS "quantumrerank (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_CUDA_PACKAGE_SUGGESTS "libcuda1 (>= 580), libcublas-13-0")
set(CPACK_DEBIAN_CUDA_PACKAGE_CONTROL_EXTRA
    "${debian}/cuda/postinst" "${debian}/cuda/postrm")
include(CPack)
