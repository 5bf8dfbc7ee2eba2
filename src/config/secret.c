/* SPDX-License-Identifier: ISC */
/* Opens first and asks the open file: no name is looked at twice. */
#include "config/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

/* A key that is the same few bytes again and again is no key. */
#define PERIOD_MOST 8

#define HOW_TO_MAKE "write 32 random bytes as text, such as: openssl rand -hex 32"

/*
 * What people leave in place: a secret that is nothing but these words, in
 * any order and with anything but letters and digits between them, is known
 * to everybody.
 */
static const char *const PLACEHOLDERS[] = {
	"0123456789", "1234567890", "123456789", "12345678", "123456", "1234",
	"123", "256", "512", "32", "64", "a", "abcdefghijklmnopqrstuvwxyz",
	"abcdef", "abcd", "abc", "access", "admin", "app", "at", "auth", "be",
	"bit", "bits", "byte", "bytes", "change", "changed", "changeit",
	"changeme", "changethis", "char", "character", "characters", "chars",
	"cookie", "deadbeef", "default", "demo", "dev", "development", "do",
	"dummy", "enough", "example", "fake", "foo", "bar", "baz", "for",
	"generate", "here", "hs256", "in", "insecure", "insert", "is", "it",
	"jwt", "key", "latchkey", "least", "letmein", "long", "me", "min",
	"minimum", "must", "my", "not", "of", "only", "or", "pass", "password",
	"phrase", "placeholder", "please", "prod", "production", "put",
	"qwerty", "random", "replace", "replaceme", "safe", "sample", "secret",
	"secretkey", "secure", "session", "set", "should", "sign", "signing",
	"some", "string", "strong", "super", "test", "testing", "that", "the",
	"this", "to", "todo", "token", "use", "value", "very", "with", "xxx",
	"your",
};

static bool is_credential(const char *path)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	size_t len;

	if (folder == NULL || folder[0] != '/')
		return false;

	len = strlen(folder);
	return strncmp(path, folder, len) == 0 && path[len] == '/' &&
	    strstr(path + len, "/..") == NULL;
}

/* Where path leads, or NULL when nowhere. */
static const char *resolve(struct pool *pool, const char *path)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");

	if (path[0] == '/')
		return path;
	if (folder == NULL || folder[0] != '/' || strchr(path, '/') != NULL)
		return NULL;

	return pool_print(pool, "%s/%s", folder, path);
}

static const char *file_problem(const struct stat *status, bool any_mode)
{
	if (!S_ISREG(status->st_mode))
		return "leads to something that is not a regular file; name "
		    "the file that holds the secret";
	if (status->st_uid != geteuid() && status->st_uid != 0)
		return "leads to a file of another user; give it to the user "
		    "who runs latchkey, or to root (chown)";
	if (!any_mode && (status->st_mode & 077) != 0)
		return "leads to a file that others can open; close it to "
		    "group and others (chmod 600)";
	return NULL;
}

static const char *open_problem(struct pool *pool, int error)
{
	if (error == ELOOP)
		return "leads to a symbolic link; name the file itself";

	return pool_print(pool, "leads to a file that cannot be opened (%s); "
	    "name the file that holds the secret", strerror(error));
}

/* Reads what fd holds, SECRET_SIZE_MOST + 1 bytes at most; -1 on failure. */
static ssize_t read_all(int fd, unsigned char *bytes)
{
	size_t size = 0;

	while (size <= SECRET_SIZE_MOST) {
		ssize_t got = read(fd, bytes + size,
		    SECRET_SIZE_MOST + 1 - size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		size += (size_t)got;
	}

	return (ssize_t)size;
}

/* What is wrong with a file's size bytes; takes the newline at their end off. */
static const char *content_problem(struct pool *pool,
    const unsigned char *bytes, size_t *size)
{
	if (*size > SECRET_SIZE_MOST)
		return pool_print(pool, "leads to a file of over %d bytes; "
		    HOW_TO_MAKE, SECRET_SIZE_MOST);
	if (*size > 0 && bytes[*size - 1] == '\n')
		(*size)--;
	if (*size == 0)
		return "leads to an empty file; put the secret into it";
	if (memchr(bytes, '\0', *size) != NULL)
		return "leads to a file with a NUL byte; " HOW_TO_MAKE;
	return NULL;
}

static const char *read_secret(struct pool *pool, int fd,
    struct secret *secret)
{
	unsigned char bytes[SECRET_SIZE_MOST + 1];
	ssize_t got = read_all(fd, bytes);
	size_t size = got > 0 ? (size_t)got : 0;
	const char *problem = got < 0 ? open_problem(pool, errno) :
	    content_problem(pool, bytes, &size);

	if (problem == NULL)
		*secret = (struct secret){
		    .bytes = pool_copy(pool, bytes, size),
		    .size = size,
		};
	crypt_wipe(bytes, sizeof(bytes));
	return problem;
}

const char *secret_read(struct pool *pool, const char *path, bool any_mode,
    struct secret *secret)
{
	const char *full = resolve(pool, path);
	const char *problem;
	struct stat status;
	int fd;

	if (full == NULL)
		return "is neither an absolute path nor the name of a systemd "
		    "credential; write the path of a file that holds the "
		    "secret, not the secret itself";

	/* O_NONBLOCK: a FIFO nobody writes to must not hold up the start. */
	fd = open(full, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC |
	    O_NOCTTY);
	if (fd < 0)
		return open_problem(pool, errno);
	if (fstat(fd, &status) < 0)
		problem = open_problem(pool, errno);
	else
		problem = file_problem(&status,
		    any_mode || is_credential(full));
	if (problem == NULL)
		problem = read_secret(pool, fd, secret);
	close(fd);
	return problem;
}

struct secret secret_from_environment(struct pool *pool, const char *variable)
{
	char *value = getenv(variable);
	struct secret secret = {.bytes = NULL, .size = 0};

	if (value == NULL)
		return secret;

	secret.size = strlen(value);
	secret.bytes = pool_copy(pool, value, secret.size + 1);
	crypt_wipe(value, secret.size);
	unsetenv(variable);
	return secret;
}

static bool is_repeated(struct secret secret, size_t period)
{
	for (size_t i = period; i < secret.size; i++)
		if (secret.bytes[i] != secret.bytes[i - period])
			return false;

	return true;
}

/* The letters and digits of secret, in lower case. */
static char *letters(struct pool *pool, struct secret secret)
{
	const char *kept =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	char *text = pool_alloc(pool, secret.size + 1);
	size_t len = 0;

	for (size_t i = 0; i < secret.size; i++)
		if (strchr(kept, secret.bytes[i]) != NULL)
			text[len++] = (char)secret.bytes[i];

	return str_lower(pool, text);
}

static bool is_placeholder(struct pool *pool, struct secret secret)
{
	const size_t words = sizeof(PLACEHOLDERS) / sizeof(PLACEHOLDERS[0]);
	const char *text = letters(pool, secret);
	size_t len = strlen(text);
	/* reached[i]: the first i letters are words, one after the other */
	bool *reached = pool_alloc(pool, len + 1);

	/* Few letters say nothing about a secret that is made of signs. */
	if (2 * len <= secret.size)
		return false;

	reached[0] = true;
	for (size_t i = 0; i < len; i++)
		for (size_t w = 0; reached[i] && w < words; w++)
			if (str_begins(text + i, PLACEHOLDERS[w]))
				reached[i + strlen(PLACEHOLDERS[w])] = true;

	return reached[len];
}

const char *secret_weakness(struct pool *pool, struct secret secret)
{
	if (secret.size < SECRET_KEY_LEAST)
		return pool_print(pool, "is a secret of %zu bytes; use at "
		    "least %d: " HOW_TO_MAKE, secret.size, SECRET_KEY_LEAST);
	if (secret.size > SECRET_SIZE_MOST)
		return pool_print(pool, "is a secret of over %d bytes; "
		    HOW_TO_MAKE, SECRET_SIZE_MOST);

	for (size_t period = 1; period <= PERIOD_MOST; period++)
		if (is_repeated(secret, period))
			return "is a secret that repeats the same few bytes; "
			    HOW_TO_MAKE;
	if (is_placeholder(pool, secret))
		return "is a well-known placeholder; " HOW_TO_MAKE;

	return NULL;
}

bool secret_is_same(struct secret a, struct secret b)
{
	return a.size > 0 && a.size == b.size &&
	    memcmp(a.bytes, b.bytes, a.size) == 0;
}
