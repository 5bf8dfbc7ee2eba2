/* SPDX-License-Identifier: ISC */
/* Reads the kernel's clocks; knows no local time. */
#include "base/clock.h"

#include <string.h>
#include <time.h>

#define MINUTE_S 60
#define DAY_S	 86400

/* 0000-01-01T00:00:00Z and the last second of 9999. */
#define FIRST_S INT64_C(-62167219200)
#define LAST_S	(CLOCK_LAST_MS / 1000)

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_mono_ms(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/* Writes the last count digits of number. */
static void put_number(char *at, int count, int number)
{
	for (int i = count - 1; i >= 0; i--) {
		at[i] = (char)('0' + number % 10);
		number /= 10;
	}
}

/* By hand: printf's six numbers cost more than the JSON they go into. */
void clock_print(char text[CLOCK_TEXT_SIZE], int64_t ms)
{
	int64_t fraction = (ms % 1000 + 1000) % 1000;
	time_t seconds = (time_t)((ms - fraction) / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	memcpy(text, "0000-00-00T00:00:00.000Z", CLOCK_TEXT_SIZE);
	put_number(text, 4, tm.tm_year + 1900);
	put_number(text + 5, 2, tm.tm_mon + 1);
	put_number(text + 8, 2, tm.tm_mday);
	put_number(text + 11, 2, tm.tm_hour);
	put_number(text + 14, 2, tm.tm_min);
	put_number(text + 17, 2, tm.tm_sec);
	put_number(text + 20, 3, (int)fraction);
}

char *clock_rfc3339(struct pool *pool, int64_t ms)
{
	char *text = pool_alloc(pool, CLOCK_TEXT_SIZE);

	clock_print(text, ms);
	return text;
}

/* Takes exactly count digits that spell a number of least to most. */
static bool take_number(const char **text, int count, int least, int most,
    int *number)
{
	int value = 0;

	for (int i = 0; i < count; i++) {
		char c = (*text)[i];

		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (c - '0');
	}
	if (value < least || value > most)
		return false;

	*text += count;
	*number = value;
	return true;
}

/* Takes one of the two bytes of either. */
static bool take_char(const char **text, const char either[2])
{
	if (**text != either[0] && **text != either[1])
		return false;

	(*text)++;
	return true;
}

static int days_in(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : days[month - 1];
}

static bool take_date(const char **text, struct tm *tm)
{
	int year;

	if (!take_number(text, 4, 0, 9999, &year) || !take_char(text, "--") ||
	    !take_number(text, 2, 1, 12, &tm->tm_mon) ||
	    !take_char(text, "--") ||
	    !take_number(text, 2, 1, days_in(year, tm->tm_mon), &tm->tm_mday))
		return false;

	tm->tm_year = year - 1900;
	tm->tm_mon--;
	return true;
}

static bool take_time(const char **text, struct tm *tm)
{
	return take_number(text, 2, 0, 23, &tm->tm_hour) &&
	    take_char(text, "::") &&
	    take_number(text, 2, 0, 59, &tm->tm_min) &&
	    take_char(text, "::") &&
	    take_number(text, 2, 0, 60, &tm->tm_sec);
}

/* Takes ".123", with any number of digits, or nothing. */
static bool take_fraction(const char **text, int *ms)
{
	int unit = 100;

	*ms = 0;
	if (!take_char(text, ".."))
		return true;
	if (**text < '0' || **text > '9')
		return false;

	for (; **text >= '0' && **text <= '9'; (*text)++) {
		*ms += (**text - '0') * unit;
		unit /= 10;
	}
	return true;
}

/* Takes "Z" or "+02:00": seconds to the east of Greenwich. */
static bool take_zone(const char **text, int *east_s)
{
	int sign = **text == '-' ? -1 : 1;
	int hours, minutes;

	*east_s = 0;
	if (take_char(text, "Zz"))
		return true;
	if (!take_char(text, "+-") || !take_number(text, 2, 0, 23, &hours) ||
	    !take_char(text, "::") || !take_number(text, 2, 0, 59, &minutes))
		return false;

	*east_s = sign * (hours * 60 + minutes) * MINUTE_S;
	return true;
}

/* Whether a second of ours is the first after a half of a year. */
static bool follows_leap_second(time_t seconds)
{
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return seconds % DAY_S == 0 && tm.tm_mday == 1 &&
	    (tm.tm_mon == 0 || tm.tm_mon == 6);
}

bool clock_from_rfc3339(const char *text, int64_t *ms)
{
	struct tm tm = {0};
	int fraction, east_s;
	time_t seconds;
	bool leaps;

	if (!take_date(&text, &tm) || !take_char(&text, "Tt") ||
	    !take_time(&text, &tm) || !take_fraction(&text, &fraction) ||
	    !take_zone(&text, &east_s) || *text != '\0')
		return false;

	leaps = tm.tm_sec == 60;
	seconds = timegm(&tm) - east_s;
	if (seconds < FIRST_S || seconds > LAST_S ||
	    (leaps && !follows_leap_second(seconds)))
		return false;

	*ms = (int64_t)seconds * 1000 + fraction;
	return true;
}
