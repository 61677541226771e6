if(ESPALIER_BUILD_GUI)
  find_package(Qt6 6.4 REQUIRED COMPONENTS Test)
  # Base class of the window's tests, for tests/app too.
  add_library(espalier_gui_test_support STATIC
    widgets/support/WidgetTest.cpp widgets/support/WidgetTest.h)
  set_target_properties(espalier_gui_test_support PROPERTIES AUTOMOC ON)
  target_link_libraries(espalier_gui_test_support PUBLIC espalier_widgets Qt6::Test PRIVATE espalier_flags)

  foreach(test IN ITEMS
      plots/tst_PlotTheme plots/tst_MetricPlot plots/tst_ParetoPlot plots/tst_LayerHeatmap plots/tst_SparsityBars
      form/tst_NumberEdit form/tst_ParamForm form/tst_MethodGallery form/tst_HonestyPanel
      tables/tst_RunTableModel tables/tst_ParamDiffTable
      views/tst_LogView views/tst_ProgressRow views/tst_Bands)
    espalier_add_test(widgets/${test}.cpp LABELS widgets GUI)
  endforeach()
endif()
