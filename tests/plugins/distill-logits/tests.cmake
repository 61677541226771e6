foreach(test tst_DistillLogits tst_DistillLoss)
  espalier_add_test(plugins/distill-logits/${test}.cpp
    LABELS plugins train LIBRARIES espalier_engine TORCH)
  add_dependencies(${test} method-distill-logits)
endforeach()
