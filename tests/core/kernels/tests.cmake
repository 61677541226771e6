espalier_add_test(core/kernels/tst_Gemm.cpp LABELS engine LIBRARIES espalier_engine TORCH)
espalier_add_test(core/kernels/tst_PackedGemm.cpp LABELS engine LIBRARIES espalier_engine)
espalier_add_test(core/kernels/tst_Team.cpp LABELS engine LIBRARIES espalier_engine)
