espalier_add_test(plugins/train-language-model/tst_TrainLanguageModel.cpp
  LABELS plugins train LIBRARIES espalier_engine TORCH)
add_dependencies(tst_TrainLanguageModel method-train-language-model)
