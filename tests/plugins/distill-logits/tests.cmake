espalier_add_test(plugins/distill-logits/tst_DistillLogits.cpp
  LABELS plugins train LIBRARIES espalier_engine TORCH)
add_dependencies(tst_DistillLogits method-distill-logits)
