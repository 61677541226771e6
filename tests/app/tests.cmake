if(ESPALIER_BUILD_GUI)
  foreach(test IN ITEMS bridge/tst_RunFeed pages/tst_MethodPage pages/tst_ComparePage tst_RunFlow)
    espalier_add_test(app/${test}.cpp LABELS app GUI LIBRARIES espalier_app)
  endforeach()
  # The product in one test: needs the programs and methods beside it.
  add_dependencies(tst_RunFlow espalier-run prune-wanda prune-magnitude prune-sparsegpt distill-logits)
  add_dependencies(tst_MethodPage espalier-run prune-wanda prune-magnitude prune-sparsegpt distill-logits)
endif()
