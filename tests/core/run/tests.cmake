espalier_add_test(core/run/tst_Journal.cpp LABELS records)
espalier_add_test(core/run/tst_RunSpec.cpp LABELS records)
espalier_add_test(core/run/tst_Recipe.cpp LABELS records)
espalier_add_test(core/run/tst_ModelList.cpp LABELS records)
