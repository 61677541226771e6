# Those that run methods load the libraries of the build and start its espalier-run.
espalier_add_test(core/jobs/tst_WaitingRuns.cpp LABELS jobs LIBRARIES espalier_engine)
espalier_add_test(core/jobs/tst_RunLinks.cpp LABELS jobs LIBRARIES espalier_engine)
espalier_add_test(core/jobs/tst_JournalMonitor.cpp LABELS jobs LIBRARIES espalier_engine TORCH)
espalier_add_test(core/jobs/tst_SourceLicence.cpp LABELS jobs LIBRARIES espalier_engine)
foreach(test JobQueue QueueRecovery Runners Leftovers FullDisk)
  espalier_add_test(core/jobs/tst_${test}.cpp LABELS jobs LIBRARIES espalier_engine)
  add_dependencies(tst_${test} espalier-run method-prune-magnitude method-prune-wanda
    method-prune-sparsegpt method-distill-logits)
endforeach()
target_sources(tst_JournalMonitor PRIVATE ${CMAKE_SOURCE_DIR}/core/jobs/JournalMonitor.cpp) # not exported
espalier_add_test(core/jobs/tst_InputCheck.cpp LABELS jobs LIBRARIES espalier_engine)
