espalier_add_test(core/model/tst_ModelConfig.cpp LABELS engine LIBRARIES espalier_engine TORCH)
espalier_add_test(core/model/tst_Linear.cpp LABELS engine LIBRARIES espalier_engine TORCH)
espalier_add_test(core/model/tst_CausalLM.cpp LABELS engine LIBRARIES espalier_engine TORCH)
espalier_add_test(core/model/tst_Llama.cpp LABELS engine LIBRARIES espalier_engine TORCH)
