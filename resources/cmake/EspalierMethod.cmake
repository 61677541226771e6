# espalier_add_method(<id> <files>...): one folder under plugins = one method = one loadable library.
# The library sees core through espalier_sdk and nothing else.
function(espalier_add_method id)
  set(target "method-${id}")
  add_library(${target} MODULE ${ARGN})
  target_link_libraries(${target} PRIVATE espalier_sdk espalier_flags)
  target_precompile_headers(${target} REUSE_FROM torch_pch)
  target_link_options(${target} PRIVATE -Wl,--no-undefined)
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME "${id}"
    LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib/espalier/methods"
    INSTALL_RPATH "$ORIGIN/..")
  install(TARGETS ${target} LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}/espalier/methods")
  set_property(GLOBAL APPEND PROPERTY ESPALIER_METHODS ${target})
endfunction()
