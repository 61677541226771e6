# libtorch without its own CMake files (those drag in mkl and protobuf targets).
#
# Looks, in this order, in ESPALIER_LIBTORCH, in the environment variable LIBTORCH, and in
# build/libtorch where `./run` and `./check` unpack it. Each may be an unpacked official archive, an
# installed `torch` package, or a folder that holds `torch/`.
# Defines the imported targets LibTorch::c10 and LibTorch::torch_cpu, and LibTorch_VERSION.
# libtorch_cuda is never linked: it is opened at run time when a CUDA device is asked for.

set(ESPALIER_LIBTORCH "" CACHE PATH "Folder of libtorch 2.9 or later")

set(_candidates "${ESPALIER_LIBTORCH}" "$ENV{LIBTORCH}" "${CMAKE_SOURCE_DIR}/build/libtorch")
set(LibTorch_ROOT_DIR "")
foreach(_candidate IN LISTS _candidates)
  if(_candidate)
    foreach(_folder "${_candidate}" "${_candidate}/torch" "${_candidate}/libtorch")
      if(EXISTS "${_folder}/lib/libtorch_cpu.so" AND EXISTS "${_folder}/include/ATen/ATen.h" AND NOT LibTorch_ROOT_DIR)
        set(LibTorch_ROOT_DIR "${_folder}")
      endif()
    endforeach()
    if(NOT LibTorch_ROOT_DIR AND NOT _candidate STREQUAL "${CMAKE_SOURCE_DIR}/build/libtorch")
      message(FATAL_ERROR "No libtorch in ${_candidate}: lib/libtorch_cpu.so or include/ATen/ATen.h is missing there.")
    endif()
  endif()
  if(LibTorch_ROOT_DIR)
    break()
  endif()
endforeach()

set(LibTorch_VERSION "")
if(LibTorch_ROOT_DIR)
  foreach(_header headeronly/version.h csrc/api/include/torch/version.h)
    if(EXISTS "${LibTorch_ROOT_DIR}/include/torch/${_header}" AND NOT LibTorch_VERSION)
      file(STRINGS "${LibTorch_ROOT_DIR}/include/torch/${_header}" _lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
      string(REGEX REPLACE ".*MAJOR ([0-9]+).*MINOR ([0-9]+).*PATCH ([0-9]+).*" "\\1.\\2.\\3" LibTorch_VERSION "${_lines}")
    endif()
  endforeach()
  if(LibTorch_VERSION VERSION_LESS 2.9)
    message(FATAL_ERROR "libtorch ${LibTorch_VERSION} in ${LibTorch_ROOT_DIR} is too old: 2.9 or later is needed.")
  endif()
  if(EXISTS "${LibTorch_ROOT_DIR}/lib/libtorch_cuda.so")
    set(LibTorch_CUDA "with CUDA")
  else()
    set(LibTorch_CUDA "without CUDA")
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_ROOT_DIR VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "Run ./run or ./check, which fetch it, or pass -DESPALIER_LIBTORCH=DIR.")

if(LibTorch_FOUND AND NOT TARGET LibTorch::torch_cpu)
  message(STATUS "libtorch ${LibTorch_VERSION}, ${LibTorch_CUDA}: ${LibTorch_ROOT_DIR}")
  foreach(_library c10 torch_cpu)
    add_library(LibTorch::${_library} SHARED IMPORTED)
    set_target_properties(LibTorch::${_library} PROPERTIES
      IMPORTED_LOCATION "${LibTorch_ROOT_DIR}/lib/lib${_library}.so"
      IMPORTED_SONAME "lib${_library}.so"
      INTERFACE_INCLUDE_DIRECTORIES
        "${LibTorch_ROOT_DIR}/include;${LibTorch_ROOT_DIR}/include/torch/csrc/api/include")
  endforeach()
  # Without -fopenmp at::parallel_for in our own files is serial.
  set_property(TARGET LibTorch::torch_cpu PROPERTY INTERFACE_COMPILE_OPTIONS -fopenmp)
  # It asks for libgomp.so.1, and libtorch's own, loaded first under that name, answers.
  set_property(TARGET LibTorch::torch_cpu PROPERTY INTERFACE_LINK_OPTIONS -fopenmp)
  set_property(TARGET LibTorch::torch_cpu PROPERTY INTERFACE_LINK_LIBRARIES LibTorch::c10)
endif()
