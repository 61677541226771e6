espalier_add_test(core/checkpoint/tst_Checkpoint.cpp LABELS engine LIBRARIES espalier_engine TORCH)
espalier_add_test(core/checkpoint/tst_Llama2cImport.cpp LABELS engine LIBRARIES espalier_engine TORCH)
espalier_add_test(core/checkpoint/tst_GgufFile.cpp LABELS engine LIBRARIES espalier_engine)
espalier_add_test(core/checkpoint/tst_GgufBlocks.cpp LABELS engine LIBRARIES espalier_engine)
