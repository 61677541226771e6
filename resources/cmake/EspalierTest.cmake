# espalier_add_test(<path under tests, ending .cpp> [LABELS l...] [LIBRARIES l...] [TORCH] [GUI])
# One test program per file. TORCH: the test itself includes libtorch headers. GUI: it is a Qt Test class
# with its own main, derived from tests/widgets/support/WidgetTest.h.
function(espalier_add_test path)
  cmake_parse_arguments(ARG "TORCH;GUI" "" "LABELS;LIBRARIES" ${ARGN})
  get_filename_component(name ${path} NAME_WE)
  add_executable(${name} ${path})
  target_link_libraries(${name} PRIVATE espalier_flags
    $<IF:$<BOOL:${ARG_GUI}>,espalier_gui_test_support,espalier_test_support>
    espalier_records ${ARG_LIBRARIES})
  if(ARG_GUI)
    set_target_properties(${name} PROPERTIES AUTOMOC ON)
    target_precompile_headers(${name} REUSE_FROM qt_pch)
  elseif(ARG_TORCH)
    target_link_libraries(${name} PRIVATE espalier_sdk espalier_test_options)
    target_compile_options(${name} PRIVATE -fPIC)
    set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_precompile_headers(${name} REUSE_FROM torch_test_pch)
  else()
    target_link_libraries(${name} PRIVATE espalier_test_options)
    target_precompile_headers(${name} REUSE_FROM test_pch)
  endif()
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests" EXCLUDE_FROM_ALL OFF)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES
    LABELS "${ARG_LABELS}" TIMEOUT 600
    ENVIRONMENT "OMP_WAIT_POLICY=passive;QT_QPA_PLATFORM=offscreen;ESPALIER_TEST_BINARY_DIR=${CMAKE_BINARY_DIR}")
  if(ARG_TORCH)
    set_tests_properties(${name} PROPERTIES PROCESSORS 2)
  endif()
endfunction()
