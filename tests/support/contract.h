/* SPDX-License-Identifier: ISC */
/*
 * doc/openapi.yaml as a promise that answers are held against.  The file has
 * a fixed layout, told at its top, and is read by lines.  Texts live as long
 * as the program.
 */
#ifndef SUPPORT_CONTRACT_H
#define SUPPORT_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>

/* Reads the file; false when it is not there. */
bool contract_read(const char *path);

/* One answer to one operation, and what was asked. */
struct contract_exchange {
	const char *method;
	const char *path;		/* as in the file: with {…} */
	long status;
	const char *type;		/* Content-Type, NULL for none */
	const char *body;
	size_t size;
};

/* Whether the file has that operation; how many it has in all. */
bool contract_has(const char *method, const char *path);
size_t contract_count(void);

/* What an operation may answer. */
struct contract_answer {
	long status;
	const char *code;		/* of x-codes, NULL without these */
};

/* The answers of an operation, most of them at most; how many. */
size_t contract_answers(const char *method, const char *path,
    struct contract_answer *answers, size_t most);

/*
 * What the file does not promise about an answer, for people, or NULL: a
 * status, a code, a content type, a member that is not there, one too many
 * or one of another type.
 */
const char *contract_flaw(const struct contract_exchange *exchange);

#endif
