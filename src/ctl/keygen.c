/* SPDX-License-Identifier: ISC */
/*
 * latchkeyctl keygen: a new secret in a file of its own, which nobody but
 * its owner can read from its first moment on.  The secret is shown nowhere.
 */
#include "ctl/ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/encode.h"

#define KEY_SIZE 32

/* Whatever the umask: 0600.  Written whole and on the disk, or false. */
static bool fill(int fd, const char *line)
{
	size_t len = strlen(line);

	return fchmod(fd, S_IRUSR | S_IWUSR) == 0 &&
	    write(fd, line, len) == (ssize_t)len && fsync(fd) == 0;
}

static enum rc run(struct op *op, const struct ctl_call *call)
{
	const char *path = call->words[0];
	unsigned char key[KEY_SIZE];
	char *line;
	bool filled;
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    S_IRUSR | S_IWUSR);
	if (fd < 0)
		return op_fail(op, RC_TAKEN, "cannot make %s: %s", path,
		    strerror(errno));

	crypt_random(key, sizeof(key));
	line = pool_print(op->pool, "%s\n",
	    encode_hex(op->pool, key, sizeof(key)));
	filled = fill(fd, line);
	crypt_wipe(key, sizeof(key));
	if (close(fd) != 0 || !filled) {
		unlink(path);
		return op_fail(op, RC_TAKEN, "cannot write %s: %s", path,
		    strerror(errno));
	}

	puts(path);
	return RC_OK;
}

static const struct ctl_command command = {
	.arguments = "file",
	.help = "make a new secret of 32 random bytes in a new file",
	.options = "",
	.words_least = 1,
	.words_most = 1,
	.needs = CTL_NOTHING,
	.run = run,
};

const struct ctl_noun ctl_keygen = {
	.name = "keygen",
	.commands = &command,
	.count = 1,
};
