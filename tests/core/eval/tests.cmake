espalier_add_test(core/eval/tst_Perplexity.cpp LABELS engine LIBRARIES espalier_engine TORCH)
espalier_add_test(core/eval/tst_Divergence.cpp LABELS engine LIBRARIES espalier_engine TORCH)
espalier_add_test(core/eval/tst_Footprint.cpp LABELS engine LIBRARIES espalier_engine TORCH)
espalier_add_test(core/eval/tst_Memory.cpp LABELS engine LIBRARIES espalier_engine TORCH)
