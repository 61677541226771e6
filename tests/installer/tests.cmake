# Both tests use one installed tree, made before them and removed after them: libtorch alone is 434 MB. Sanitized
# libraries need a sanitized host, so plugins of the SDK are not for them.
if(NOT ESPALIER_SANITIZE)
  set(prefix "${CMAKE_BINARY_DIR}/tests/installed")
  add_test(NAME install COMMAND ${CMAKE_COMMAND} "-DBUILD=${CMAKE_BINARY_DIR}" "-DPREFIX=${prefix}"
    -P "${CMAKE_CURRENT_LIST_DIR}/Install.cmake")
  add_test(NAME uninstall COMMAND ${CMAKE_COMMAND} -E rm -rf "${prefix}")
  set_tests_properties(install PROPERTIES LABELS slow FIXTURES_SETUP installed)
  set_tests_properties(uninstall PROPERTIES LABELS slow FIXTURES_CLEANUP installed)

  get_property(methods GLOBAL PROPERTY ESPALIER_METHODS)
  set(programs espalier-run espalier-bench)
  if(TARGET espalier)
    list(APPEND programs espalier)
  endif()
  foreach(test InstallTree SdkTemplate)
    espalier_add_test(installer/tst_${test}.cpp LABELS slow)
    add_dependencies(tst_${test} ${programs} ${methods})
    set_tests_properties(tst_${test} PROPERTIES FIXTURES_REQUIRED installed PROCESSORS 2)
    target_compile_definitions(tst_${test} PRIVATE
      INSTALLED_PREFIX="${prefix}" BUILD_FOLDER="${CMAKE_BINARY_DIR}" LIBTORCH_FOLDER="${LibTorch_ROOT_DIR}"
      LIBRARY_FOLDER="${CMAKE_INSTALL_LIBDIR}" CMAKE_PROGRAM="${CMAKE_COMMAND}" COMPILER="${CMAKE_CXX_COMPILER}")
  endforeach()
endif()
