espalier_add_test(core/data/tst_TextCorpus.cpp LIBRARIES espalier_engine TORCH)
espalier_add_test(core/data/tst_CalibrationSet.cpp LIBRARIES espalier_engine TORCH)
target_compile_definitions(tst_CalibrationSet PRIVATE ESPALIER_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
espalier_add_test(core/data/tst_TrainingWindows.cpp LIBRARIES espalier_engine TORCH)
