espalier_add_test(architecture/tst_Layering.cpp LABELS architecture)
target_compile_definitions(tst_Layering PRIVATE SOURCE_ROOT="${CMAKE_SOURCE_DIR}")
espalier_add_test(architecture/tst_PluginFolders.cpp LABELS architecture)
target_compile_definitions(tst_PluginFolders PRIVATE SOURCE_ROOT="${CMAKE_SOURCE_DIR}")
