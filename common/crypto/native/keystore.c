/* keystore: the ways to a key; what a version 3 file holds is read in
 * keystore_v3.c. */
#include "crypto/native/keystore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/native/log.h"

/* Far more than any key, password or keystore needs. */
#define FILE_MAX 16384

static bool fail(char error[KEYSTORE_ERROR_SIZE], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool fail(char error[KEYSTORE_ERROR_SIZE], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error, KEYSTORE_ERROR_SIZE, format, arguments);
	va_end(arguments);
	return false;
}

static void warn_if_shared(int fd, const char *path)
{
	struct stat status;

	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
	    (status.st_mode & (S_IRGRP | S_IROTH)))
		log_warn("keystore", "%s can be read by other users: chmod 600 it", path);
}

/* All of `fd` into `data`.  The length, or -1 with errno. */
static ssize_t read_all(int fd, uint8_t data[FILE_MAX])
{
	size_t len = 0;
	ssize_t got;

	while ((got = read(fd, data + len, FILE_MAX - len)) > 0)
		len += (size_t)got;
	if (got == 0 && len == FILE_MAX) {
		errno = EFBIG;
		return -1;
	}
	return got < 0 ? -1 : (ssize_t)len;
}

/* A small secret file; without stdio, whose buffers would keep a copy.  The
 * caller wipes `data`. */
static bool file_read(struct bytes *content, uint8_t data[FILE_MAX],
		      char error[KEYSTORE_ERROR_SIZE], const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return fail(error, "%s: %s", path, strerror(errno));
	warn_if_shared(fd, path);
	len = read_all(fd, data);
	if (len < 0)
		fail(error, "%s: %s", path, strerror(errno));
	close(fd);
	if (len >= 0)
		*content = bytes_of(data, (size_t)len);
	return len >= 0;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Digits that a person wrote, perhaps with white space around them. */
static bool key_from_hex(struct signer_key *key, char error[KEYSTORE_ERROR_SIZE], const char *name,
			 struct bytes text)
{
	struct signer_key read;
	struct address address;
	bool valid;

	while (text.len > 0 && is_space(text.data[text.len - 1]))
		text.len--;
	while (text.len > 0 && is_space(text.data[0]))
		text = bytes_of(text.data + 1, text.len - 1);
	if (text.len >= 2 && text.data[0] == '0' && (text.data[1] | 32) == 'x')
		text = bytes_of(text.data + 2, text.len - 2);
	if (text.len > 0 && text.data[0] == '{')
		return fail(error,
			    "%s: looks like a keystore: name a file with its password, too "
			    "(--password-file)",
			    name);
	if (text.len != 64)
		return fail(error, "%s: a private key has 64 hex digits, this has %zu characters",
			    name, text.len);
	valid = hex_decode(read.b, (const char *)text.data, text.len);
	if (!valid)
		fail(error, "%s: a private key has hex digits only", name);
	else if (!(valid = signer_address(&address, &read)))
		fail(error, "%s: the number is not in the range of private keys", name);
	if (valid)
		*key = read;
	signer_wipe(&read);
	return valid;
}

static bool load_hex_file(struct signer_key *key, char error[KEYSTORE_ERROR_SIZE], const char *path)
{
	uint8_t data[FILE_MAX];
	struct bytes content;
	bool loaded =
	    file_read(&content, data, error, path) && key_from_hex(key, error, path, content);

	explicit_bzero(data, sizeof(data));
	return loaded;
}

static bool load_environment(struct signer_key *key, char error[KEYSTORE_ERROR_SIZE],
			     const char *name)
{
	const char *text = getenv(name);

	if (!text)
		return fail(error, "%s: no such environment variable", name);
	return key_from_hex(key, error, name, bytes_of(text, strlen(text)));
}

static struct bytes without_line_end(struct bytes text)
{
	if (text.len > 0 && text.data[text.len - 1] == '\n')
		text.len--;
	if (text.len > 0 && text.data[text.len - 1] == '\r')
		text.len--;
	return text;
}

static bool load_keystore(struct signer_key *key, char error[KEYSTORE_ERROR_SIZE], const char *path,
			  const char *password_path)
{
	uint8_t data[FILE_MAX], password_data[FILE_MAX];
	struct bytes json, password;
	bool loaded;

	if (!password_path)
		return fail(error, "%s: a keystore needs a password file, and none is named", path);
	loaded = file_read(&json, data, error, path) &&
		 file_read(&password, password_data, error, password_path) &&
		 keystore_decrypt(key, error, path, json, without_line_end(password));
	explicit_bzero(password_data, sizeof(password_data));
	return loaded;
}

bool keystore_load(struct signer_key *key, char error[KEYSTORE_ERROR_SIZE],
		   const struct keystore_source *source)
{
	int count = !!source->hex_file + !!source->environment + !!source->keystore_file;

	if (count == 0)
		return fail(error, "no private key: name a key file, a variable or a keystore");
	if (count > 1)
		return fail(error, "more than one source of the private key is named");
	if (source->hex_file)
		return load_hex_file(key, error, source->hex_file);
	if (source->environment)
		return load_environment(key, error, source->environment);
	return load_keystore(key, error, source->keystore_file, source->password_file);
}

struct keystore_source keystore_source_of(const char *key_file, const char *password_file,
					  const char *environment)
{
	struct keystore_source source = { 0 };

	if (password_file) {
		source.keystore_file = key_file;
		source.password_file = password_file;
	} else if (key_file) {
		source.hex_file = key_file;
	} else {
		source.environment = environment;
	}
	return source;
}
