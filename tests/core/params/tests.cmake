espalier_add_test(core/params/tst_Params.cpp LABELS records)
espalier_add_test(core/params/tst_ParamText.cpp LABELS records)
