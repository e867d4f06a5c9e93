/* The ways to a private key: the Web3 Secret Storage Definition's vectors,
 * and every way in which a source can be wrong. */
#include "base/hex.h"
#include "crypto/native/keystore.h"
#include "crypto/native/scrypt.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define KEY      "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"
#define PASSWORD "testpassword"

/* Web3 Secret Storage Definition, test vectors. */
#define PBKDF2_CRYPTO                                                                              \
	"\"crypto\":{\"cipher\":\"aes-128-ctr\","                                                  \
	"\"cipherparams\":{\"iv\":\"6087dab2f9fdbbfaddc31a909735c1e6\"},"                          \
	"\"ciphertext\":\"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46\","     \
	"\"kdf\":\"pbkdf2\",\"kdfparams\":{\"c\":262144,\"dklen\":32,\"prf\":\"hmac-sha256\","     \
	"\"salt\":\"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd\"},"          \
	"\"mac\":\"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2\"}"
#define PBKDF2 "{" PBKDF2_CRYPTO ",\"id\":\"3198bc9c-6672-5ab3-d995-4942343ae5b6\",\"version\":3}"
#define SCRYPT                                                                                     \
	"{\"crypto\":{\"cipher\":\"aes-128-ctr\","                                                 \
	"\"cipherparams\":{\"iv\":\"83dbcc02d8ccb40e466191a123791e0e\"},"                          \
	"\"ciphertext\":\"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c\","     \
	"\"kdf\":\"scrypt\",\"kdfparams\":{\"dklen\":32,\"n\":262144,\"r\":1,\"p\":8,"             \
	"\"salt\":\"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19\"},"          \
	"\"mac\":\"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097\"},"           \
	"\"id\":\"3198bc9c-6672-5ab3-d995-4942343ae5b6\",\"version\":3}"

static struct bytes text_bytes(const char *text)
{
	return bytes_of(text, strlen(text));
}

/* What nobody may find in a message. */
static void assert_tells_no_secret(const char *text)
{
	assert_null(strstr(text, KEY));
	assert_null(strstr(text, PASSWORD));
}

static void assert_is_key(const struct signer_key *key)
{
	char text[65];

	assert_string_equal(hex_encode(text, bytes_of(key->b, sizeof(key->b))), KEY);
}

/* A file of the test's own, 0600. */
struct file {
	char path[32];
};

static struct file file_make(const char *content, size_t len)
{
	struct file file = { "/tmp/gavel-keystore-XXXXXX" };
	int fd = mkstemp(file.path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, len), len);
	close(fd);
	return file;
}

static void assert_loads(const struct keystore_source *source)
{
	char error[KEYSTORE_ERROR_SIZE] = "";
	struct signer_key key = { { 0 } };

	if (!keystore_load(&key, error, source))
		fail_msg("%s", error);
	assert_is_key(&key);
}

/* Fails, says `problem` and `name`, and leaves the key alone. */
static void assert_load_fails(const struct keystore_source *source, const char *name,
			      const char *problem)
{
	char error[KEYSTORE_ERROR_SIZE] = "";
	struct signer_key key = { { 9 } }, before = key;

	assert_false(keystore_load(&key, error, source));
	assert_memory_equal(&key, &before, sizeof(key));
	assert_tells_no_secret(error);
	if (!strstr(error, name) || !strstr(error, problem))
		fail_msg("\"%s\" does not say \"%s\" of %s", error, problem, name);
}

/* RFC 7914, section 12. */
static void scrypt_is_that_of_the_rfc(void **state)
{
	uint8_t derived[64];
	char text[129];

	(void)state;
	assert_true(scrypt_derive(derived, 64, text_bytes(""), text_bytes(""), 16, 1, 1));
	assert_string_equal(hex_encode(text, bytes_of(derived, 64)),
			    "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd006"
			    "9ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
	assert_true(
	    scrypt_derive(derived, 64, text_bytes("password"), text_bytes("NaCl"), 1024, 8, 16));
	assert_string_equal(hex_encode(text, bytes_of(derived, 64)),
			    "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30"
			    "d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
}

static void the_definition_s_vectors_open(void **state)
{
	static const char *const vectors[] = { PBKDF2, SCRYPT };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char error[KEYSTORE_ERROR_SIZE] = "";
		struct signer_key key;

		if (!keystore_decrypt(&key, error, "vector", text_bytes(vectors[i]),
				      text_bytes(PASSWORD)))
			fail_msg("%s", error);
		assert_is_key(&key);
	}
}

static void the_address_in_a_keystore_must_be_its_key_s(void **state)
{
	const char *right = "{" PBKDF2_CRYPTO ",\"version\":3,"
			    "\"address\":\"008aeeda4d805471df9b2a5b0f38a0c3bcba786b\"}";
	const char *other = "{" PBKDF2_CRYPTO ",\"version\":3,"
			    "\"address\":\"008aeeda4d805471df9b2a5b0f38a0c3bcba786c\"}";
	char error[KEYSTORE_ERROR_SIZE] = "";
	struct signer_key key;

	(void)state;
	assert_true(keystore_decrypt(&key, error, "file", text_bytes(right), text_bytes(PASSWORD)));
	assert_false(
	    keystore_decrypt(&key, error, "file", text_bytes(other), text_bytes(PASSWORD)));
	assert_string_equal(error, "file: the address in it is not that of its key");
}

static void a_wrong_password_is_called_that(void **state)
{
	char error[KEYSTORE_ERROR_SIZE] = "";
	struct signer_key key;

	(void)state;
	assert_false(
	    keystore_decrypt(&key, error, "file", text_bytes(PBKDF2), text_bytes("Testpassword")));
	assert_string_equal(error, "file: the password is wrong");
	assert_false(keystore_decrypt(&key, error, "file", text_bytes(PBKDF2), bytes_of(NULL, 0)));
	assert_string_equal(error, "file: the password is wrong");
}

/* One replacement in the scrypt vector, and the problem that it makes. */
static void damage_is_named(void **state)
{
	static const char *const damages[][3] = {
		{ "{\"crypto\"", "[\"crypto\"", "not JSON" },
		{ "\"version\":3", "\"version\":1", "version 3" },
		{ "\"version\":3", "\"version\":\"3\"", "version 3" },
		{ "\"crypto\"", "\"krypto\"", "cipher" },
		{ "aes-128-ctr", "aes-128-cbc", "cipher is not" },
		{ "\"iv\":\"83", "\"iv\":\"", "iv" },
		{ "\"iv\":\"83", "\"iv\":\"zz", "iv" },
		{ "\"ciphertext\":\"d1", "\"ciphertext\":\"d1d1", "ciphertext" },
		{ "\"scrypt\"", "\"argon2\"", "neither scrypt nor pbkdf2" },
		{ "\"kdfparams\":{", "\"kdfparams\":7,\"x\":{", "salt" },
		{ "\"dklen\":32", "\"dklen\":16", "32 bytes" },
		{ "\"dklen\":32", "\"dklen\":64", "32 bytes" },
		{ "\"n\":262144", "\"n\":262143", "scrypt parameters" },
		{ "\"n\":262144", "\"n\":-2", "scrypt parameters" },
		{ "\"n\":262144", "\"n\":9223372036854775807", "scrypt parameters" },
		{ "\"n\":262144", "\"n\":1073741824", "scrypt parameters" },
		{ "\"r\":1", "\"r\":0", "scrypt parameters" },
		{ "\"p\":8", "\"p\":1e9", "scrypt parameters" },
		{ "\"salt\":\"ab", "\"salt\":\"a", "salt" },
		{ "\"mac\":\"21", "\"mac\":\"22", "password is wrong" },
		{ "\"mac\":\"21", "\"mac\":\"", "mac" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		const char *at = strstr(SCRYPT, damages[i][0]);
		char error[KEYSTORE_ERROR_SIZE] = "", text[2048];
		struct signer_key key;

		assert_non_null(at);
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - SCRYPT), SCRYPT, damages[i][1],
			 at + strlen(damages[i][0]));
		assert_false(
		    keystore_decrypt(&key, error, "file", text_bytes(text), text_bytes(PASSWORD)));
		assert_tells_no_secret(error);
		if (!strstr(error, damages[i][2]))
			fail_msg("%s: \"%s\"", damages[i][1], error);
	}
}

static void a_hex_file_loads_however_a_person_wrote_it(void **state)
{
	static const char *const ways[] = { KEY, KEY "\n", "0x" KEY "\r\n", " \t0X" KEY " \n\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct file file = file_make(ways[i], strlen(ways[i]));

		assert_loads(&(struct keystore_source){ .hex_file = file.path });
		unlink(file.path);
	}
}

static void a_bad_hex_file_is_refused(void **state)
{
	static const char *const bad[][2] = {
		{ "", "64 hex digits" },
		{ "\n{\"version\": 3}", "--password-file" },
		{ "0x", "64 hex digits" },
		{ KEY "0", "64 hex digits" },
		{ "g" KEY, "64 hex digits" },
		{ "gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg",
		  "hex digits only" },
		{ "0000000000000000000000000000000000000000000000000000000000000000", "range" },
		{ "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", "range" },
	};
	char huge[20000];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct file file = file_make(bad[i][0], strlen(bad[i][0]));

		assert_load_fails(&(struct keystore_source){ .hex_file = file.path }, file.path,
				  bad[i][1]);
		unlink(file.path);
	}
	memset(huge, '0', sizeof(huge));
	struct file file = file_make(huge, sizeof(huge));

	assert_load_fails(&(struct keystore_source){ .hex_file = file.path }, file.path,
			  "too large");
	unlink(file.path);
	assert_load_fails(&(struct keystore_source){ .hex_file = file.path }, file.path,
			  "No such file");
	assert_load_fails(&(struct keystore_source){ .hex_file = "/tmp" }, "/tmp", "directory");
}

static void an_environment_variable_loads(void **state)
{
	const struct keystore_source source = { .environment = "GAVEL_TEST_KEY" };

	(void)state;
	unsetenv("GAVEL_TEST_KEY");
	assert_load_fails(&source, "GAVEL_TEST_KEY", "no such environment variable");
	setenv("GAVEL_TEST_KEY", "0x" KEY, 1);
	assert_loads(&source);
	setenv("GAVEL_TEST_KEY", KEY KEY, 1);
	assert_load_fails(&source, "GAVEL_TEST_KEY", "64 hex digits");
	unsetenv("GAVEL_TEST_KEY");
}

static void a_keystore_loads_with_its_password_file(void **state)
{
	static const char *const passwords[] = { PASSWORD, PASSWORD "\n", PASSWORD "\r\n" };
	struct file keystore = file_make(PBKDF2, strlen(PBKDF2));

	(void)state;
	for (size_t i = 0; i < sizeof(passwords) / sizeof(passwords[0]); i++) {
		struct file password = file_make(passwords[i], strlen(passwords[i]));

		assert_loads(&(struct keystore_source){ .keystore_file = keystore.path,
							.password_file = password.path });
		unlink(password.path);
	}
	/* Only one line end is not meant. */
	struct file password = file_make(PASSWORD "\n\n", strlen(PASSWORD) + 2);
	const struct keystore_source source = { .keystore_file = keystore.path,
						.password_file = password.path };

	assert_load_fails(&source, keystore.path, "password is wrong");
	unlink(password.path);
	assert_load_fails(&source, password.path, "No such file");
	assert_load_fails(&(struct keystore_source){ .keystore_file = keystore.path },
			  keystore.path, "password file");
	unlink(keystore.path);
	assert_load_fails(&source, keystore.path, "No such file");
}

static void exactly_one_source_is_wanted(void **state)
{
	(void)state;
	assert_load_fails(&(struct keystore_source){ 0 }, "", "no private key");
	assert_load_fails(&(struct keystore_source){ .hex_file = "a", .environment = "b" }, "",
			  "more than one");
}

/* What loading a file of `mode` writes to standard error. */
static void load_with_mode(char said[1024], mode_t mode)
{
	struct file file = file_make(KEY, strlen(KEY)), log = file_make("", 0);
	int saved = dup(STDERR_FILENO), fd = open(log.path, O_RDWR);
	ssize_t len;

	assert_true(saved >= 0 && fd >= 0);
	assert_int_equal(chmod(file.path, mode), 0);
	fflush(stderr);
	dup2(fd, STDERR_FILENO);
	assert_loads(&(struct keystore_source){ .hex_file = file.path });
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	len = pread(fd, said, 1023, 0);
	assert_true(len >= 0);
	said[len] = '\0';
	close(fd);
	unlink(file.path);
	unlink(log.path);
}

static void a_file_that_others_can_read_is_warned_of(void **state)
{
	char said[1024];

	(void)state;
	load_with_mode(said, 0600);
	assert_string_equal(said, "");
	load_with_mode(said, 0640);
	assert_non_null(strstr(said, "can be read by other users"));
	assert_tells_no_secret(said);
	load_with_mode(said, 0604);
	assert_non_null(strstr(said, "can be read by other users"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scrypt_is_that_of_the_rfc),
		cmocka_unit_test(the_definition_s_vectors_open),
		cmocka_unit_test(the_address_in_a_keystore_must_be_its_key_s),
		cmocka_unit_test(a_wrong_password_is_called_that),
		cmocka_unit_test(damage_is_named),
		cmocka_unit_test(a_hex_file_loads_however_a_person_wrote_it),
		cmocka_unit_test(a_bad_hex_file_is_refused),
		cmocka_unit_test(an_environment_variable_loads),
		cmocka_unit_test(a_keystore_loads_with_its_password_file),
		cmocka_unit_test(exactly_one_source_is_wanted),
		cmocka_unit_test(a_file_that_others_can_read_is_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
