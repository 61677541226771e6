espalier_add_test(core/kernels/tst_Gemm.cpp LABELS engine LIBRARIES espalier_engine TORCH)
