/* SPDX-License-Identifier: ISC */
/* Each run is looked at for secrets, whatever its test is about. */
#include "support/ctl.h"

#include <dirent.h>
#include <stdarg.h>
#include <string.h>

#include <check.h>

#include "support/stack.h"
#include "support/text.h"

#define WORDS_MOST 8

static const char *used;

void ctl_use(const char *conf)
{
	used = conf;
}

size_t ctl_count(const char *text, const char *words)
{
	size_t found = 0;

	while ((text = strstr(text, words)) != NULL) {
		text += strlen(words);
		found++;
	}
	return found;
}

static void assert_is_clean(const char *text)
{
	for (; *text != '\0'; text++)
		ck_assert_msg(*text == '\n' || ((unsigned char)*text >= 0x20 &&
		    *text != 0x7f), "a control character: %d", *text);
}

/* Every file of the stack's folder of secrets, in each text. */
static void assert_holds_no_secret(const struct program_end *end)
{
	const char *folder = text_print("%s/secrets", stack_dir());
	const struct dirent *entry;
	DIR *dir = opendir(folder);
	int count = 0;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL) {
		const char *secret;

		if (entry->d_name[0] == '.')
			continue;
		secret = text_of_file(text_print("%s/%s", folder,
		    entry->d_name));
		ck_assert_ptr_nonnull(secret);
		secret = text_copy(secret, strcspn(secret, "\n"));
		ck_assert_uint_gt(strlen(secret), 0);
		ck_assert_ptr_null(strstr(end->out, secret));
		ck_assert_ptr_null(strstr(end->err, secret));
		count++;
	}
	closedir(dir);
	ck_assert_int_gt(count, 2);
}

static struct program_end run(const char *word, va_list more)
{
	struct program_plan plan = {.name = "latchkeyctl",
	    .arguments = {"-c", used != NULL ? used : stack_setting("CONF")}};
	struct program_end end;
	size_t count = 2;

	for (; word != NULL; word = va_arg(more, const char *)) {
		ck_assert_uint_lt(count, WORDS_MOST + 2);
		plan.arguments[count++] = word;
	}
	end = program_run(&plan);
	assert_is_clean(end.out);
	assert_is_clean(end.err);
	assert_holds_no_secret(&end);
	return end;
}

struct program_end ctl_run(const char *word, ...)
{
	struct program_end end;
	va_list more;

	va_start(more, word);
	end = run(word, more);
	va_end(more);
	return end;
}

const char *ctl_says(const char *word, ...)
{
	struct program_end end;
	va_list more;

	va_start(more, word);
	end = run(word, more);
	va_end(more);
	ck_assert_msg(end.code == 0, "%d: %s", end.code, end.err);
	ck_assert_str_eq(end.err, "");
	return end.out;
}

void ctl_fails(int code, const char *words, const char *word, ...)
{
	struct program_end end;
	va_list more;

	va_start(more, word);
	end = run(word, more);
	va_end(more);
	ck_assert_msg(end.code == code, "%d and not %d: %s", end.code, code,
	    end.err);
	ck_assert_str_eq(end.out, "");
	ck_assert_msg(strncmp(end.err, "latchkeyctl: ", 13) == 0, "%s",
	    end.err);
	ck_assert_msg(ctl_count(end.err, "\n") == 1, "%s", end.err);
	ck_assert_msg(strstr(end.err, words) != NULL, "no \"%s\" in %s",
	    words, end.err);
}
