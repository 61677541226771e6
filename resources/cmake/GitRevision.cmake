# cmake -DSOURCE=DIR -DHEADER=FILE -P GitRevision.cmake: writes the commit of DIR into FILE, and leaves the
# file alone when it says so already.
cmake_minimum_required(VERSION 3.25)
set(revision "unknown")
find_program(git git)
if(git)
  execute_process(
    COMMAND "${git}" -C "${SOURCE}" describe --always --abbrev=12 --dirty --exclude=*
    OUTPUT_VARIABLE told OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  # Sources unpacked inside somebody else's repository are not that repository's.
  execute_process(
    COMMAND "${git}" -C "${SOURCE}" rev-parse --show-prefix
    OUTPUT_VARIABLE prefix OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT failed AND "${prefix}" STREQUAL "" AND NOT "${told}" STREQUAL "")
    set(revision "${told}")
  endif()
endif()
file(CONFIGURE OUTPUT "${HEADER}" CONTENT "#define ESPALIER_GIT_REVISION \"@revision@\"\n" @ONLY)
