espalier_add_test(core/export/tst_ModelExport.cpp LABELS engine LIBRARIES espalier_engine TORCH)
espalier_add_test(core/export/tst_ModelCard.cpp LABELS engine LIBRARIES espalier_engine)
espalier_add_test(core/export/tst_GgufExport.cpp LABELS engine LIBRARIES espalier_engine TORCH)
