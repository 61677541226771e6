espalier_add_test(core/compress/tst_PruneTarget.cpp LABELS methods LIBRARIES espalier_engine)
espalier_add_test(core/compress/tst_Masks.cpp LABELS methods LIBRARIES espalier_test_methods TORCH)
espalier_add_test(core/compress/tst_Hessian.cpp LABELS methods LIBRARIES espalier_test_methods TORCH)
espalier_add_test(core/compress/tst_OutputError.cpp LABELS methods LIBRARIES espalier_test_methods TORCH)
