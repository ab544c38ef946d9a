# Install rules and the .deb: cmake --install, cpack -G DEB.
