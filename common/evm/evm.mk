# The interpreter's loop: keep each handler's own jump to the next one, and move
# 256-bit numbers limb by limb, since whoever reads them next does so too (a wide
# load waits for narrow stores).
INTERPRETER_CFLAGS := -fno-tree-vectorize -fno-tree-slp-vectorize
CFLAGS_common_evm_interpreter := $(INTERPRETER_CFLAGS)
ifneq ($(filter x86_64%,$(shell $(CC) -dumpmachine 2>/dev/null)),)
CFLAGS_common_evm_native_interpreter_v3 := $(INTERPRETER_CFLAGS) -march=x86-64-v3
endif
