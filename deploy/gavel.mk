# The command line program `gavel`: sources in deploy/gavel/.  zlib and brotli
# are there to be compared with (`gavel batch size`).
$(BUILD)/gavel: LDLIBS += -lz -lbrotlienc
