/* SPDX-License-Identifier: ISC */
/* Pages are cut from the whole list: no cursor is kept anywhere. */
#include "http/h_sessions.h"

#include <string.h>

#include "auth/view.h"
#include "base/str.h"
#include "store/sessions.h"

#define LIMIT	   100
#define LIMIT_MOST 1000

/* The entries from first to before end. */
struct page {
	size_t first;
	size_t end;
};

static struct js *entry_object(const struct request *request,
    const struct sessions_entry *entry)
{
	struct js *object = view_session(request->op, entry);

	js_put_bool(object, "current",
	    strcmp(entry->sid, request->session.sid) == 0);
	return object;
}

/* Where the page after the session of that id begins. */
static enum rc begin_after(struct op *op, const struct sessions_list *list,
    const char *sid, size_t *first)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i].sid, sid) == 0) {
			*first = i + 1;
			return RC_OK;
		}
	}

	return op_fail(op, RC_BAD, "after names no live session of the user");
}

static enum rc find_page(const struct request *request,
    const struct sessions_list *list, struct page *page)
{
	const char *limit = request_query(request, "limit");
	const char *after = request_query(request, "after");
	int64_t most = LIMIT;
	size_t first = 0;
	size_t left;
	enum rc rc = RC_OK;

	if (limit != NULL && !str_int(limit, 1, LIMIT_MOST, &most))
		return op_fail(request->op, RC_BAD,
		    "limit is not a number from 1 to %d", LIMIT_MOST);
	if (after != NULL)
		rc = begin_after(request->op, list, after, &first);
	if (rc != RC_OK)
		return rc;

	left = list->count - first;
	page->first = first;
	page->end = first + (left < (size_t)most ? left : (size_t)most);
	return RC_OK;
}

enum rc h_sessions_list(struct request *request, struct response *response)
{
	struct op *op = request->op;
	struct sessions_list list;
	struct page page = {0, 0};
	struct js *answer;
	struct js *shown;
	enum rc rc;

	rc = sessions_list(op, request->session.user_id, &list);
	if (rc == RC_OK)
		rc = find_page(request, &list, &page);
	if (rc != RC_OK)
		return rc;

	shown = js_array(op);
	for (size_t i = page.first; i < page.end; i++)
		js_append(shown, entry_object(request, &list.items[i]));

	answer = js_object(op);
	js_put_int(answer, "active_sessions", (int64_t)list.count);
	js_put(answer, "sessions", shown);
	js_put_text(answer, "next", page.end < list.count
	    ? list.items[page.end - 1].sid : NULL);
	response_json(response, 200, answer);
	return RC_OK;
}

enum rc h_sessions_end(struct request *request, struct response *response)
{
	enum rc rc = session_end_one(request->op, &request->session,
	    request->segment, &request->client);

	if (rc != RC_OK)
		return rc;

	response_empty(response);
	return RC_OK;
}
