espalier_add_test(core/report/tst_SvgChart.cpp LABELS records)
