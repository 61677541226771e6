# cmake -DBUILD=DIR -DPREFIX=DIR -P Install.cmake: installs what was built into an empty prefix.
file(REMOVE_RECURSE "${PREFIX}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${PREFIX}"
  OUTPUT_QUIET ERROR_VARIABLE reason RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "cmake --install failed: ${reason}")
endif()
