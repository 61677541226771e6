if(ESPALIER_BUILD_GUI)
  get_property(methods GLOBAL PROPERTY ESPALIER_METHODS)
  foreach(test IN ITEMS bridge/tst_RunFeed pages/tst_MethodPage pages/tst_ComparePage pages/tst_LiveRunView tst_RunControls
                       tst_RunFlow)
    espalier_add_test(app/${test}.cpp LABELS app GUI LIBRARIES espalier_app)
    get_filename_component(name ${test} NAME)
    # Runs are started for real: the worker program and the methods must be beside the test.
    add_dependencies(${name} espalier-run ${methods})
  endforeach()
endif()
