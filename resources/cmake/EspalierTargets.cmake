# Interface targets that carry what every target of a kind is compiled with.

# Warnings and sanitizers: everything of ours.
add_library(espalier_flags INTERFACE)
target_compile_features(espalier_flags INTERFACE cxx_std_20)
target_compile_options(espalier_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  # GCC 12 reports impossible string overlaps and bounds when it inlines operator+ (GCC bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict;-Wno-array-bounds;-Wno-stringop-overflow>
  -fvisibility=hidden -fvisibility-inlines-hidden
  $<$<BOOL:${ESPALIER_CCACHE}>:-fpch-preprocess>
  $<$<BOOL:${ESPALIER_WARNINGS_AS_ERRORS}>:-Werror>)
if(ESPALIER_SANITIZE) # not a generator expression: a comma in the list would end it
  target_compile_options(espalier_flags INTERFACE "-fsanitize=${ESPALIER_SANITIZE}" -fno-omit-frame-pointer)
  target_link_options(espalier_flags INTERFACE "-fsanitize=${ESPALIER_SANITIZE}")
endif()
# A third of the linker's time where gold is there: it links the tests 150 times.
include(CheckLinkerFlag)
check_linker_flag(CXX -fuse-ld=gold ESPALIER_HAS_GOLD)
if(ESPALIER_HAS_GOLD AND NOT ESPALIER_SANITIZE)
  target_link_options(espalier_flags INTERFACE -fuse-ld=gold)
endif()
# Programs find the private libraries from bin, once installed; libraries and methods set their own path.
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}/espalier")
