# The emulator of the fault-proof machine: an archive above crypto.
VM_LIB := $(BUILD)/lib/vm.a
VM_SOURCES := $(wildcard prover/vm/*.c)

$(VM_LIB): $(call objects,$(VM_SOURCES))
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

# Keep each handler's own jump to the next one (gcc's passes; clang does not ask).
ifeq ($(findstring clang,$(CC)),)
CFLAGS_prover_vm_run := -fno-gcse -fno-crossjumping
endif
