# These load method libraries from the build, so the libraries must be there.
foreach(test FixtureF1 Magnitude Wanda SparseGpt OneShot)
  espalier_add_test(plugins/tst_${test}.cpp LABELS methods LIBRARIES espalier_test_methods TORCH)
  add_dependencies(tst_${test} method-prune-magnitude method-prune-wanda method-prune-sparsegpt)
endforeach()
target_sources(tst_Magnitude PRIVATE ${CMAKE_SOURCE_DIR}/plugins/prune-magnitude/GlobalQuota.cpp)
