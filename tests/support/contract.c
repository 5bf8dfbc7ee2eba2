/* SPDX-License-Identifier: ISC */
/*
 * A line is a node: its indent, its key and what follows; what is in brackets
 * is joined to one line first.  No more of YAML is understood.
 */
#include "support/contract.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "client/js.h"
#include "support/text.h"

#define NODES_MOST 4096

struct node {
	size_t indent;
	const char *key;	/* without quotes */
	const char *value;	/* "" for none */
};

static struct node nodes[NODES_MOST];
static size_t node_count;

/* How many brackets of a text are still open. */
static int open_brackets(const char *text, size_t len)
{
	int open = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '{' || text[i] == '[')
			open++;
		if (text[i] == '}' || text[i] == ']')
			open--;
	}
	return open;
}

/* The end of the line, or of the last one that brackets join to it. */
static const char *line_end(const char *line)
{
	const char *end = strchr(line, '\n');

	while (end != NULL && open_brackets(line, (size_t)(end - line)) > 0)
		end = strchr(end + 1, '\n');
	return end;
}

/* Without line breaks and the blanks after them. */
static const char *joined(const char *text, size_t len)
{
	char *copy = strndup(text, len);
	const char *kept;
	size_t out = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n') {
			i += strspn(text + i, "\n ") - 1;
			copy[out++] = ' ';
		} else {
			copy[out++] = text[i];
		}
	}
	kept = text_copy(copy, out);
	free(copy);
	return kept;
}

static void add(const char *line, size_t len)
{
	const char *text = joined(line, len);
	size_t indent = strspn(text, " ");
	const char *key = text + indent;
	const char *colon = strstr(key, ":");
	bool is_quoted = key[0] == '\'';

	while (colon != NULL && colon[1] != ' ' && colon[1] != '\0')
		colon = strstr(colon + 1, ":");
	if (colon == NULL || key[0] == '#' || key[0] == '-' ||
	    node_count == NODES_MOST)
		return;

	nodes[node_count++] = (struct node){
	    .indent = indent,
	    .key = text_copy(key + is_quoted,
		(size_t)(colon - key) - 2 * is_quoted),
	    .value = colon + 1 + strspn(colon + 1, " "),
	};
}

bool contract_read(const char *path)
{
	const char *text = text_of_file(path);
	const char *end;

	node_count = 0;
	if (text == NULL)
		return false;
	for (; (end = line_end(text)) != NULL; text = end + 1)
		add(text, (size_t)(end - text));
	return node_count > 0;
}

/* The next node after one, at most at the same depth; NULL past its parent. */
static const struct node *sibling(const struct node *node)
{
	const struct node *next = node + 1;

	while (next < nodes + node_count && next->indent > node->indent)
		next++;
	return next < nodes + node_count && next->indent == node->indent
	    ? next : NULL;
}

static const struct node *first_child(const struct node *node)
{
	const struct node *next = node + 1;

	return next < nodes + node_count && next->indent > node->indent
	    ? next : NULL;
}

/* The child of a node called so; NULL in, NULL out. */
static const struct node *child(const struct node *node, const char *key)
{
	const struct node *found = node != NULL ? first_child(node) : NULL;

	while (found != NULL && strcmp(found->key, key) != 0)
		found = sibling(found);
	return found;
}

static const struct node *top(const char *key)
{
	const struct node *found = node_count > 0 ? nodes : NULL;

	while (found != NULL && strcmp(found->key, key) != 0)
		found = sibling(found);
	return found;
}

/* What a $ref inside text names; NULL where text holds none. */
static const struct node *referred(const char *text)
{
	static const char mark[] = "$ref: '#/components/";
	const char *at = strstr(text, mark);
	const char *slash;

	if (at == NULL)
		return NULL;
	at += strlen(mark);
	slash = strchr(at, '/');
	return child(child(top("components"), text_copy(at,
	    (size_t)(slash - at))), text_copy(slash + 1,
	    strcspn(slash + 1, "'")));
}

static const struct node *operation(const char *method, const char *path)
{
	struct op *op = op_new("contract", 1000);
	const char *key = text_print("%s", str_lower(op->pool, method));

	op_free(op);
	return child(child(top("paths"), path), key);
}

bool contract_has(const char *method, const char *path)
{
	return operation(method, path) != NULL;
}

size_t contract_count(void)
{
	size_t count = 0;

	for (size_t i = 0; i < node_count; i++)
		count += strcmp(nodes[i].key, "operationId") == 0;
	return count;
}

/* The response itself, or the one it refers to. */
static const struct node *resolved(const struct node *response)
{
	const struct node *other = referred(response->value);

	return other != NULL ? other : response;
}

/* Word i of a list in brackets, NULL beyond its end and of no list. */
static const char *word(const struct node *list, size_t i)
{
	const char *at = list != NULL ? list->value + 1 : "";
	size_t len;

	for (; i > 0; i--) {
		at += strcspn(at, ",]");
		at += strspn(at, ", ");
	}
	len = strcspn(at, ",] ");
	return len > 0 ? text_copy(at, len) : NULL;
}

size_t contract_answers(const char *method, const char *path,
    struct contract_answer *answers, size_t most)
{
	const struct node *list = child(operation(method, path), "responses");
	const struct node *node = list != NULL ? first_child(list) : NULL;
	size_t count = 0;

	for (; node != NULL; node = sibling(node)) {
		const struct node *codes = child(resolved(node), "x-codes");

		for (size_t i = 0; count < most && (i == 0 ||
		    word(codes, i) != NULL); i++)
			answers[count++] = (struct contract_answer){
			    .status = strtol(node->key, NULL, 10),
			    .code = word(codes, i)};
	}
	return count;
}

/* Whether the list in a text's first brackets after name has what is sought. */
static bool lists(const char *text, const char *name, const char *sought)
{
	const char *at = strstr(text, name);
	size_t len = strlen(sought);

	at = at != NULL ? strchr(at, '[') : NULL;
	while (at != NULL && *at != ']' && *at != '\0') {
		at += 1 + strspn(at + 1, " '");
		if (strncmp(at, sought, len) == 0 &&
		    strchr("', ]", at[len]) != NULL)
			return true;
		at += strcspn(at, ",]");
	}
	return false;
}

static const char *value_flaw(const char *name, const char *text,
    const struct js *value);

/* The property of a schema, or of one that it takes in by allOf. */
static const struct node *property(const struct node *schema,
    const char *name)
{
	const struct node *found = child(child(schema, "properties"), name);
	const struct node *all = child(schema, "allOf");

	if (found == NULL && all != NULL)
		found = property(referred(all->value), name);
	return found;
}

static const char *missing(const struct node *schema, const struct js *value)
{
	const struct node *all = child(schema, "allOf");
	const struct node *required = child(schema, "required");
	const char *name;

	for (size_t i = 0; (name = word(required, i)) != NULL; i++)
		if (!js_has(value, name))
			return text_print("there is no %s", name);
	return all != NULL ? missing(referred(all->value), value) : NULL;
}

/* What is wrong with an object of a schema. */
static const char *object_flaw(const char *name, const struct node *schema,
    const struct js *value)
{
	const char *flaw;

	if (schema->value[0] != '\0')
		return value_flaw(name, schema->value, value);
	if (js_type(value) != JS_OBJECT)
		return text_print("%s is no object", name);

	flaw = missing(schema, value);
	for (size_t i = 0; flaw == NULL && i < js_count(value); i++) {
		const char *member = js_name(value, i);
		const struct node *found = property(schema, member);

		flaw = found == NULL
		    ? text_print("%s in %s is not told of", member, name)
		    : value_flaw(member, found->value, js_get(value, member));
	}
	return flaw;
}

/* Whether a value is of the type, or one of the types, that text gives. */
static bool has_type(const char *text, const struct js *value)
{
	static const char *const names[] = {[JS_NULL] = "null",
	    [JS_BOOL] = "boolean", [JS_NUMBER] = "integer",
	    [JS_TEXT] = "string", [JS_ARRAY] = "array",
	    [JS_OBJECT] = "object"};
	const char *name = names[js_type(value)];
	const char *type = strstr(text, "type: ");

	if (type == NULL)
		return true;
	type += strlen("type: ");
	return *type == '[' ? lists(type, "", name) :
	    strncmp(type, name, strlen(name)) == 0;
}

static const char *value_flaw(const char *name, const char *text,
    const struct js *value)
{
	const struct node *schema = referred(text);
	const char *constant = strstr(text, "const: ");
	const char *said = js_as_text(value);
	const char *flaw = NULL;

	if (!has_type(text, value))
		return text_print("%s is of another type", name);
	if (strstr(text, "date-time") != NULL && said != NULL &&
	    (strlen(said) != 24 || said[10] != 'T' || said[23] != 'Z'))
		return text_print("%s is no time", name);
	if (strstr(text, "enum: ") != NULL &&
	    (said == NULL || !lists(text, "enum: ", said)))
		return text_print("%s is none of its values", name);
	if (constant != NULL && (said == NULL || strncmp(constant +
	    strlen("const: "), said, strlen(said)) != 0))
		return text_print("%s is another value", name);
	if (schema == NULL)
		return NULL;

	if (strstr(text, "type: array") == NULL)
		return object_flaw(name, schema, value);
	for (size_t i = 0; flaw == NULL && i < js_count(value); i++)
		flaw = object_flaw(name, schema, js_at(value, i));
	return flaw;
}

/* What is wrong with a body that was parsed. */
static const char *body_flaw(const struct node *response,
    const struct node *content, long status, const struct js *value)
{
	const struct node *codes = child(response, "x-codes");
	const struct node *schema = child(content, "schema");
	const char *code = js_text(value, "code");

	if (status >= 400 && (codes == NULL || code == NULL ||
	    !lists(codes->value, "", code)))
		return text_print("the code %s is not told of",
		    code != NULL ? code : "none");
	return schema != NULL ? value_flaw("the body", schema->value, value)
			      : "there is no schema";
}

const char *contract_flaw(const struct contract_exchange *exchange)
{
	const struct node *response = child(child(operation(exchange->method,
	    exchange->path), "responses"), text_print("%ld",
	    exchange->status));
	const struct node *list;
	const struct node *content;
	struct op *op;
	const struct js *value;
	const char *flaw;

	if (response == NULL)
		return text_print("the status %ld is not told of",
		    exchange->status);
	response = resolved(response);
	list = child(response, "content");
	if (exchange->size == 0)
		return list == NULL || exchange->status == 303 ? NULL :
		    "there is no body";
	content = exchange->type != NULL ? child(list, text_copy(
	    exchange->type, strcspn(exchange->type, ";"))) : NULL;
	if (content == NULL)
		return "the content type is not told of";
	if (strstr(content->key, "json") == NULL)
		return NULL;

	op = op_new("contract", 10000);
	flaw = js_parse(op, exchange->body, exchange->size, &value) == RC_OK
	    ? body_flaw(response, content, exchange->status, value)
	    : "the body is no JSON";
	op_free(op);
	return flaw;
}
