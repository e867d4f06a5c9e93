# Unit tests of the fault-proof machine: above crypto, beside the other modules.
VM_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/vm/*_test.c))
$(VM_TESTS): $(BUILD)/tests/unit/vm/%_test: $(BUILD)/tests/unit/vm/%_test.o $(VM_LIB) $(call libs_from,crypto)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcmocka $(LDLIBS)
