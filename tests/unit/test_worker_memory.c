/* SPDX-License-Identifier: ISC */
/* Pages of code and constants that go, and come back when they are read. */
#include "worker_memory.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include <check.h>
#include <curl/curl.h>

static volatile int written = 1;

/* Whether the page of address is in memory as ours (proc(5), pagemap). */
static bool is_held(uintptr_t address)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry = 0;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pread(fd, &entry, sizeof(entry),
	    (off_t)(address / page * sizeof(entry))), sizeof(entry));
	close(fd);
	return entry >> 63;
}

static void escape(void)
{
	char *escaped = curl_escape("a b", 0);

	ck_assert_str_eq(escaped, "a%20b");
	curl_free(escaped);
}

START_TEST(code_is_let_go_of_and_comes_back)
{
	escape();
	ck_assert(is_held((uintptr_t)curl_escape));
	worker_memory_forget_code();
	ck_assert(!is_held((uintptr_t)curl_escape));
	escape();
	ck_assert(is_held((uintptr_t)curl_escape));
}
END_TEST

START_TEST(what_was_written_stays)
{
	written = 2;
	worker_memory_forget_code();
	ck_assert_int_eq(written, 2);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("worker_memory");
	TCase *t = tcase_create("worker_memory");
	SRunner *r = srunner_create(s);
	int n;

	tcase_add_test(t, code_is_let_go_of_and_comes_back);
	tcase_add_test(t, what_was_written_stays);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	return n == 0 ? 0 : 1;
}
