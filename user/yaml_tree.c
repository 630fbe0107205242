// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <search.h>
#include <string.h>
#include <yaml.h>

#include "memory.h"
#include "yaml_arena.h"
#include "yaml_tree.h"

/* The last node that was given this name. */
struct anchor {
	const char *name;
	struct yaml_node *node;
};

struct reader {
	yaml_parser_t parser;
	yaml_event_t event; /* the current one */
	struct yaml_tree *tree;
	const char *file;
	struct diagnostics *diagnostics;
	void *anchors; /* of tsearch(): struct anchor by name */
	unsigned aliased;
	bool stopped; /* after what makes going on senseless; it was reported */
};

static struct position place(const struct reader *reader, const yaml_mark_t *mark)
{
	return (struct position){reader->file, mark->line + 1, mark->column + 1};
}

static struct position here(const struct reader *reader)
{
	return place(reader, &reader->event.start_mark);
}

/* libyaml's words, and what mostly lies behind them. */
static const struct {
	const char *problem, *hint;
} hints[] = {
	{"cannot start any token",
	 " (a tab? or a value that begins with %, @ or ` and wants quotes)"},
	{"unexpected ':'", " (an IPv6 address that ends in a colon wants quotes)"},
	{"mapping values are not allowed",
	 " (a second colon in a line? then the value wants quotes)"},
};

static const char *hint_for(const char *problem)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(*hints); i++)
		if (strstr(problem, hints[i].problem))
			return hints[i].hint;
	return "";
}

static void report_syntax(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	const char *problem = parser->problem ? parser->problem : "cannot be read";
	bool in_context = parser->context && strstr(parser->context, "while");

	reader->stopped = true;
	diagnostics_error(reader->diagnostics, place(reader, &parser->problem_mark),
			  "not valid YAML: %s%s%s%s", problem, in_context ? " " : "",
			  in_context ? parser->context : "", hint_for(problem));
}

/* Goes on to the next event; false when there is none because the text is wrong. */
static bool advance(struct reader *reader)
{
	yaml_event_delete(&reader->event);
	if (reader->stopped)
		return false;
	if (yaml_parser_parse(&reader->parser, &reader->event))
		return true;
	report_syntax(reader);
	return false;
}

static struct yaml_node *stop(struct reader *reader, const char *why)
{
	diagnostics_error(reader->diagnostics, here(reader), "%s", why);
	reader->stopped = true;
	return NULL;
}

static struct yaml_node *new_node(struct reader *reader, enum yaml_kind kind)
{
	struct yaml_node *node = yaml_arena_take(&reader->tree->blocks, sizeof(*node));

	node->kind = kind;
	node->position = here(reader);
	node->weight = 1;
	return node;
}

static const char *keep_text(struct reader *reader, const void *text, size_t len)
{
	return memcpy(yaml_arena_take(&reader->tree->blocks, len + 1), text, len);
}

static void refuse_tag(struct reader *reader, const yaml_char_t *tag)
{
	if (tag)
		diagnostics_error(reader->diagnostics, here(reader),
				  "tags (%.40s) are not supported: write the value alone",
				  (const char *)tag);
}

static int compare_anchors(const void *left, const void *right)
{
	return strcmp(((const struct anchor *)left)->name, ((const struct anchor *)right)->name);
}

static void remember(struct reader *reader, const yaml_char_t *name, struct yaml_node *node)
{
	struct anchor *anchor, **found;

	if (!name)
		return;
	anchor = yaml_arena_take(&reader->tree->blocks, sizeof(*anchor));
	anchor->name = keep_text(reader, name, strlen((const char *)name));
	found = tsearch(anchor, &reader->anchors, compare_anchors);
	if (found)
		(*found)->node = node;
}

static struct yaml_node *read_node(struct reader *reader, unsigned depth);

/* Appends to a list, or a key to a mapping; `end` is where the next one goes. */
static struct yaml_node **attach(struct yaml_node *parent, struct yaml_node **end,
				 struct yaml_node *child)
{
	*end = child;
	parent->count++;
	parent->weight += child->weight + (child->value ? child->value->weight : 0);
	if (parent->height <= child->height)
		parent->height = child->height + 1;
	if (child->value && parent->height <= child->value->height)
		parent->height = child->value->height + 1;
	return &child->next;
}

static struct yaml_node *read_scalar(struct reader *reader)
{
	struct yaml_node *node = new_node(reader, YAML_SCALAR);

	refuse_tag(reader, reader->event.data.scalar.tag);
	remember(reader, reader->event.data.scalar.anchor, node);
	node->quoted = reader->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->text = keep_text(reader, reader->event.data.scalar.value,
			       reader->event.data.scalar.length);
	if (strlen(node->text) != reader->event.data.scalar.length)
		diagnostics_error(reader->diagnostics, node->position,
				  "a NUL character (\\0) in a value");
	return node;
}

static struct yaml_node *read_list(struct reader *reader, unsigned depth)
{
	struct yaml_node *node = new_node(reader, YAML_LIST), **end = &node->first, *item;

	refuse_tag(reader, reader->event.data.sequence_start.tag);
	remember(reader, reader->event.data.sequence_start.anchor, node);
	node->height = 1;
	node->open = true;
	while (advance(reader) && reader->event.type != YAML_SEQUENCE_END_EVENT) {
		item = read_node(reader, depth + 1);
		if (!item)
			return NULL;
		end = attach(node, end, item);
	}
	node->open = false;
	return node;
}

/* A key and its value. */
static struct yaml_node *read_pair(struct reader *reader, unsigned depth)
{
	struct yaml_node *key;

	if (reader->event.type != YAML_SCALAR_EVENT)
		return stop(reader, "a key must be a plain word");
	key = read_scalar(reader);
	if (!key->quoted && strcmp(key->text, "<<") == 0)
		diagnostics_error(reader->diagnostics, key->position,
				  "merge keys (<<) are not supported: write the keys out");
	if (!advance(reader))
		return NULL;
	key->value = read_node(reader, depth + 1);
	return key->value ? key : NULL;
}

/* By text, then by place. */
static int compare_keys(const void *left, const void *right)
{
	const struct yaml_node *a = *(const struct yaml_node *const *)left;
	const struct yaml_node *b = *(const struct yaml_node *const *)right;
	int order = strcmp(a->text, b->text);

	if (order)
		return order;
	if (a->position.line != b->position.line)
		return a->position.line < b->position.line ? -1 : 1;
	return a->position.column < b->position.column ? -1 : 1;
}

/* Takes the marked keys, those without a value, out of a mapping. */
static void drop_marked(struct yaml_node *mapping)
{
	struct yaml_node **link = &mapping->first;

	while (*link) {
		if ((*link)->value) {
			link = &(*link)->next;
			continue;
		}
		*link = (*link)->next;
		mapping->count--;
	}
}

/* Reports keys that were there before, and leaves them out. */
static void refuse_repeated_keys(struct reader *reader, struct yaml_node *mapping)
{
	AUTO_FREE struct yaml_node **keys = memory_zeroed(mapping->count, sizeof(*keys));
	size_t count = 0, first = 0;

	for (struct yaml_node *key = mapping->first; key; key = key->next)
		keys[count++] = key;
	qsort(keys, count, sizeof(*keys), compare_keys);
	for (size_t i = 1; i < count; i++) {
		if (strcmp(keys[i]->text, keys[first]->text) != 0) {
			first = i;
			continue;
		}
		diagnostics_error(reader->diagnostics, keys[i]->position,
				  "duplicate key \"%.60s\": it is already on line %u",
				  keys[i]->text, keys[first]->position.line);
		keys[i]->value = NULL;
	}
	drop_marked(mapping);
}

static struct yaml_node *read_mapping(struct reader *reader, unsigned depth)
{
	struct yaml_node *node = new_node(reader, YAML_MAPPING), **end = &node->first, *key;

	refuse_tag(reader, reader->event.data.mapping_start.tag);
	remember(reader, reader->event.data.mapping_start.anchor, node);
	node->height = 1;
	node->open = true;
	while (advance(reader) && reader->event.type != YAML_MAPPING_END_EVENT) {
		key = read_pair(reader, depth);
		if (!key)
			return NULL;
		end = attach(node, end, key);
	}
	refuse_repeated_keys(reader, node);
	node->open = false;
	return node;
}

/* A node of its own that shares the anchor's children. */
static struct yaml_node *read_alias(struct reader *reader, unsigned depth)
{
	struct yaml_node *node = new_node(reader, YAML_SCALAR);
	struct anchor wanted = {(const char *)reader->event.data.alias.anchor, NULL};
	struct anchor *const *found = tfind(&wanted, &reader->anchors, compare_anchors);
	struct position position = node->position;

	if (!found) {
		diagnostics_error(reader->diagnostics, position,
				  "unknown alias \"*%.60s\": no \"&%.60s\" before it", wanted.name,
				  wanted.name);
		node->text = "";
		return node;
	}
	if ((*found)->node->open)
		return stop(reader, "an alias inside of the value that it stands for");
	if (depth + (*found)->node->height > YAML_TREE_DEPTH_MAX + 1)
		return stop(reader, "nested deeper than 8 levels, with the alias written out");
	reader->aliased += (*found)->node->weight;
	if (reader->aliased > YAML_TREE_ALIASED_MAX)
		return stop(reader, "the aliases up to here stand for more than 1,000,000 values");
	*node = *(*found)->node;
	node->position = position;
	node->next = node->value = NULL;
	return node;
}

/* The node that begins with the current event, at `depth` (the root has 1); NULL when stopped. */
static struct yaml_node *read_node(struct reader *reader, unsigned depth)
{
	switch (reader->event.type) {
	case YAML_SCALAR_EVENT:
		return read_scalar(reader);
	case YAML_ALIAS_EVENT:
		return read_alias(reader, depth);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		break;
	default:
		return stop(reader, "expected a value");
	}
	if (depth > YAML_TREE_DEPTH_MAX)
		return stop(reader, "nested deeper than 8 levels");
	if (reader->event.type == YAML_SEQUENCE_START_EVENT)
		return read_list(reader, depth);
	return read_mapping(reader, depth);
}

static void refuse_directives(struct reader *reader)
{
	if (reader->event.data.document_start.tag_directives.start !=
	    reader->event.data.document_start.tag_directives.end)
		diagnostics_error(reader->diagnostics, here(reader), "tags are not supported");
}

static bool advance_over(struct reader *reader, int events)
{
	for (int i = 0; i < events; i++)
		if (!advance(reader))
			return false;
	return true;
}

static void read_document(struct reader *reader)
{
	struct yaml_node *root;

	/* The stream's start, then the document's. */
	if (!advance_over(reader, 2))
		return;
	if (reader->event.type == YAML_STREAM_END_EVENT) {
		diagnostics_error(reader->diagnostics, (struct position){reader->file, 0, 0},
				  "the file is empty: expected keys like profile, interfaces "
				  "and roles");
		return;
	}
	refuse_directives(reader);
	if (!advance(reader))
		return;
	root = read_node(reader, 1);
	/* The document's end, then the stream's. */
	if (!advance_over(reader, 2))
		return;
	if (reader->event.type != YAML_STREAM_END_EVENT)
		stop(reader, "a second document: expected one in a file");
	reader->tree->root = root;
}

static void keep_anchor(void *anchor)
{
	(void)anchor; /* the tree's memory holds it */
}

void yaml_tree_read(struct yaml_tree *tree, const char *file, const char *text, size_t len,
		    struct diagnostics *diagnostics)
{
	struct reader reader = {.tree = tree, .file = file, .diagnostics = diagnostics};

	*tree = (struct yaml_tree){0};
	if (!yaml_parser_initialize(&reader.parser)) {
		diagnostics_error(diagnostics, (struct position){file, 0, 0}, "out of memory");
		return;
	}
	yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, len);
	read_document(&reader);
	yaml_event_delete(&reader.event);
	yaml_parser_delete(&reader.parser);
	tdestroy(reader.anchors, keep_anchor);
}

void yaml_tree_free(struct yaml_tree *tree)
{
	yaml_arena_free(&tree->blocks);
	*tree = (struct yaml_tree){0};
}
