# The fuzz targets of common/rollup/.  (Read before fuzz.mk, which asks for these.)
FUZZ_FROM_inflate := rollup
FUZZ_FROM_payload := rollup
FUZZ_FROM_message := rollup
$(BUILD)/fuzz/inflate $(BUILD)/fuzz-replay/inflate: LDLIBS += -lz
