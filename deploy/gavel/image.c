/* gavel image: the proof program that this build has in it. */
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "deploy/gavel/command.h"
#include "prover/host/image.h"

static int write_elf(const char *path)
{
	struct bytes file = image_file();
	FILE *out = fopen(path, "wb");
	bool good = out && fwrite(file.data, file.len, 1, out) == 1;

	if (out)
		good = fclose(out) == 0 && good;
	if (!good)
		perror(path);
	return good ? 0 : 1;
}

static int run_image(int argc, char **argv)
{
	struct hash32 hash;
	char text[65];

	if (argc == 3 && strcmp(argv[1], "--write") == 0)
		return write_elf(argv[2]);
	if (argc != 1)
		return COMMAND_BAD_USAGE;
	hash = image_hash();
	hex_encode(text, bytes_of_hash(&hash));
	printf("0x%s\n", text);
	return 0;
}

const struct command command_image = {
	"image",
	"[--write FILE]",
	"print the proof program's hash (the machine's state before its first step), or\n"
	"      write its ELF file",
	run_image,
};
