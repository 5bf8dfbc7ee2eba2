/* SPDX-License-Identifier: ISC */
/*
 * Runs a fuzz target over its seeds, so that make check replays them without
 * a fuzzer: the files given, or all in $srcdir/tests/fuzz/seeds/<program>.
 * Speaks TAP.  A target without seeds is a failure.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count;

/* Feeds one file to the target; false when it cannot be read. */
static bool replay(struct pool *pool, const char *path)
{
	FILE *file = fopen(path, "rb");
	struct str content;
	char bytes[4096];
	size_t size;
	uint8_t *exact;

	if (file == NULL)
		return false;

	str_init(&content, pool);
	while ((size = fread(bytes, 1, sizeof(bytes), file)) > 0)
		str_add_n(&content, bytes, size);
	fclose(file);

	/* Nothing behind the last byte, so that overruns are seen. */
	exact = pool_copy(pool, content.text, content.len);
	LLVMFuzzerTestOneInput(exact, content.len);
	printf("ok %d - %s\n", ++count, strrchr(path, '/') == NULL ? path :
	    strrchr(path, '/') + 1);
	return true;
}

static bool replay_folder(struct pool *pool, const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	bool ok = true;

	if (folder == NULL)
		return false;

	while (ok && (entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.')
			ok = replay(pool, pool_print(pool, "%s/%s", path,
			    entry->d_name));
	closedir(folder);
	return ok && count > 0;
}

int main(int argc, char **argv)
{
	const char *source = getenv("srcdir");
	struct pool *pool = pool_new();
	bool ok = true;

	if (argc > 1) {
		for (int i = 1; ok && i < argc; i++)
			ok = replay(pool, argv[i]);
	} else {
		ok = replay_folder(pool, pool_print(pool,
		    "%s/tests/fuzz/seeds/%s", source != NULL ? source : ".",
		    program_invocation_short_name));
	}

	if (!ok)
		printf("not ok %d - the seeds can be read\n", ++count);
	printf("1..%d\n", count);
	pool_free(pool);
	return ok ? 0 : 1;
}
