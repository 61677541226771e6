espalier_add_test(core/train/tst_Losses.cpp LABELS train LIBRARIES espalier_engine TORCH)
espalier_add_test(core/train/tst_ChunkedHeadLoss.cpp LABELS train LIBRARIES espalier_engine TORCH)
