espalier_add_test(core/base/tst_FolderPath.cpp LABELS records)
espalier_add_test(core/base/tst_Json.cpp LABELS records)
espalier_add_test(core/base/tst_Path.cpp LABELS records)
espalier_add_test(core/base/tst_Random.cpp LABELS records)
