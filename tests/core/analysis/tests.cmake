espalier_add_test(core/analysis/tst_ParetoFront.cpp LABELS records)
espalier_add_test(core/analysis/tst_SeriesSummary.cpp LABELS records)
espalier_add_test(core/analysis/tst_Smoothing.cpp LABELS records)
