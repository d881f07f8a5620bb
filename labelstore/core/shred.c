/* Records → rows: a small machine runs the program of a generation over each record that was read.

   The program says in which order rows are numbered and what is in their columns; labelstore/formats/compiled/
   assembles it. Where it says so, or where this machine cannot go on, the rows of the record are taken back, and Python
   looks at the record. */

#include "shredder.h"
#include "memory.h"
#include "text.h"

/* -- the values of operands ----------------------------------------------------------------------------------------- */

enum Operand { NO_VALUE, REGISTER, CONSTANT, GLOBAL, FIELD, COUNT_OF, IS_THERE };

/* Without overflow, which C does not define: what a record holds may be large. */
static Cell sum(Cell one, Cell other)
{
    return number_cell((int64_t)((uint64_t)one.as.integer + (uint64_t)other.as.integer));
}

static Cell nil(void)
{
    Cell cell = nothing();
    cell.kind = NIL;
    return cell;
}

static Cell text_cell(const char *text, size_t length)
{
    Cell cell;
    cell.kind = TEXT;
    cell.length = (uint32_t)length;
    cell.as.text = text;
    return cell;
}

/* The member of an object in a register; nothing where the register holds no object. */
static Cell member(const Cell *object, uint32_t slot)
{
    return object->kind == OBJECT && slot < object->length ? object->as.cells[slot] : nothing();
}

/* Where the values of operands begin, by their source; for members of objects, the registers that hold these. */
typedef Cell *Sources[IS_THERE + 1];

static Cell told_by_object(const Cell *object, uint32_t code)
{
    Cell value = member(object, code >> 15);
    if ((code & 7) == FIELD)
        return value;
    if ((code & 7) == IS_THERE)
        return truth(value.kind != NOTHING);
    if (value.kind == JSON && value.length == 2) /* kept as text, and empty */
        return number_cell(0);
    return value.kind == LIST || value.kind == MAP ? number_cell(value.length) : nothing();
}

static inline Cell value_of(const Sources sources, int32_t operand)
{
    uint32_t code = (uint32_t)operand;
    const Cell *cell = sources[code & 7] + (code >> 3 & 0xFFF);
    return (code & 7) < FIELD ? *cell : told_by_object(cell, code);
}

static inline void set(const Sources sources, int32_t operand, Cell value)
{
    uint32_t code = (uint32_t)operand;
    Cell *cell = sources[code & 7] + (code >> 3 & 0xFFF);
    uint32_t slot = code >> 15;
    if ((code & 7) < FIELD)
        *cell = value;
    else if (cell->kind == OBJECT && slot < cell->length)
        cell->as.cells[slot] = value;
}

static int is_true(Cell value)
{
    uint32_t kind = 1u << value.kind;
    if (kind & (1u << INTEGER | 1u << BOOLEAN))
        return value.as.integer != 0;
    if (kind & (1u << TEXT | 1u << JSON | 1u << LIST | 1u << MAP))
        return value.length > 0;
    return value.kind > NIL;
}

/* -- text ----------------------------------------------------------------------------------------------------------- */

static int is_text(Cell cell)
{
    return cell.kind == TEXT || cell.kind == JSON;
}

/* Room for text of the stretch; without memory the stretch is given up. */
static char *take_text(Shredder *shredder, size_t length)
{
    char *text = arena_take(&shredder->stretch->texts, length);
    if (text == NULL)
        shredder->reader.is_out_of_memory = 1;
    return text;
}

/* Two texts put together; NOTHING where one is none. */
static Cell joined(Shredder *shredder, Cell one, Cell other)
{
    if (!is_text(one) || !is_text(other))
        return nothing();
    char *text = take_text(shredder, (size_t)one.length + other.length);
    if (text == NULL)
        return nothing();
    memcpy(text, one.as.text, one.length);
    memcpy(text + one.length, other.as.text, other.length);
    return text_cell(text, (size_t)one.length + other.length);
}

/* A text as a JSON string; NOTHING for one with control characters. */
static Cell quoted(Shredder *shredder, Cell text)
{
    if (text.kind != TEXT)
        return nothing();
    char *copy = take_text(shredder, 2 * (size_t)text.length + 2);
    if (copy == NULL)
        return nothing();
    char *to = copy;
    *to++ = '"';
    for (uint32_t place = 0; place < text.length; place++) {
        char byte = text.as.text[place];
        if ((unsigned char)byte < 0x20)
            return nothing();
        if (byte == '"' || byte == '\\')
            *to++ = '\\';
        *to++ = byte;
    }
    *to++ = '"';
    return text_cell(copy, (size_t)(to - copy));
}

/* The value of a parameter in the query string of a URL; NOTHING if it has none, NIL if it would have to be decoded. */
static Cell parameter(Cell url, Cell name)
{
    if (url.kind != TEXT || name.kind != TEXT)
        return nothing();
    const char *end = url.as.text + url.length;
    for (const char *at = url.as.text; end - at > (ptrdiff_t)name.length + 1; at++) {
        if ((*at != '?' && *at != '&') || memcmp(at + 1, name.as.text, name.length) != 0)
            continue;
        const char *value = at + 1 + name.length;
        if (*value != '=' || value + 1 == end || value[1] == '&' || value[1] == '#')
            continue;
        const char *behind = ++value;
        while (behind < end && *behind != '&' && *behind != '#') {
            if (*behind == '%') {
                return nil();
            }
            behind++;
        }
        return text_cell(value, (size_t)(behind - value));
    }
    return nothing();
}

/* What stands behind a full stop at the end of a file name or URL, or before its query string: 2 to 5 letters and
   digits in its last 2,048 characters; NOTHING without. A line may end behind it. */
static Cell suffix(Cell name)
{
    if (name.kind != TEXT)
        return nothing();
    const char *end = name.as.text + name.length, *at = end;
    for (int characters = 0; at > name.as.text && characters < 2048; at--)
        characters += (at[-1] & 0xC0) != 0x80;
    for (; at < end; at++) {
        if (*at != '.')
            continue;
        const char *behind = at + 1;
        while (behind < end && ((*behind >= 'a' && *behind <= 'z') || (*behind >= 'A' && *behind <= 'Z') ||
                                (*behind >= '0' && *behind <= '9')))
            behind++;
        ptrdiff_t length = behind - at - 1;
        int is_end = behind == end || *behind == '?' || *behind == '#' || (*behind == '\n' && behind + 1 == end);
        if (length >= 2 && length <= 5 && is_end)
            return text_cell(at + 1, (size_t)length);
    }
    return nothing();
}

/* Whether a text has another one in it. */
static int contains(Cell text, Cell part)
{
    for (uint32_t place = 0; text.kind == TEXT && place + part.length <= text.length; place++) {
        if (memcmp(text.as.text + place, part.as.text, part.length) == 0)
            return 1;
    }
    return 0;
}

/* The place of the only member that is there, of those whose bits are set; NOTHING without any, NIL if there are more. */
static Cell which(Cell object, int32_t slots)
{
    Cell found = nothing();
    for (uint32_t slot = 0; slot < 31 && object.kind == OBJECT && slot < object.length; slot++) {
        if ((slots >> slot & 1) && object.as.cells[slot].kind != NOTHING)
            found = found.kind == NOTHING ? number_cell(slot) : nil();
    }
    return found;
}

/* The number that a text spells as JSON would; NOTHING for another text. */
static Cell whole_number(Cell text)
{
    int64_t value;
    return text.kind == TEXT && read_whole_number(&text, &value) ? number_cell(value) : nothing();
}

/* -- rows ----------------------------------------------------------------------------------------------------------- */

/* Adds a row whose columns are these operands; 0 without memory, or for a value that no column holds. */
static int add_row(Shredder *shredder, const Sources sources, int32_t table, const int32_t *operands)
{
    static const uint8_t kinds[] = {NOTHING, NOTHING, INTEGER, REAL, BOOLEAN, TEXT, TEXT, BLOB};
    int32_t columns = shredder->program.columns[table];
    Cell *row = array_add(&shredder->stretch->rows[table], (size_t)columns * sizeof(Cell));
    if (row == NULL)
        return 0;
    for (int32_t place = 0; place < columns; place++) {
        Cell value = value_of(sources, operands[place]);
        if (value.kind > BLOB)
            return 0;
        value.kind = kinds[value.kind];
        row[place] = value;
    }
    return 1;
}

/* Sets bits in a column of the last row of a table. */
static int patch_row(Shredder *shredder, int32_t table, int32_t column, Cell bits)
{
    Array *rows = &shredder->stretch->rows[table];
    size_t size = (size_t)shredder->program.columns[table] * sizeof(Cell);
    if (rows->size < size || column < 0 || column >= shredder->program.columns[table])
        return 0;
    Cell *row = (Cell *)(void *)(rows->data + rows->size - size);
    row[column].as.integer |= bits.as.integer;
    return 1;
}

/* -- the machine ---------------------------------------------------------------------------------------------------- */

typedef struct {
    const int32_t *returns;
    Cell *registers;
} Call;

static void use_registers(Sources sources, Cell *registers)
{
    sources[REGISTER] = registers;
    for (int source = FIELD; source <= IS_THERE; source++)
        sources[source] = registers;
}

/* Runs the program over a record; 0 to hand it back. */
static int run(Shredder *shredder)
{
    const Program *program = &shredder->program;
    const int32_t *code = program->instruction + program->routine[0].begins;
    Cell *registers = shredder->registers;
    int32_t used = program->routine[0].registers;
    Call calls[MOST_CALLS];
    Cell none = nothing();
    int depth = 0;
    Sources sources = {&none, registers, program->constant, shredder->globals, registers, registers, registers};
#define VALUE(place) value_of(sources, code[place])
#define SET(place, value) set(sources, code[place], value)
    while (1) {
        int32_t operation = *code++;
        switch (operation) {
        case DONE:
            return 1;
        case HAND_BACK:
            return 0;
        case COPY:
            SET(0, VALUE(1));
            break;
        case NUMBER_NEXT:
            SET(0, number_cell(++shredder->node));
            break;
        case JUMP:
            code = program->instruction + code[0];
            continue;
        case JUMP_IF:
            if (is_true(VALUE(0))) {
                code = program->instruction + code[1];
                continue;
            }
            break;
        case JUMP_UNLESS:
            if (!is_true(VALUE(0))) {
                code = program->instruction + code[1];
                continue;
            }
            break;
        case IS_KIND:
            SET(0, truth((code[2] >> VALUE(1).kind) & 1));
            break;
        case IS_EQUAL:
            SET(0, truth(are_equal(VALUE(1), VALUE(2))));
            break;
        case NEXT_ITEM: { /* item, key, list, place, where to go without any */
            Cell list = VALUE(2), place = VALUE(3);
            int64_t next = place.as.integer + 1;
            if ((list.kind != LIST && list.kind != MAP) || next >= list.length) {
                code = program->instruction + code[4];
                continue;
            }
            SET(3, number_cell(next));
            if (list.kind == LIST) {
                SET(0, list.as.cells[next]);
            } else {
                SET(0, list.as.cells[2 * next + 1]);
                SET(1, list.as.cells[2 * next]);
            }
            break;
        }
        case IS_LAST: {
            Cell list = VALUE(1), place = VALUE(2);
            SET(0, truth(place.as.integer + 1 == list.length));
            break;
        }
        case CALL: { /* routine, how many arguments, these */
            const Routine *routine = &program->routine[code[0]];
            Cell *inner = registers + used;
            if (depth == MOST_CALLS || inner + routine->registers > shredder->registers + MOST_REGISTERS)
                return 0;
            memset(inner, 0, (size_t)routine->registers * sizeof(Cell));
            for (int32_t place = 0; place < code[1]; place++)
                inner[place] = VALUE(2 + place);
            calls[depth].returns = code + 2 + code[1];
            calls[depth++].registers = registers;
            registers = inner;
            use_registers(sources, registers);
            used = routine->registers;
            code = program->instruction + routine->begins;
            continue;
        }
        case RETURN: {
            if (depth == 0)
                return 0;
            code = calls[--depth].returns;
            used = (int32_t)(registers - calls[depth].registers);
            registers = calls[depth].registers;
            use_registers(sources, registers);
            continue;
        }
        case ADD_ROW:
            if (!add_row(shredder, sources, code[0], code + 1))
                return 0;
            code += program->columns[code[0]];
            break;
        case PATCH_ROW:
            if (!patch_row(shredder, code[0], code[1], VALUE(2)))
                return 0;
            break;
        case LOOK_UP: /* to, mapping, text, text */
            SET(0, look_up(shredder, code[1], VALUE(2), VALUE(3)));
            break;
        case JOIN:
            SET(0, joined(shredder, VALUE(1), VALUE(2)));
            break;
        case QUOTE:
            SET(0, quoted(shredder, VALUE(1)));
            break;
        case PARAMETER:
            SET(0, parameter(VALUE(1), VALUE(2)));
            break;
        case SUFFIX:
            SET(0, suffix(VALUE(1)));
            break;
        case CONTAINS:
            SET(0, truth(contains(VALUE(1), VALUE(2))));
            break;
        case ADD:
            SET(0, sum(VALUE(1), VALUE(2)));
            break;
        case SET_BITS:
            SET(0, number_cell(VALUE(1).as.integer | VALUE(2).as.integer));
            break;
        case HAS_BITS:
            SET(0, truth((VALUE(1).as.integer & VALUE(2).as.integer) != 0));
            break;
        case CLAIM:
            if (!claim(shredder, VALUE(0)))
                return 0;
            break;
        case BEGINS_JSON: {
            Cell text = VALUE(1);
            signed char first = text.kind == TEXT && text.length > 0 ? (signed char)text.as.text[0] : 'a';
            SET(0, truth(first == '{' || first == '[' || first <= ' ')); /* also negative: not ASCII */
            break;
        }
        case WHICH:
            SET(0, which(VALUE(1), code[2]));
            break;
        case WHOLE_NUMBER:
            SET(0, whole_number(VALUE(1)));
            break;
        case READ: /* to, text, type */
            SET(0, read_text(&shredder->reader, VALUE(1), code[2]));
            break;
        default:
            return 0;
        }
        code += OPERATION_LENGTHS[operation];
    }
#undef VALUE
#undef SET
}

/* -- records of a stretch -------------------------------------------------------------------------------------------- */

/* Makes rows of a record, or takes back what was made of it. */
static int shred_record(Shredder *shredder, const Cell *record, const Place *place, int64_t number, int64_t load_id)
{
    Stretch *stretch = shredder->stretch;
    int64_t record_id = number << GENERATION_BITS | shredder->program.generation_code;
    size_t claims = stretch->claims.size;
    for (int table = 0; table < stretch->tables; table++)
        shredder->sizes[table] = stretch->rows[table].size;
    memset(shredder->globals, 0, MOST_GLOBALS * sizeof(Cell));
    shredder->first = shredder->node = record_id << NODE_BITS;
    shredder->globals[0] = number_cell(record_id);
    shredder->globals[1] = number_cell(shredder->first);
    shredder->globals[2] = number_cell(load_id);
    shredder->globals[3] = number_cell(place->position);
    shredder->globals[4] = number_cell(place->offset);
    memset(shredder->registers, 0, (size_t)shredder->program.routine[0].registers * sizeof(Cell));
    shredder->registers[0] = *record;
    shredder->is_unsure = 0;
    int is_made = run(shredder) && !shredder->is_unsure && shredder->node - shredder->first < (int64_t)1 << NODE_BITS;
    if (is_made && keep_claims(shredder, claims)) {
        Place *made = array_add(&stretch->made, sizeof(Place));
        if (made != NULL) {
            *made = *place;
            return 1;
        }
        shredder->reader.is_out_of_memory = 1;
    }
    stretch->claims.size = claims;
    for (int table = 0; table < stretch->tables; table++)
        stretch->rows[table].size = shredder->sizes[table];
    return 0;
}

/* Behind the separator that follows a value which ends at `at`; NULL if no record follows in the stretch. `is_whole`
   says whether the value is surely one as it stands. */
static const char *next_record(const char *at, const char *end, int in_lines, int is_last, int *is_whole)
{
    if (in_lines) {
        while (at < end && (*at == ' ' || *at == '\t' || *at == '\r'))
            at++;
        *is_whole = at < end ? *at == '\n' : is_last;
    } else {
        at = skip_space(at, end);
        *is_whole = 1;
        if (at < end && *at == ',')
            at++;
        else
            return NULL;
    }
    at = skip_space(at, end);
    return at < end && *at == '{' ? at : NULL;
}

/* Shreds records, objects, from `begin` on: elements of an array, or lines; returns 0 without memory.

   `offset` is the byte offset of data[0] in the file, `position` and `number` are those of the first record in the file
   and in the store. `only_splits`: all of them are handed back. */
CORE_API int core_shred(Shredder *shredder, Stretch *stretch, const char *data, int64_t begin, int64_t end, int64_t offset,
                        int in_lines, int is_last, int only_splits, int64_t position, int64_t number, int64_t load_id)
{
    Reader *reader = &shredder->reader;
    const char *at = begin < end && data[begin] == '{' ? data + begin : NULL;
    shredder->stretch = stretch;
    reader->texts = &stretch->texts;
    reader->is_out_of_memory = 0;
    stretch_clear(stretch);
    while (at != NULL && !reader->is_out_of_memory) {
        Cell record;
        int is_whole;
        const char *behind = only_splits ? NULL : read_record(reader, at, data + end, &record);
        int is_read = behind != NULL;
        if (!is_read)
            behind = skip_value(at, data + end);
        if (behind == NULL)
            break;
        const char *next = next_record(behind, data + end, in_lines, is_last, &is_whole);
        if (!is_whole)
            break;
        Place place;
        place.offset = offset + (at - data);
        place.length = behind - at;
        place.position = position + stretch->records;
        if (!is_read || !shred_record(shredder, &record, &place, number + stretch->records, load_id)) {
            Place *back = array_add(&stretch->back, sizeof(Place));
            if (back == NULL)
                return 0;
            *back = place;
        }
        stretch->records++;
        stretch->consumed = behind - (data + begin);
        at = next;
    }
    return !reader->is_out_of_memory;
}

/* Puts digests into two columns of the rows of a table: for each row 16 bytes, then 8 and whether they are any. */
CORE_API void core_digest(Stretch *stretch, int table, int columns, int content, int urls, const char *digests)
{
    Cell *row = (Cell *)(void *)stretch->rows[table].data;
    size_t count = stretch->rows[table].size / sizeof(Cell) / (size_t)columns;
    for (; count > 0; count--, row += columns, digests += 25) {
        row[content].kind = BLOB;
        row[content].length = 16;
        row[content].as.text = digests;
        row[urls].kind = digests[24] ? BLOB : NOTHING;
        row[urls].length = 8;
        row[urls].as.text = digests + 16;
    }
}
