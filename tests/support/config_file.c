/* SPDX-License-Identifier: ISC */
/* Builds a whole file around the few lines that a test is about. */
#include "support/config_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "base/str.h"

#define SECRET "b3f1c86a07de492f8a5cb1d06e93f72478aa01de65cc4b90"
#define JWT    "50e2d7719ba84c36f20c8ed945ab61730dd1f8e4c9723ba6"

static char folder[] = "/tmp/latchkey-config-XXXXXX";
static struct pool *pool;

void config_file_setup(void)
{
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	pool = pool_new();
	unsetenv("CREDENTIALS_DIRECTORY");
	unsetenv("LATCHKEY_SECRET");
	unsetenv("LATCHKEY_JWT_SECRET");
	config_file_put("secret", SECRET "\n", strlen(SECRET "\n"), 0600);
	config_file_put("jwt", JWT "\n", strlen(JWT "\n"), 0600);
	config_file_put("client", "hunter2\n", strlen("hunter2\n"), 0600);
}

void config_file_teardown(void)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL)
		if (unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	closedir(dir);
	ck_assert_int_eq(rmdir(folder), 0);
	pool_free(pool);
}

struct pool *config_file_pool(void)
{
	return pool;
}

const char *config_file_path(const char *name)
{
	return pool_print(pool, "%s/%s", folder, name);
}

const char *config_file_text(const char *text)
{
	const char *mark;
	struct str out;

	str_init(&out, pool);
	while ((mark = strstr(text, "@/")) != NULL) {
		str_add_n(&out, text, (size_t)(mark - text));
		str_print(&out, "%s/", folder);
		text = mark + 2;
	}
	str_add(&out, text);
	return out.text;
}

void config_file_put(const char *name, const void *bytes, size_t size,
    mode_t mode)
{
	FILE *file = fopen(config_file_path(name), "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(config_file_path(name), mode), 0);
}

bool config_file_load(const char *text, const struct config **config,
    const char **errors)
{
	text = config_file_text(text);
	config_file_put("conf", text, strlen(text), 0644);
	return config_load(pool, config_file_path("conf"), config, errors);
}

static const char *or(const char *text, const char *standard)
{
	return text != NULL ? text : standard;
}

static const char *whole(struct config_file file)
{
	return pool_print(pool,
	    "%s\n%s\n%s\njwt = {\n%s\n%s\n}\nsession = {\n%s\n}\n"
	    "postgres = {\n%s\n%s\n}\nredis = {\n%s\n}\nproviders = {\n%s\n}\n",
	    or(file.base_url, "base_url = \"https://www.example.org\""),
	    or(file.secret, "secret_file = \"@/secret\""), or(file.top, ""),
	    or(file.jwt_secret, "secret_file = \"@/jwt\""), or(file.jwt, ""),
	    or(file.session, ""),
	    or(file.conninfo, "conninfo = \"dbname=latchkey\""),
	    or(file.postgres, ""), or(file.redis, ""), or(file.providers, ""));
}

const struct config *config_file_accepts(struct config_file file)
{
	const struct config *config = NULL;
	const char *errors = "";

	ck_assert_msg(config_file_load(whole(file), &config, &errors),
	    "refused: %s", errors);
	return config;
}

const char *config_file_refuses(struct config_file file, const char *words)
{
	const struct config *config = NULL;
	const char *errors = "";

	ck_assert_msg(!config_file_load(whole(file), &config, &errors),
	    "accepted, though it should say: %s", words);
	ck_assert_ptr_null(config);
	ck_assert_msg(strstr(errors, words) != NULL, "\"%s\" not in: %s",
	    words, errors);
	return errors;
}

size_t config_file_mistakes(const char *errors)
{
	size_t count = 0;

	for (; *errors != '\0'; errors++)
		count += *errors == '\n';
	return count;
}
