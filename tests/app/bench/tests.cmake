espalier_add_test(app/bench/tst_Bench.cpp LABELS app)
add_dependencies(tst_Bench espalier-bench espalier-run method-prune-wanda method-prune-sparsegpt)
set_tests_properties(tst_Bench PROPERTIES PROCESSORS 2)
