/* Reading one record: JSON text → a tree of cells, by the types that declarations give.

   What fits its type becomes a cell. A member that its object does not declare, or that is null where no null belongs,
   is kept as JSON text. Everything else is a misfit: reading stops, and Python reads the record. */

#include "read.h"
#include "memory.h"
#include "text.h"

#include <math.h>
#include <stdio.h>

/* How a type reads an object or an array. */
enum { MISFIT, STRUCT_OR_LIST, MAPPED, NUMBERED, AS_JSON, CLOSED_PATH, OPEN_PATH, PLAIN_ARRAY, POSITIONS };
/* What a struct does with members that it does not declare. */
enum { REFUSE, KEEP, IGNORE };
enum { ANY_NUMBER = 1, ONLY_INTEGER, NUMBER_AS_JSON, AS_WRITTEN };

#define MOST_MEMBERS 64
#define FEW_KEYS 8 /* so many are compared each with each */
#define MOST_MET 200 /* keys of a map that are looked at for one; only made-up keys have more with such hashes */

static const char *read_value(Reader *reader, const char *at, int type, Cell *cell, int level);

static const char *misfit(Reader *reader, const char *why)
{
    reader->why = why;
    return NULL;
}

static const char *no_memory(Reader *reader)
{
    reader->is_out_of_memory = 1;
    return misfit(reader, "memory");
}

/* Where the first value after a bracket or colon begins: behind a mark that may be there, and a comma after that. */
static inline const char *enter(const Reader *reader, const char *at)
{
    if (reader->mark != 0 && at < reader->end && *at == reader->mark) {
        at++;
        if (at < reader->end && *at == ',')
            at++;
    }
    return skip_space(at, reader->end);
}

/* The next element of an array or object, or the place behind its end, as `is_done` says; `at` is behind its opening
   bracket, if this is the first, or behind an element. */
static inline const char *next_element(Reader *reader, const char *at, int is_first, char close, int *is_done)
{
    at = is_first ? enter(reader, at) : skip_space(at, reader->end);
    *is_done = at < reader->end && *at == close;
    if (*is_done)
        return at + 1;
    if (is_first)
        return at;
    return at < reader->end && *at == ',' ? skip_space(at + 1, reader->end) : misfit(reader, "comma");
}

/* -- text --------------------------------------------------------------------------------------------------------- */

/* Reads a string, `at` its opening quote; one without escapes stays where it is. */
static inline const char *read_string(Reader *reader, const char *at, Cell *cell)
{
    size_t escapes;
    const char *first = at + 1;
    at = scan_string(first, reader->end, &escapes);
    if (at == NULL)
        return misfit(reader, "string");
    size_t length = (size_t)(at - 1 - first);
    cell->kind = TEXT;
    cell->length = (uint32_t)length;
    cell->as.text = first;
    if (escapes > 0) {
        char *decoded = arena_take(reader->texts, length);
        if (decoded == NULL)
            return no_memory(reader);
        cell->length = (uint32_t)decode_string(first, at - 1, decoded);
        cell->as.text = decoded;
    }
    return at;
}

/* Whether an encoder would write a string with the escapes that it has. */
static int has_usual_escapes(const char *at, const char *end)
{
    for (; at < end; at++) {
        if (*at == '\\') {
            at++;
            if (*at == '/' || *at == 'u')
                return 0;
        }
    }
    return 1;
}

/* Whether a number is spelled with as few digits as tell it from all others. */
static int is_shortest(const char *text, size_t length, double value)
{
    char digits[LONGEST_NUMBER];
    double size = fabs(value);
    if (!(size >= 1e-4 && size < 1e16))
        return 0;
    for (int precision = 15; precision <= 17; precision++) {
        int written = snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (written > 0 && strtod(digits, NULL) == value)
            return (size_t)written == length && memcmp(digits, text, length) == 0;
    }
    return 0;
}

/* A value as JSON text without white space, as an encoder would write it; a misfit if it is spelled otherwise, or an
   object in it has a key twice. `keeps_numbers`: numbers may be spelled in any way. */
static const char *read_json(Reader *reader, const char *at, Cell *cell, int keeps_numbers)
{
    Reader whole = *reader;
    const char *end = read_any(reader, at, reader->end, cell);
    reader->program = whole.program;
    reader->end = whole.end;
    char *copy = end == NULL ? NULL : arena_take(reader->texts, (size_t)(end - at));
    char *to = copy;
    if (copy == NULL)
        return end == NULL ? NULL : no_memory(reader);
    while (at < end) {
        const char *token = at;
        size_t escapes;
        Number number;
        if (*at == '"') {
            at = scan_string(at + 1, end, &escapes);
            if (escapes > 0 && !has_usual_escapes(token + 1, at - 1))
                return misfit(reader, "escape");
        } else if (*at == '-' || (*at >= '0' && *at <= '9')) {
            at = scan_number(at, end, &number);
            if (!keeps_numbers && !number.is_usual && !is_shortest(token, (size_t)(at - token), number.real))
                return misfit(reader, "number in JSON");
        } else {
            at++;
            if ((unsigned char)*token <= ' ')
                continue;
        }
        memcpy(to, token, (size_t)(at - token));
        to += at - token;
    }
    cell->kind = JSON;
    cell->length = (uint32_t)(to - copy);
    cell->as.text = copy;
    return end;
}

/* -- numbers ------------------------------------------------------------------------------------------------------ */

static const char *read_number(Reader *reader, const char *at, int how, Cell *cell)
{
    Number number;
    const char *first = at;
    at = scan_number(at, reader->end, &number);
    if (at == NULL)
        return misfit(reader, "number");
    if (how == NUMBER_AS_JSON)
        return read_json(reader, first, cell, 0);
    if (number.is_integer) {
        int is_exact = number.integer >= -(1ll << 53) && number.integer <= 1ll << 53;
        if (how == ANY_NUMBER && !is_exact)
            return misfit(reader, "large number");
        cell->kind = INTEGER;
        cell->as.integer = number.integer;
    } else {
        if (how == ONLY_INTEGER)
            return misfit(reader, "no integer");
        int is_whole = fabs(number.real) <= 0x1p53 && number.real == floor(number.real) &&
                       (number.real != 0 || !signbit(number.real));
        reader->has_whole_real |= is_whole && how != AS_WRITTEN;
        cell->kind = is_whole && reader->is_fitted && how != AS_WRITTEN ? INTEGER : REAL;
        if (cell->kind == INTEGER)
            cell->as.integer = (int64_t)number.real;
        else
            cell->as.real = number.real;
    }
    cell->length = 0;
    return at;
}

/* -- paths -------------------------------------------------------------------------------------------------------- */

/* Adds `{"x": …, "y": …}` to the points; its members in any order. */
static const char *read_vertex(Reader *reader, const char *at)
{
    const char *end = reader->end;
    double *point = array_add(&reader->points, 2 * sizeof(double));
    if (point == NULL)
        return no_memory(reader);
    int seen = 0;
    if (at == end || *at != '{')
        return misfit(reader, "vertex");
    at = skip_space(at + 1, end);
    for (int member = 0; member < 2; member++) {
        if (end - at < 4 || at[0] != '"' || (at[1] != 'x' && at[1] != 'y') || at[2] != '"')
            return misfit(reader, "vertex");
        int axis = at[1] == 'y';
        Number number;
        at = skip_space(at + 3, end);
        if (at == end || *at != ':' || (seen & (1 << axis)))
            return misfit(reader, "vertex");
        at = scan_number(skip_space(at + 1, end), end, &number);
        if (at == NULL)
            return misfit(reader, "coordinate");
        if (!number.is_usual)
            reader->has_unusual = 1;
        seen |= 1 << axis;
        point[axis] = number.real;
        at = skip_space(at, end);
        if (at == end || *at != (member == 0 ? ',' : '}'))
            return misfit(reader, "vertex");
        at = member == 0 ? skip_space(at + 1, end) : at + 1;
    }
    return at;
}

/* Adds `[x, y]` to the points. */
static const char *read_position(Reader *reader, const char *at)
{
    const char *end = reader->end;
    double *point = array_add(&reader->points, 2 * sizeof(double));
    if (point == NULL)
        return no_memory(reader);
    for (int axis = 0; axis < 2; axis++) {
        Number number;
        if (at == end || *at != (axis == 0 ? '[' : ','))
            return misfit(reader, "position");
        at = scan_number(skip_space(at + 1, end), end, &number);
        if (at == NULL || (number.real == 0 && signbit(number.real)))
            return misfit(reader, "coordinate");
        reader->has_unusual |= !number.is_usual;
        point[axis] = number.real;
        at = skip_space(at, end);
    }
    return at < end && *at == ']' ? at + 1 : misfit(reader, "position");
}

/* Reads a list of positions or vertices, `at` its bracket. */
static const char *read_points(Reader *reader, const char *at, int are_positions)
{
    int is_done;
    reader->points.size = 0;
    at = next_element(reader, at + 1, 1, ']', &is_done);
    while (at != NULL && !is_done) {
        at = are_positions ? read_position(reader, at) : read_vertex(reader, at);
        if (at != NULL)
            at = next_element(reader, at, 0, ']', &is_done);
    }
    return at;
}

/* How many brackets open here. */
static int opening(const char *at, const char *end)
{
    int count = 0;
    for (; at < end && *at == '['; at = skip_space(at + 1, end))
        count++;
    return count;
}

/* Bounds, area, length, width and height of a walk over points from `start`, as labelstore/formats/geometry.py computes them: the
   same operations in the same order, so that every digit is the same. 0 if one is not finite. */
static int measure(const double *points, size_t count, const double *start, double *measures)
{
    double origin = start[0], last_y = start[1];
    double min_x = origin, max_x = origin, min_y = last_y, max_y = last_y;
    double last = 0.0, doubled = 0.0, length = 0.0;
    for (size_t place = 0; place < count; place++) {
        double x = points[2 * place];
        double y = points[2 * place + 1];
        if (x < min_x)
            min_x = x;
        else if (x > max_x)
            max_x = x;
        if (y < min_y)
            min_y = y;
        else if (y > max_y)
            max_y = y;
        double offset = x - origin;
        double across = offset - last;
        double down = y - last_y;
        length += sqrt(across * across + down * down);
        doubled += (offset + last) * down;
        last = offset;
        last_y = y;
    }
    measures[0] = min_x;
    measures[1] = min_y;
    measures[2] = max_x;
    measures[3] = max_y;
    measures[4] = fabs(doubled) / 2;
    measures[5] = length;
    measures[6] = max_x - min_x;
    measures[7] = max_y - min_y;
    return isfinite(doubled) && isfinite(length) && fabs(min_x) < 1e300 && fabs(max_x) < 1e300 &&
           fabs(min_y) < 1e300 && fabs(max_y) < 1e300;
}

/* Copies a text without its white space; 0 without memory. */
static int take_without_space(Reader *reader, Cell *text)
{
    const char *at = text->as.text;
    char *copy = arena_take(reader->texts, text->length), *to = copy;
    if (copy == NULL)
        return 0;
    for (const char *end = at + text->length; at < end; at++) {
        if ((unsigned char)*at > ' ')
            *to++ = *at;
    }
    text->length = (uint32_t)(to - copy);
    text->as.text = copy;
    return 1;
}

/* Reads the points of a polygon or line: an object of its text, bounds and sizes, a line without an area. Positions are
   those of a line, or of the one ring of a polygon. */
static const char *read_path(Reader *reader, const char *at, int how, Cell *cell)
{
    const char *first = at, *end = reader->end;
    int is_ring = how == POSITIONS && opening(at, end) == 3;
    int is_closed = is_ring || how == CLOSED_PATH;
    at = read_points(reader, is_ring ? skip_space(at + 1, end) : at, how == POSITIONS);
    if (at != NULL && is_ring) {
        at = skip_space(at, end);
        at = at < end && *at == ']' ? at + 1 : misfit(reader, "several rings");
    }
    if (at == NULL)
        return NULL;
    size_t length = (size_t)(at - first);
    Cell *slots = arena_take(&reader->tree, (1 + PATH_MEASURES) * sizeof(Cell));
    if (slots == NULL)
        return no_memory(reader);
    memset(slots, 0, (1 + PATH_MEASURES) * sizeof(Cell));
    slots[0].kind = TEXT;
    slots[0].length = (uint32_t)length;
    slots[0].as.text = first;
    int has_space = memchr(first, ' ', length) || memchr(first, '\n', length) || memchr(first, '\r', length) ||
                    memchr(first, '\t', length);
    if (has_space && !take_without_space(reader, &slots[0]))
        return no_memory(reader);
    size_t count = reader->points.size / (2 * sizeof(double));
    if (count > 0) {
        const double *points = (const double *)(void *)reader->points.data;
        double measures[PATH_MEASURES];
        if (!measure(points, count, is_closed ? points + 2 * (count - 1) : points, measures))
            return misfit(reader, "measures");
        for (int place = 0; place < PATH_MEASURES; place++) {
            slots[1 + place].kind = place == PATH_AREA && !is_closed ? NOTHING : REAL;
            slots[1 + place].as.real = measures[place];
        }
    }
    cell->kind = OBJECT;
    cell->length = 1 + PATH_MEASURES;
    cell->as.cells = slots;
    return at;
}

/* -- lists, maps, objects ----------------------------------------------------------------------------------------- */

/* Moves what was put on the stack since `first` into the tree. */
static const char *take_from_stack(Reader *reader, size_t first, int kind, Cell *cell, const char *at)
{
    size_t size = reader->stack.size - first;
    Cell *cells = arena_take(&reader->tree, size);
    if (cells == NULL)
        return no_memory(reader);
    if (size > 0)
        memcpy(cells, reader->stack.data + first, size);
    reader->stack.size = first;
    cell->kind = (uint32_t)kind;
    cell->length = (uint32_t)(size / sizeof(Cell) / (kind == MAP ? 2 : 1));
    cell->as.cells = cells;
    return at;
}

static int put_on_stack(Reader *reader, const Cell *cell)
{
    Cell *place = array_add(&reader->stack, sizeof(Cell));
    if (place != NULL)
        *place = *cell;
    return place != NULL;
}

static const char *read_list(Reader *reader, const char *at, const Type *type, Cell *cell, int level)
{
    size_t first = reader->stack.size;
    int is_done;
    at = next_element(reader, at + 1, 1, ']', &is_done);
    while (at != NULL && !is_done) {
        Cell item;
        at = read_value(reader, at, type->array_of, &item, level + 1);
        if (at == NULL)
            return NULL;
        if (!put_on_stack(reader, &item))
            return no_memory(reader);
        at = next_element(reader, at, 0, ']', &is_done);
    }
    if (at != NULL)
        at = take_from_stack(reader, first, LIST, cell, at);
    if (at != NULL && ((type->exactly > 0 && cell->length != (uint32_t)type->exactly) ||
                       (type->exactly < 0 && cell->length == 0)))
        return misfit(reader, "length");
    return at;
}

/* Reads a list whose numbers Python takes as they are written. */
static const char *read_unfitted(Reader *reader, const char *at, const Type *type, Cell *cell, int level)
{
    int is_fitted = reader->is_fitted;
    reader->is_fitted = 0;
    at = read_list(reader, at, type, cell, level);
    reader->is_fitted = is_fitted;
    return at;
}

/* Whether two keys of a map are the same, or may be, for many have hashes that meet; -1 without memory. */
static int has_repeated_key(Reader *reader, const Cell *pairs, uint32_t count)
{
    uint32_t most = 16;
    for (uint32_t one = 1; count <= FEW_KEYS && one < count; one++) {
        for (uint32_t other = 0; other < one; other++) {
            if (are_equal(pairs[2 * one], pairs[2 * other]))
                return 1;
        }
    }
    if (count <= FEW_KEYS)
        return 0;
    while (most < 2 * count)
        most *= 2;
    uint32_t *places = arena_take(&reader->tree, most * sizeof(uint32_t));
    if (places == NULL)
        return -1;
    memset(places, 0, most * sizeof(uint32_t));
    for (uint32_t number = 0; number < count; number++) {
        const Cell *key = &pairs[2 * number];
        uint32_t place = (uint32_t)text_hash(key->as.text, key->length) & (most - 1);
        for (int met = 0; places[place] != 0; met++) {
            const Cell *other = &pairs[2 * (places[place] - 1)];
            if (met == MOST_MET || (other->length == key->length && memcmp(other->as.text, key->as.text, key->length) == 0))
                return 1;
            place = (place + 1) & (most - 1);
        }
        places[place] = number + 1;
    }
    return 0;
}

int read_whole_number(const Cell *text, int64_t *value)
{
    Number number;
    const char *end = text->as.text + text->length;
    if (text->length == 0 || scan_number(text->as.text, end, &number) != end || !number.is_integer)
        return 0;
    *value = number.integer;
    return 1;
}

/* Reads the key of a member; the place of its value. */
static inline const char *read_key(Reader *reader, const char *at, Cell *key)
{
    if (at == reader->end || *at != '"')
        return misfit(reader, "key");
    at = read_string(reader, at, key);
    if (at == NULL)
        return NULL;
    at = skip_space(at, reader->end);
    return at < reader->end && *at == ':' ? enter(reader, at + 1) : misfit(reader, "colon");
}

static const char *read_map(Reader *reader, const char *at, const Type *type, Cell *cell, int level)
{
    size_t first = reader->stack.size;
    int is_done;
    at = next_element(reader, at + 1, 1, '}', &is_done);
    while (at != NULL && !is_done) {
        Cell pair[2];
        at = read_key(reader, at, &pair[0]);
        if (at != NULL)
            at = read_value(reader, at, type->object_of, &pair[1], level + 1);
        if (at == NULL)
            return NULL;
        if (!put_on_stack(reader, &pair[0]) || !put_on_stack(reader, &pair[1]))
            return no_memory(reader);
        at = next_element(reader, at, 0, '}', &is_done);
    }
    if (at != NULL)
        at = take_from_stack(reader, first, MAP, cell, at);
    if (at == NULL)
        return NULL;
    int repeats = has_repeated_key(reader, cell->as.cells, cell->length);
    if (repeats < 0)
        return no_memory(reader);
    if (repeats)
        return misfit(reader, "repeated key");
    for (uint32_t number = 0; type->on_object == NUMBERED && number < cell->length; number++) {
        Cell *key = &cell->as.cells[2 * number];
        int64_t value;
        if (!read_whole_number(key, &value))
            return misfit(reader, "frame number");
        key->kind = INTEGER;
        key->length = 0;
        key->as.integer = value;
    }
    return at;
}

/* What begins at this byte of the stack. */
static const Cell *stacked(const Reader *reader, size_t place)
{
    return (const Cell *)(const void *)(reader->stack.data + place);
}

/* Puts a member that has no field on the stack, `key` its text with both quotes: unless it is there since `first`. */
static const char *read_extra(Reader *reader, size_t first, const char *key, size_t length, const char *at)
{
    Cell pair[2];
    reader->has_extra = 1;
    for (size_t place = first; place < reader->stack.size; place += sizeof pair) {
        const Cell *other = stacked(reader, place);
        if (other->length == length && memcmp(other->as.text, key, length) == 0)
            return misfit(reader, "repeated key");
    }
    if (reader->stack.size - first == MOST_MEMBERS * sizeof pair)
        return misfit(reader, "many members");
    pair[0].kind = TEXT;
    pair[0].length = (uint32_t)length;
    pair[0].as.text = key;
    at = read_json(reader, at, &pair[1], 0);
    if (at != NULL && (!put_on_stack(reader, &pair[0]) || !put_on_stack(reader, &pair[1])))
        return no_memory(reader);
    return at;
}

static char *append(char *to, char before, const Cell *text)
{
    *to++ = before;
    memcpy(to, text->as.text, text->length);
    return to + text->length;
}

/* Takes the members without a field from the stack, in the order in which they came, as one JSON object. */
static int take_extra(Reader *reader, size_t first, Cell *extra)
{
    const Cell *members = stacked(reader, first);
    size_t count = (reader->stack.size - first) / sizeof(Cell), length = 1 + count;
    for (size_t place = 0; place < count; place++)
        length += members[place].length;
    char *text = arena_take(reader->texts, length), *to = text;
    if (text == NULL)
        return 0;
    for (size_t place = 0; place < count; place++)
        to = append(to, place == 0 ? '{' : place % 2 ? ':' : ',', &members[place]);
    *to++ = '}';
    extra->kind = TEXT;
    extra->length = (uint32_t)(to - text);
    extra->as.text = text;
    reader->stack.size = first;
    return 1;
}

/* The field of a key, most likely the one that followed `last` before; -1 if there is none. */
static int find_field(Reader *reader, const Struct *structure, int last, const Cell *key)
{
    const Program *program = reader->program;
    int32_t *follows = &reader->follows[structure->first_slot + last + 1];
    for (int tried = -1; tried < structure->fields; tried++) {
        int number = tried < 0 ? *follows : tried;
        const Field *field = &program->field[structure->first_field + number];
        if (number < structure->fields && field->key_length == (int32_t)key->length &&
            memcmp(program->text + field->key, key->as.text, key->length) == 0) {
            *follows = number;
            return number;
        }
    }
    return -1;
}

static const char *read_object(Reader *reader, const char *at, const Struct *structure, Cell *cell, int level)
{
    const Program *program = reader->program;
    const char *end = reader->end;
    size_t slots = (size_t)structure->fields + 2;
    Cell *cells = arena_take(&reader->tree, slots * sizeof(Cell));
    if (cells == NULL)
        return no_memory(reader);
    memset(cells, 0, slots * sizeof(Cell));
    cell->kind = OBJECT;
    cell->length = (uint32_t)slots;
    cell->as.cells = cells;
    int last = -1, is_done;
    size_t first = reader->stack.size;
    at = next_element(reader, at + 1, 1, '}', &is_done);
    while (at != NULL && !is_done) {
        const char *begin = at;
        Cell key;
        at = read_key(reader, at, &key);
        if (at == NULL || key.as.text != begin + 1)
            return misfit(reader, "key"); /* perhaps one with escapes */
        int number = find_field(reader, structure, last, &key);
        const Field *field = number < 0 ? NULL : &program->field[structure->first_field + number];
        int is_null = at < end && *at == 'n';
        if (field != NULL && !(is_null && !program->type[field->type].on_null)) {
            if (cells[number].kind != NOTHING)
                return misfit(reader, "repeated key");
            at = read_value(reader, at, field->type, &cells[number], level + 1);
            last = number;
        } else {
            if (structure->on_others == REFUSE)
                return misfit(reader, "other member");
            at = structure->on_others == IGNORE ? skip_value(at, end)
                                                : read_extra(reader, first, begin, (size_t)key.length + 2, at);
            if (field != NULL && cells[number].kind != NOTHING)
                return misfit(reader, "repeated key");
        }
        if (at != NULL)
            at = next_element(reader, at, 0, '}', &is_done);
    }
    if (at == NULL)
        return NULL;
    for (int number = 0; number < structure->fields; number++) {
        const Field *field = &program->field[structure->first_field + number];
        if (field->is_required && cells[number].kind == NOTHING)
            return misfit(reader, "missing key");
        for (size_t place = first; place < reader->stack.size && cells[number].kind != NOTHING; place += 2 * sizeof(Cell)) {
            const Cell *other = stacked(reader, place);
            if (other->length == (uint32_t)field->key_length + 2 &&
                memcmp(other->as.text + 1, program->text + field->key, (size_t)field->key_length) == 0)
                return misfit(reader, "repeated key"); /* null once, and once a value */
        }
    }
    if (reader->stack.size > first && !take_extra(reader, first, &cells[structure->fields]))
        return no_memory(reader);
    return at;
}

/* -- values ------------------------------------------------------------------------------------------------------- */

/* Reads a value of a type, which says what its first character may be. */
static const char *read_value(Reader *reader, const char *at, int type_number, Cell *cell, int level)
{
    const Type *type = &reader->program->type[type_number];
    const char *end = reader->end;
    if (level > MOST_LEVELS || at == end)
        return misfit(reader, "depth");
    cell->kind = NOTHING;
    cell->length = 0;
    switch (*at) {
    case '{':
        if (type->on_object == STRUCT_OR_LIST)
            return read_object(reader, at, &reader->program->structure[type->object_of], cell, level);
        if (type->on_object == MAPPED || type->on_object == NUMBERED)
            return read_map(reader, at, type, cell, level);
        return type->on_object == AS_JSON ? read_json(reader, at, cell, 0) : misfit(reader, "object for another");
    case '[':
        if (type->on_array == STRUCT_OR_LIST)
            return read_list(reader, at, type, cell, level);
        if (type->on_array == CLOSED_PATH || type->on_array == OPEN_PATH)
            return read_path(reader, at, type->on_array, cell);
        if (type->on_array == POSITIONS)
            return opening(at, end) > 1 ? read_path(reader, at, POSITIONS, cell) : read_unfitted(reader, at, type, cell, level);
        if (type->on_array == PLAIN_ARRAY) {
            reader->has_unusual = 1; /* perhaps */
            return read_json(reader, at, cell, 1);
        }
        return type->on_array == AS_JSON ? read_json(reader, at, cell, 0) : misfit(reader, "array for another");
    case '"':
        return type->on_string ? read_string(reader, at, cell) : misfit(reader, "string for another");
    case 't':
    case 'f': {
        const char *behind = scan_word(at, end);
        if (behind == NULL || !type->on_boolean)
            return misfit(reader, "boolean for another");
        if (type->on_boolean == AS_JSON)
            return read_json(reader, at, cell, 0);
        cell->kind = BOOLEAN;
        cell->as.integer = *at == 't';
        return behind;
    }
    case 'n':
        cell->kind = NIL;
        if (type->on_null == AS_JSON)
            return read_json(reader, at, cell, 0);
        return type->on_null ? scan_word(at, end) : misfit(reader, "null for another");
    default:
        return type->on_number ? read_number(reader, at, type->on_number, cell) : misfit(reader, "number for another");
    }
}

/* Reads a value of any kind: objects as maps. */
const char *read_any(Reader *reader, const char *at, const char *end, Cell *cell)
{
    static Type any = {MAPPED, 0, STRUCT_OR_LIST, 0, 0, 1, AS_WRITTEN, 1, 1};
    static const Program program = {.types = 1, .type = &any};
    reader->program = &program;
    reader->end = end - at > LARGEST_RECORD ? at + LARGEST_RECORD : end;
    return read_value(reader, at, 0, cell, 1);
}

Cell read_text(Reader *reader, Cell text, int type)
{
    Cell cell = nothing();
    if (text.kind != TEXT)
        return cell;
    reader->end = text.as.text + text.length;
    const char *at = read_value(reader, skip_space(text.as.text, reader->end), type, &cell, 0);
    return at != NULL && skip_space(at, reader->end) == reader->end ? cell : nothing();
}

static const char *read_as(Reader *reader, int is_fitted, const char *at, const char *end, Cell *record)
{
    reader->is_fitted = is_fitted;
    reader->has_whole_real = 0;
    reader->end = end - at > LARGEST_RECORD ? at + LARGEST_RECORD : end; /* so 32 bits hold all lengths */
    reader->why = "";
    reader->has_extra = 0;
    reader->has_unusual = 0;
    reader->stack.size = 0;
    arena_clear(&reader->tree);
    return read_value(reader, at, reader->program->root, record, 0);
}

const char *read_record(Reader *reader, const char *at, const char *end, Cell *record)
{
    const char *behind = read_as(reader, 0, at, end, record);
    Cell whole;
    if (behind != NULL && reader->has_extra && reader->has_whole_real)
        behind = read_as(reader, 1, at, end, record);
    /* Python writes all numbers of a record anew that has something undeclared */
    if (behind != NULL && reader->has_extra && reader->has_unusual && read_json(reader, at, &whole, 0) == NULL)
        return NULL;
    return behind;
}
