# Python's unittest under ctest: each test method is a ctest of its own.

# Debian's interpreter first: the one that Debian's python3-* packages serve.
macro(qr_find_python)
    find_program(QR_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
    find_program(QR_PYTHON NAMES python3 REQUIRED)
endmacro()

# qr_python_tests(prefix file.py [LABELS l...] [ENVIRONMENT a=b...]): the tests are named
# prefix.file.Class.test. A method that skips makes its ctest skip.
function(qr_python_tests prefix file)
    cmake_parse_arguments(ARG "" "" "LABELS;ENVIRONMENT" ${ARGN})
    get_filename_component(folder ${file} DIRECTORY)
    get_filename_component(module ${file} NAME_WE)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(STRINGS ${file} lines REGEX "^(class |    def test_)")
    foreach(line IN LISTS lines)
        if(line MATCHES "^class ([A-Za-z0-9_]+)")
            set(class ${CMAKE_MATCH_1})
        elseif(line MATCHES "^    def (test_[A-Za-z0-9_]+)")
            set(name ${prefix}.${module}.${class}.${CMAKE_MATCH_1})
            add_test(NAME ${name}
                COMMAND ${QR_PYTHON} -B -m unittest -v ${module}.${class}.${CMAKE_MATCH_1}
                WORKING_DIRECTORY ${folder})
            set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 300
                ENVIRONMENT "QR_SOURCE_DIR=${CMAKE_SOURCE_DIR};${ARG_ENVIRONMENT}"
                SKIP_REGULAR_EXPRESSION "skipped=[0-9]+")
        endif()
    endforeach()
endfunction()
