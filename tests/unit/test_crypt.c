/* SPDX-License-Identifier: ISC */
/* Hashes and keys against published vectors; random values against luck. */
#include "base/crypt.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/str.h"

#define BASE64URL "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789-_"

static struct pool *pool;

static void begin(void)
{
	pool = pool_new();
}

static void end(void)
{
	pool_free(pool);
}

/* FIPS 180-4's examples. */
static const struct {
	const char *text;
	const char *hash;
} sha256[] = {
	{"", "e3b0c44298fc1c149afbf4c8996fb924"
	     "27ae41e4649b934ca495991b7852b855"},
	{"abc", "ba7816bf8f01cfea414140de5dae2223"
		"b00361a396177a9cb410ff61f20015ad"},
	{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

START_TEST(sha256_follows_the_vectors)
{
	unsigned char hash[CRYPT_HASH_SIZE];
	const char *text = sha256[_i].text;

	crypt_sha256(text, strlen(text), hash);
	ck_assert_str_eq(encode_hex(pool, hash, sizeof(hash)),
	    sha256[_i].hash);
	ck_assert_str_eq(crypt_sha256_hex(pool, text), sha256[_i].hash);
}
END_TEST

START_TEST(sha256_reads_bytes_beyond_a_nul)
{
	unsigned char one[CRYPT_HASH_SIZE];
	unsigned char other[CRYPT_HASH_SIZE];

	crypt_sha256("a\0b", 3, one);
	crypt_sha256("a\0c", 3, other);
	ck_assert_mem_ne(one, other, sizeof(one));
}
END_TEST

/* RFC 4231's test cases 1 to 3 and 6: short, long and wordless keys. */
static const struct {
	unsigned char filler;
	size_t key_size;
	const char *key;	/* NULL: filler, key_size times */
	const char *text;	/* NULL: 0xdd, 50 times */
	const char *mac;
} hmacs[] = {
	{0x0b, 20, NULL, "Hi There",
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
	{0, 4, "Jefe", "what do ya want for nothing?",
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
	{0xaa, 20, NULL, NULL,
	    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
	{0xaa, 131, NULL,
	    "Test Using Larger Than Block-Size Key - Hash Key First",
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
};

START_TEST(hmac_follows_the_vectors)
{
	unsigned char key[131];
	unsigned char data[50];
	unsigned char mac[CRYPT_HASH_SIZE];
	const char *text = hmacs[_i].text;

	memset(key, hmacs[_i].filler, sizeof(key));
	memset(data, 0xdd, sizeof(data));
	if (hmacs[_i].key != NULL)
		memcpy(key, hmacs[_i].key, hmacs[_i].key_size);

	crypt_hmac((struct secret){key, hmacs[_i].key_size},
	    text != NULL ? (const void *)text : data,
	    text != NULL ? strlen(text) : sizeof(data), mac);
	ck_assert_str_eq(encode_hex(pool, mac, sizeof(mac)), hmacs[_i].mac);
}
END_TEST

/* RFC 7636 appendix B. */
START_TEST(the_challenge_is_that_of_pkce)
{
	ck_assert_str_eq(crypt_sha256_base64url(pool,
	    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
	    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}
END_TEST

START_TEST(a_token_is_named_by_eight_digits_of_its_hash)
{
	ck_assert_str_eq(crypt_name(pool, "abc"), "ba7816bf");
	ck_assert_str_eq(crypt_name(pool, ""), "e3b0c442");
}
END_TEST

static unsigned char key_0b[22];
static unsigned char key_counting[32];

/*
 * RFC 5869 test case 3 (no salt, no info), its first 32 bytes; then
 * openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt hexkey:0001...1f
 * -kdfopt info:LABEL HKDF
 */
static const struct {
	const unsigned char *key;
	size_t size;
	const char *label;
	const char *child;
} derivations[] = {
	{key_0b, sizeof(key_0b), "",
	    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"},
	{key_counting, sizeof(key_counting), "latchkey-refresh",
	    "051ff198e936932180c0aa5237925bc31fa184ca60eae3bb6351976c9d9a8894"},
	{key_counting, sizeof(key_counting), "latchkey-cookie",
	    "e95b382f103ee752acf997bc23fd45f01a5bd826225eded72a410386ad8e01d0"},
};

START_TEST(children_of_a_secret_are_those_of_hkdf)
{
	struct secret parent = {derivations[_i].key, derivations[_i].size};
	struct secret child;

	memset(key_0b, 0x0b, sizeof(key_0b));
	for (size_t i = 0; i < sizeof(key_counting); i++)
		key_counting[i] = (unsigned char)i;

	child = crypt_derive(pool, parent, derivations[_i].label);
	ck_assert_uint_eq(child.size, 32);
	ck_assert_str_eq(encode_hex(pool, child.bytes, child.size),
	    derivations[_i].child);
}
END_TEST

START_TEST(random_bytes_fill_their_place_and_no_more)
{
	unsigned char bytes[66];
	unsigned char seen[64] = {0};

	for (int round = 0; round < 64; round++) {
		memset(bytes, 0, sizeof(bytes));
		crypt_random(bytes + 1, 64);
		ck_assert_uint_eq(bytes[0], 0);
		ck_assert_uint_eq(bytes[65], 0);
		for (int i = 0; i < 64; i++)
			seen[i] |= bytes[i + 1];
	}
	/* Each bit of each byte was set at least once. */
	for (int i = 0; i < 64; i++)
		ck_assert_uint_eq(seen[i], 0xff);
}
END_TEST

START_TEST(more_random_bytes_than_promised_abort)
{
	static unsigned char bytes[4097];
	int status;
	pid_t child;

	crypt_random(bytes, 4096);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		crypt_random(bytes, 4097);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGABRT);
}
END_TEST

START_TEST(random_tokens_have_43_characters_and_differ)
{
	char *tokens[100];

	for (int i = 0; i < 100; i++) {
		tokens[i] = crypt_random_token(pool);
		ck_assert_uint_eq(strlen(tokens[i]), 43);
		ck_assert(str_consists(tokens[i], BASE64URL));
		for (int k = 0; k < i; k++)
			ck_assert_str_ne(tokens[i], tokens[k]);
	}
}
END_TEST

START_TEST(equal_means_every_byte_and_the_length)
{
	ck_assert(crypt_equal("", ""));
	ck_assert(crypt_equal("secret", "secret"));
	ck_assert(!crypt_equal("secret", "secreT"));
	ck_assert(!crypt_equal("secret", "Secret"));
	ck_assert(!crypt_equal("secret", "secre"));
	ck_assert(!crypt_equal("secre", "secret"));
	ck_assert(!crypt_equal("", "s"));
}
END_TEST

START_TEST(equal_bytes_are_all_compared)
{
	ck_assert(crypt_equal_bytes("a\0b", "a\0b", 3));
	ck_assert(!crypt_equal_bytes("a\0b", "a\0c", 3));
	ck_assert(!crypt_equal_bytes("a\0b", "b\0b", 3));
	ck_assert(crypt_equal_bytes("a\0b", "a\0c", 2));
}
END_TEST

START_TEST(wiping_leaves_zeroes_and_its_neighbours)
{
	char bytes[] = "xsecretx";

	crypt_wipe(bytes + 1, 6);
	ck_assert_mem_eq(bytes, "x\0\0\0\0\0\0x", 8);
}
END_TEST

static TCase *cases(void)
{
	TCase *t = tcase_create("crypt");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, sha256_follows_the_vectors, 0, 3);
	tcase_add_test(t, sha256_reads_bytes_beyond_a_nul);
	tcase_add_loop_test(t, hmac_follows_the_vectors, 0, 4);
	tcase_add_test(t, the_challenge_is_that_of_pkce);
	tcase_add_test(t, a_token_is_named_by_eight_digits_of_its_hash);
	tcase_add_loop_test(t, children_of_a_secret_are_those_of_hkdf, 0, 3);
	tcase_add_test(t, random_bytes_fill_their_place_and_no_more);
	tcase_add_test(t, more_random_bytes_than_promised_abort);
	tcase_add_test(t, random_tokens_have_43_characters_and_differ);
	tcase_add_test(t, equal_means_every_byte_and_the_length);
	tcase_add_test(t, equal_bytes_are_all_compared);
	tcase_add_test(t, wiping_leaves_zeroes_and_its_neighbours);
	return t;
}

int main(void)
{
	Suite *s = suite_create("crypt");
	SRunner *r;
	int failed;

	suite_add_tcase(s, cases());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
