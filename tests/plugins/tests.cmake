# These load method libraries from the build, so the libraries must be there.
foreach(test tst_FixtureF1 tst_OneShot prune-magnitude/tst_Magnitude prune-wanda/tst_Wanda prune-sparsegpt/tst_SparseGpt
    prune-sparsegpt/tst_SparseGptByHand)
  espalier_add_test(plugins/${test}.cpp LABELS methods LIBRARIES espalier_test_methods TORCH)
  get_filename_component(name ${test} NAME)
  add_dependencies(${name} method-prune-magnitude method-prune-wanda method-prune-sparsegpt)
endforeach()
target_sources(tst_Magnitude PRIVATE ${CMAKE_SOURCE_DIR}/plugins/prune-magnitude/GlobalQuota.cpp)
