espalier_add_test(core/generate/tst_Generator.cpp LABELS engine LIBRARIES espalier_engine TORCH)
