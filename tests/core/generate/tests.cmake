espalier_add_test(core/generate/tst_Generator.cpp LABELS engine LIBRARIES espalier_engine TORCH)
espalier_add_test(core/generate/tst_DecodeLoop.cpp LABELS engine LIBRARIES espalier_engine TORCH)
target_compile_definitions(tst_DecodeLoop PRIVATE ESPALIER_FAMILIES="${CMAKE_SOURCE_DIR}/tests/data/families")
