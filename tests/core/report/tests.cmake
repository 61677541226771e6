espalier_add_test(core/report/tst_ReportBuilder.cpp LABELS records)
espalier_add_test(core/report/tst_ReportWriters.cpp LABELS records)
espalier_add_test(core/report/tst_SvgChart.cpp LABELS records)
espalier_add_test(core/report/tst_RunNames.cpp LABELS records)
