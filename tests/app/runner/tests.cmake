# They run espalier-run of the build, with its methods.
foreach(test CommandLine Evaluate JsonOutput RunVerbs StopResume BadInput BadPlace Parity)
  espalier_add_test(app/runner/tst_${test}.cpp LABELS runner LIBRARIES espalier_engine)
endforeach()
espalier_add_test(app/runner/tst_KillResume.cpp LABELS runner slow LIBRARIES espalier_engine)
foreach(test CommandLine Evaluate JsonOutput RunVerbs StopResume BadInput BadPlace Parity
    KillResume)
  add_dependencies(tst_${test} espalier-run method-prune-magnitude method-prune-wanda
    method-prune-sparsegpt method-distill-logits)
endforeach()
