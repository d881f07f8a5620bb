/* Whether JSON texts say the same by the first law (labelstore/json/equality.py), as far as nothing about them is
   unusual: "yes" is sure, and "no" leaves it to Python.

   The found text is read into nodes, one for each value and each key in the order of the text. The expected one is
   walked once beside them; each of its members is looked for where the last one was found, as both mostly have the same
   order. What is left to Python: differences, keys with escapes, a key twice in an object, integers of more than 18
   digits, -0, numbers beyond 1e308, more than 200 levels, and what is no JSON. */
#include "core.h"
#include "memory.h"
#include "text.h"

#define LARGEST_TEXT ((size_t)1 << 30)
#define MOST_NODES ((uint32_t)1 << 22)

/* So many members of an object are looked at for one key. */
#define MOST_LOOKED_AT 64

/* What the views give has a comma before each member, element and some single values, and this before the first one:
   labelstore/engines/pieces.py. */
#define MARK '\1'

typedef struct {
    uint32_t start; /* where its text begins and ends: of a string and a key the quotes are no part of it */
    uint32_t end;
    uint32_t after; /* the number of the node behind all that is in this one */
    uint32_t told;  /* of an object or array how many it holds, of a string whether it has escapes, of a key its hash,
                       0 once that is found */
} Node;

typedef struct {
    const char *text;
    const char *end;
    int has_marks;
    Array nodes; /* of Node */
} Found;

static inline Node *node_at(const Found *found, uint32_t number)
{
    return (Node *)found->nodes.data + number;
}

static inline uint32_t count_nodes(const Found *found)
{
    return (uint32_t)(found->nodes.size / sizeof(Node));
}

/* -- the found text becomes nodes --------------------------------------------------------------------------------- */

/* Adds a node whose text begins here; 0 without memory, or with too many. */
static int open_node(Found *found, const char *at)
{
    Node *node = count_nodes(found) < MOST_NODES ? array_add(&found->nodes, sizeof(Node)) : NULL;
    if (node == NULL)
        return 0;
    node->start = (uint32_t)(at - found->text);
    return 1;
}

static void close_node(Found *found, uint32_t number, const char *end, uint32_t told)
{
    Node *node = node_at(found, number);
    node->end = (uint32_t)(end - found->text);
    node->after = count_nodes(found);
    node->told = told;
}

static const char *read_string(Found *found, const char *at)
{
    uint32_t number = count_nodes(found);
    size_t escapes;
    if (!open_node(found, at + 1))
        return NULL;
    at = scan_string(at + 1, found->end, &escapes);
    if (at != NULL)
        close_node(found, number, at - 1, escapes > 0);
    return at;
}

static int by_value(const void *one, const void *other)
{
    uint32_t left = *(const uint32_t *)one;
    uint32_t right = *(const uint32_t *)other;
    return left < right ? -1 : left > right;
}

/* Whether no two keys of an object have the same hash; 0 without memory too. */
static int are_distinct(const Found *found, uint32_t number, uint32_t count)
{
    uint32_t *hashes = malloc(count * sizeof *hashes);
    if (hashes == NULL)
        return 0;
    uint32_t key = number + 1;
    for (uint32_t place = 0; place < count; place++) {
        hashes[place] = node_at(found, key)->told;
        key = node_at(found, key)->after;
    }
    qsort(hashes, count, sizeof *hashes, by_value);
    int distinct = 1;
    for (uint32_t place = 1; place < count; place++)
        distinct &= hashes[place] != hashes[place - 1];
    free(hashes);
    return distinct;
}

/* Where the first value after a bracket or colon begins: behind the mark and the comma that the views put there. */
static const char *enter(const Found *found, const char *at)
{
    if (found->has_marks && at < found->end && *at == MARK) {
        at++;
        if (at < found->end && *at == ',')
            at++;
    }
    return skip_space(at, found->end);
}

static const char *read_value(Found *found, const char *at, int level);

/* Reads a key and its colon; adds what its hash is to `seen`, and sets `again` if that was there. */
static const char *read_key(Found *found, const char *at, uint64_t *seen, int *again)
{
    uint32_t number = count_nodes(found);
    if (at == found->end || *at != '"')
        return NULL;
    at = read_string(found, at);
    if (at == NULL || node_at(found, number)->told > 0)
        return NULL;
    const char *key = found->text + node_at(found, number)->start;
    uint32_t hash = (uint32_t)text_hash(key, (size_t)(at - 1 - key)) | 1;
    uint64_t bit = (uint64_t)1 << (hash >> 26);
    node_at(found, number)->told = hash;
    *again |= (*seen & bit) != 0;
    *seen |= bit;
    at = skip_space(at, found->end);
    return at < found->end && *at == ':' ? enter(found, at + 1) : NULL;
}

static const char *read_holder(Found *found, const char *at, int level)
{
    char closing = *at == '{' ? '}' : ']';
    uint32_t number = count_nodes(found);
    uint32_t count = 0;
    uint64_t seen = 0;
    int again = 0;
    if (!open_node(found, at))
        return NULL;
    at = enter(found, at + 1);
    while (at < found->end && (count > 0 || *at != closing)) {
        uint32_t first = count_nodes(found);
        if (closing == '}')
            at = read_key(found, at, &seen, &again);
        if (at != NULL)
            at = read_value(found, at, level + 1);
        if (at == NULL)
            return NULL;
        node_at(found, first)->after = count_nodes(found);
        count++;
        at = skip_space(at, found->end);
        if (at == found->end || *at != ',')
            break;
        at = skip_space(at + 1, found->end);
    }
    if (at == found->end || *at != closing || (again && !are_distinct(found, number, count)))
        return NULL;
    close_node(found, number, at + 1, count);
    return at + 1;
}

static const char *read_value(Found *found, const char *at, int level)
{
    uint32_t number = count_nodes(found);
    Number ignored;
    if (at == found->end || level > MOST_LEVELS)
        return NULL;
    if (*at == '{' || *at == '[')
        return read_holder(found, at, level);
    if (*at == '"')
        return read_string(found, at);
    if (!open_node(found, at))
        return NULL;
    int is_word = *at == 't' || *at == 'f' || *at == 'n';
    at = is_word ? scan_word(at, found->end) : scan_number(at, found->end, &ignored);
    if (at != NULL)
        close_node(found, number, at, 0);
    return at;
}

/* -- the expected text is walked beside them: each function is behind a value that says the same, or at NULL --------- */

/* Whether strings without their quotes are the same, code point by code point. */
static int are_decoded_same(const char *one, size_t size, const char *other, size_t other_size)
{
    char *texts = malloc(size + other_size + 1);
    if (texts == NULL)
        return 0;
    size_t length = decode_string(one, one + size, texts);
    size_t other_length = decode_string(other, other + other_size, texts + size);
    int same = length == other_length && memcmp(texts, texts + size, length) == 0;
    free(texts);
    return same;
}

static const char *walk_string(const Found *found, const Node *node, const char *at, const char *end)
{
    size_t escapes;
    const char *first = at + 1;
    at = scan_string(first, end, &escapes);
    if (at == NULL)
        return NULL;
    const char *text = found->text + node->start;
    size_t size = (size_t)(at - 1 - first);
    size_t other_size = node->end - node->start;
    int same = escapes == 0 && node->told == 0 ? size == other_size && memcmp(first, text, size) == 0
                                               : are_decoded_same(first, size, text, other_size);
    return same ? at : NULL;
}

/* Numbers are compared as written, integers exactly, others as doubles: a double is an integer up to 2^53. */
static const char *walk_number(const Found *found, const Node *node, const char *at, const char *end)
{
    const double most = 9007199254740992.0;
    const char *text = found->text + node->start;
    size_t size = node->end - node->start;
    Number number;
    Number other;
    const char *behind = scan_number(at, end, &number);
    if (behind == NULL)
        return NULL;
    if ((size_t)(behind - at) == size && memcmp(at, text, size) == 0)
        return behind;
    if (scan_number(text, text + size, &other) == NULL)
        return NULL;
    if (number.is_integer && other.is_integer)
        return number.integer == other.integer ? behind : NULL;
    if (number.is_integer != other.is_integer && !(number.real < most && number.real > -most))
        return NULL;
    return number.real == other.real ? behind : NULL;
}

/* The key of an object that is this text, looked for from the key `next` on; 0 if it is not there. */
static uint32_t key_of(const Found *found, uint32_t object, uint32_t next, const char *key, size_t size)
{
    uint32_t count = node_at(found, object)->told;
    for (uint32_t looked_at = 0; looked_at < count && looked_at < MOST_LOOKED_AT; looked_at++) {
        if (next == node_at(found, object)->after)
            next = object + 1;
        const Node *node = node_at(found, next);
        if (node->told != 0 && node->end - node->start == size && memcmp(found->text + node->start, key, size) == 0)
            return next;
        next = node->after;
    }
    return 0;
}

/* Behind the colon of a key that the object has from `next` on, which becomes that key; each is found once. */
static const char *walk_key(const Found *found, uint32_t object, uint32_t *next, const char *at, const char *end)
{
    size_t escapes;
    const char *key = at + 1;
    if (at == end || *at != '"')
        return NULL;
    at = scan_string(key, end, &escapes);
    if (at == NULL || escapes > 0)
        return NULL;
    *next = key_of(found, object, *next, key, (size_t)(at - 1 - key));
    if (*next == 0)
        return NULL;
    node_at(found, *next)->told = 0;
    at = skip_space(at, end);
    return at < end && *at == ':' ? skip_space(at + 1, end) : NULL;
}

static const char *walk_value(const Found *found, uint32_t number, const char *at, const char *end);

/* As the keys of a found object are distinct, and each is found once, so are those of an expected one. */
static const char *walk_holder(const Found *found, uint32_t holder, const char *at, const char *end)
{
    char closing = *at == '{' ? '}' : ']';
    uint32_t next = holder + 1;
    at = skip_space(at + 1, end);
    for (uint32_t left = node_at(found, holder)->told; left > 0; left--) {
        if (closing == '}')
            at = walk_key(found, holder, &next, at, end);
        if (at != NULL)
            at = walk_value(found, closing == '}' ? next + 1 : next, at, end);
        if (at == NULL)
            return NULL;
        next = node_at(found, next)->after;
        at = skip_space(at, end);
        if (left > 1) {
            if (at == end || *at != ',')
                return NULL;
            at = skip_space(at + 1, end);
        }
    }
    return at < end && *at == closing ? at + 1 : NULL;
}

/* No deeper than the found text. */
static const char *walk_value(const Found *found, uint32_t number, const char *at, const char *end)
{
    const Node *node = node_at(found, number);
    const char *text = found->text + node->start;
    if (at == end)
        return NULL;
    if (*at == '"') /* a found string begins behind its quote, where nothing else can begin */
        return node->start > 0 && text[-1] == '"' ? walk_string(found, node, at, end) : NULL;
    if (node->start > 0 && text[-1] == '"')
        return NULL;
    if (*at == '{' || *at == '[')
        return *text == *at ? walk_holder(found, number, at, end) : NULL;
    if (*at == '-' || (*at >= '0' && *at <= '9'))
        return *text == '-' || (*text >= '0' && *text <= '9') ? walk_number(found, node, at, end) : NULL;
    return *at == *text ? scan_word(at, end) : NULL;
}

/* -- what Python calls --------------------------------------------------------------------------------------------- */

/* Whether the expected text says what the nodes do, and no more. */
static int is_said(const Found *found, const char *expected, size_t size)
{
    const char *end = expected + size;
    const char *at = walk_value(found, 0, skip_space(expected, end), end);
    return at != NULL && skip_space(at, end) == end;
}

CORE_API int core_same(const char *expected, size_t expected_size, const char *text, size_t size);

/* 1 if the texts surely say the same and `expected` has no key twice in an object; 0 leaves both open. */
int core_same(const char *expected, size_t expected_size, const char *text, size_t size)
{
    Found found = {.text = text, .end = text + size};
    int same = 0;
    if (size <= LARGEST_TEXT) {
        const char *at = read_value(&found, skip_space(text, found.end), 1);
        same = at != NULL && skip_space(at, found.end) == found.end && is_said(&found, expected, expected_size);
    }
    array_free(&found.nodes);
    return same;
}

CORE_API size_t core_same_each(const char *const *expected, const size_t *sizes, size_t count, const char *pieces,
                               size_t size, unsigned char *verdicts);

/* The same of each of some texts and the record in its place among the joined pieces of as many records, each with a
   comma before it. All are 0 where these are not as many values: which is whose is not known. Returns how many are 1. */
size_t core_same_each(const char *const *expected, const size_t *sizes, size_t count, const char *pieces, size_t size,
                      unsigned char *verdicts)
{
    Found found = {.text = pieces, .end = pieces + size, .has_marks = 1};
    const char *at = size <= LARGEST_TEXT ? pieces : NULL;
    size_t equal = 0;
    size_t place = 0;
    memset(verdicts, 0, count);
    for (; place < count && at != NULL && at < found.end && *at == ','; place++) {
        found.nodes.size = 0;
        at = read_value(&found, skip_space(at + 1, found.end), 1);
        if (at == NULL)
            break;
        at = skip_space(at, found.end);
        verdicts[place] = (unsigned char)is_said(&found, expected[place], sizes[place]);
        equal += verdicts[place];
    }
    if (at != found.end || place < count) {
        memset(verdicts, 0, count);
        equal = 0;
    }
    array_free(&found.nodes);
    return equal;
}
