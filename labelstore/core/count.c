/* Counting rows by what they say, and in how many labels that is said; labelstore/counting/compiled.py makes the rules.

   A row is counted by its slots: values of its columns, of the row that is its parent, of its record and its label. What
   several counts have in common is a grain: some of their slots, among which a label counts once. */

#include "memory.h"
#include "shredder.h"

#define MOST_RULES 8
#define MOST_SLOTS 12
#define MOST_GRAINS 5
#define MOST_COUNTS ((size_t)INT32_MAX / 4)

enum From { OF_ROW, OF_RECORD, OF_PARENT, IS_GIVEN, LABEL_COUNT, PARENT_KIND };

typedef struct {
    int32_t from;
    int32_t column[2]; /* by kind of the parent; or one that shall be given, and one that shall not; -1 for none */
} Slot;

/* How rows of a table are counted. */
typedef struct {
    int32_t table, columns;
    int32_t node;      /* the column with the number of a row */
    int32_t parent[2]; /* columns with the number of its parent, by kind; -1 for none */
    Slot label;        /* the id of its label; of its record for rows in no label */
    int32_t slots, grains;
    Slot slot[MOST_SLOTS];
    int32_t grain[MOST_GRAINS]; /* bits of the slots that it keeps */
    int32_t classes;            /* the grain whose counts in a label are paired; -1 for none */
    int32_t name;               /* the slot of it that has to be given */
    size_t at, end;             /* in cells: its rows of the record at hand */
} Rule;

typedef struct {
    char *text;
    uint32_t length, most;
} Time;

typedef struct {
    uint64_t hash;
    int32_t rule, grain; /* rule -1 for pairs, grain -1 for what is no grain */
    int64_t annotations, times_answered, labels;
    int64_t last_label; /* the number of the label, or of the row in none, that was counted last */
    Time seen[2];       /* first and last */
    int32_t of_grain[MOST_GRAINS];
    Cell cells[MOST_SLOTS];
} Count;

typedef struct {
    Cell id, seen[2];
    int64_t number, count;
} Label;

/* A row of the record, and the count of the last row whose parent it is, from 1. */
typedef struct {
    const Cell *row;
    size_t last_child;
} Node;

/* What Python makes: the first rule is that of records, the second that of labels. */
typedef struct {
    Rule rules[MOST_RULES];
    int32_t count, most_paired;
    int32_t label_id, created_at, updated_at; /* columns of labels */
    Array counts;                             /* Count */
    Array wide;                               /* Cell: the count and the id of labels with too many classes for pairs */
    Arena texts;
    int32_t *places; /* of counts by their hashes, from 1 */
    size_t most_places;
    const Cell *record;
    Array nodes;   /* Node, by number in the record */
    Array labels;  /* Label, those of the record */
    Array classes; /* int32_t: the counts of classes in the paired label */
    Label paired;
    size_t label; /* the place of the one in which the last row was */
    int64_t label_number;
} Counter;

/* -- counts by what they are of ------------------------------------------------------------------------------------- */

static Count *count_at(const Counter *counter, size_t place)
{
    return (Count *)(void *)counter->counts.data + place;
}

static int grow_places(Counter *counter)
{
    size_t most = counter->most_places > 0 ? counter->most_places * 2 : 1024;
    int32_t *places = calloc(most, sizeof(int32_t));
    if (places == NULL)
        return 0;
    for (size_t number = 0; number < counter->counts.size / sizeof(Count); number++) {
        size_t place = count_at(counter, number)->hash & (most - 1);
        while (places[place] != 0)
            place = (place + 1) & (most - 1);
        places[place] = (int32_t)number + 1;
    }
    free(counter->places);
    counter->places = places;
    counter->most_places = most;
    return 1;
}

/* The number of the count of these cells, from 1, which may be a new one; 0 without memory. */
static size_t count_of(Counter *counter, int32_t rule, int32_t grain, const Cell *cells, int32_t slots)
{
    size_t known = counter->counts.size / sizeof(Count);
    if (known >= MOST_COUNTS || (known * 2 >= counter->most_places && !grow_places(counter)))
        return 0;
    uint64_t hash = (uint64_t)(rule + 1) * MOST_GRAINS + (uint64_t)(grain + 1);
    for (const Cell *cell = cells; cell < cells + slots; cell++) {
        uint64_t part = cell->kind == NOTHING ? 0 : (uint64_t)cell->as.integer;
        if (cell->kind == TEXT)
            part = text_hash(cell->as.text, cell->length);
        hash = (hash ^ (part + cell->kind)) * 0xFF51AFD7ED558CCDu;
        hash ^= hash >> 32;
    }
    size_t place = hash & (counter->most_places - 1);
    for (; counter->places[place] != 0; place = (place + 1) & (counter->most_places - 1)) {
        const Count *count = count_at(counter, (size_t)counter->places[place] - 1);
        int is_it = count->hash == hash && count->rule == rule && count->grain == grain;
        for (int32_t slot = 0; is_it && slot < slots; slot++)
            is_it = are_equal(count->cells[slot], cells[slot]);
        if (is_it)
            return (size_t)counter->places[place];
    }
    Count *added = array_add(&counter->counts, sizeof(Count));
    if (added == NULL)
        return 0;
    memset(added, 0, sizeof *added);
    added->hash = hash;
    added->rule = rule;
    added->grain = grain;
    counter->places[place] = (int32_t)known + 1;
    for (int32_t slot = 0; slot < slots; slot++) {
        if (!copy_text(&counter->texts, &cells[slot], &added->cells[slot]))
            return 0;
    }
    return known + 1;
}

/* -- labels --------------------------------------------------------------------------------------------------------- */

static int add_label(Counter *counter, const Cell *row, size_t count)
{
    Label *label = array_add(&counter->labels, sizeof(Label));
    if (label == NULL)
        return 0;
    Cell created_at = row[counter->created_at], updated_at = row[counter->updated_at];
    label->id = row[counter->label_id];
    label->seen[0] = created_at.kind == TEXT ? created_at : updated_at;
    label->seen[1] = updated_at.kind == TEXT ? updated_at : created_at;
    label->count = (int64_t)count - 1;
    label->number = ++counter->label_number;
    return 1;
}

/* The label of the record that has an id, most often the last one asked for; NULL without any. */
static const Label *label_of(Counter *counter, Cell id)
{
    const Label *labels = (const Label *)(const void *)counter->labels.data;
    size_t count = counter->labels.size / sizeof(Label);
    for (size_t tried = 0; tried < count; tried++) {
        size_t place = (counter->label + tried) % count;
        if (are_equal(labels[place].id, id)) {
            counter->label = place;
            return &labels[place];
        }
    }
    return NULL;
}

/* Keeps a time if it is before (`sign` -1) or behind (1) the one that is kept; 0 without memory. */
static int keep_time(Arena *arena, Time *kept, Cell time, int sign)
{
    if (time.kind != TEXT)
        return 1;
    if (kept->text != NULL) {
        int order = memcmp(time.as.text, kept->text, time.length < kept->length ? time.length : kept->length);
        if (order == 0)
            order = (time.length > kept->length) - (time.length < kept->length);
        if (order == 0 || (order > 0) != (sign > 0))
            return 1;
    }
    if (kept->text == NULL || time.length > kept->most) {
        kept->text = arena_take(arena, time.length);
        kept->most = time.length;
        if (kept->text == NULL)
            return 0;
    }
    memcpy(kept->text, time.as.text, time.length);
    kept->length = time.length;
    return 1;
}

/* Counts the pairs of the classes that were noted of a label, and forgets these; 0 without memory. */
static int count_pairs(Counter *counter)
{
    const int32_t *classes = (const int32_t *)(const void *)counter->classes.data;
    size_t count = counter->classes.size / sizeof(int32_t);
    counter->classes.size = 0;
    if (count > (size_t)counter->most_paired) {
        Cell *wide = array_add(&counter->wide, 2 * sizeof(Cell));
        if (wide == NULL)
            return 0;
        wide[0] = number_cell(counter->paired.count);
        return copy_text(&counter->texts, &counter->paired.id, &wide[1]);
    }
    for (size_t one = 0; one < count; one++) {
        for (size_t other = one + 1; other < count; other++) {
            int is_less = classes[one] < classes[other];
            Cell pair[2] = {number_cell(classes[is_less ? one : other]), number_cell(classes[is_less ? other : one])};
            size_t found = count_of(counter, -1, -1, pair, 2);
            if (found == 0)
                return 0;
            count_at(counter, found - 1)->labels++;
        }
    }
    return 1;
}

/* Counts a label for what is in it and was not seen there before; 0 without memory. */
static int count_label(Counter *counter, Count *count, const Label *label)
{
    const Rule *rule = &counter->rules[count->rule];
    count->last_label = label->number;
    if (!keep_time(&counter->texts, &count->seen[0], label->seen[0], -1) ||
        !keep_time(&counter->texts, &count->seen[1], label->seen[1], 1))
        return 0;
    for (int32_t grain = 0; grain < rule->grains; grain++) {
        int32_t place = count->of_grain[grain];
        Count *common = count_at(counter, (size_t)place);
        if (common->last_label == label->number)
            continue;
        common->last_label = label->number;
        common->labels++;
        if (grain != rule->classes || common->cells[rule->name].kind == NOTHING)
            continue;
        int32_t *class = array_add(&counter->classes, sizeof(int32_t));
        if (class == NULL)
            return 0;
        *class = place;
    }
    return 1;
}

/* -- rows ----------------------------------------------------------------------------------------------------------- */

/* What is known of a row of the record by its number; NULL without any, or without memory for a new one. */
static Node *node_of(Counter *counter, int64_t number, int is_new)
{
    size_t place = (size_t)number & (((size_t)1 << NODE_BITS) - 1);
    size_t known = counter->nodes.size, needed = (place + 1) * sizeof(Node);
    if (needed > known) {
        if (!is_new || array_add(&counter->nodes, needed - known) == NULL)
            return NULL;
        memset(counter->nodes.data + known, 0, needed - known);
    }
    return (Node *)(void *)counter->nodes.data + place;
}

static Cell slot_value(const Counter *counter, const Slot *slot, const Cell *row, const Cell *parent, int kind)
{
    switch (slot->from) {
    case OF_ROW:
        return row[slot->column[0]];
    case OF_RECORD:
        return counter->record[slot->column[0]];
    case OF_PARENT:
        return parent == NULL || slot->column[kind] < 0 ? nothing() : parent[slot->column[kind]];
    case IS_GIVEN: {
        int is_alone = slot->column[1] < 0 || row[slot->column[1]].kind == NOTHING;
        return truth(is_alone && row[slot->column[0]].kind != NOTHING);
    }
    case PARENT_KIND:
        return kind < 0 ? nothing() : number_cell(kind);
    default: {
        const Label *label = (const Label *)(const void *)counter->labels.data + counter->label;
        return number_cell(label->count);
    }
    }
}

/* Finds the counts of what a new count has in common with others; 0 without memory. */
static int find_grains(Counter *counter, int32_t number, size_t place, const Cell *cells)
{
    const Rule *rule = &counter->rules[number];
    for (int32_t grain = 0; grain < rule->grains; grain++) {
        Cell kept[MOST_SLOTS];
        for (int32_t slot = 0; slot < rule->slots; slot++)
            kept[slot] = (rule->grain[grain] >> slot) & 1 ? cells[slot] : nothing();
        size_t found = count_of(counter, number, grain, kept, rule->slots);
        if (found == 0)
            return 0;
        count_at(counter, place)->of_grain[grain] = (int32_t)found - 1;
    }
    return 1;
}

/* Counts a row; 0 without memory. */
static int count_row(Counter *counter, int32_t number, const Cell *row)
{
    const Rule *rule = &counter->rules[number];
    int kind = -1;
    for (int which = 1; which >= 0; which--) {
        if (rule->parent[which] >= 0 && row[rule->parent[which]].kind == INTEGER)
            kind = which;
    }
    Node *node = kind < 0 ? NULL : node_of(counter, row[rule->parent[kind]].as.integer, 0);
    const Cell *parent = node == NULL ? NULL : node->row;
    const Label *label = NULL;
    if (rule->label.from != OF_RECORD) {
        label = label_of(counter, slot_value(counter, &rule->label, row, parent, kind));
        if (label == NULL)
            return 1;
        if (counter->paired.number != label->number && !count_pairs(counter))
            return 0;
        counter->paired = *label;
    }
    Cell cells[MOST_SLOTS];
    for (int32_t slot = 0; slot < rule->slots; slot++)
        cells[slot] = slot_value(counter, &rule->slot[slot], row, parent, kind);
    size_t found = count_of(counter, number, -1, cells, rule->slots);
    if (found == 0)
        return 0;
    if (count_at(counter, found - 1)->annotations == 0 && !find_grains(counter, number, found - 1, cells))
        return 0;
    Count *count = count_at(counter, found - 1);
    count->annotations++;
    if (parent != NULL) { /* of all answers to a question, the last one counts */
        if (node->last_child > 0)
            count_at(counter, node->last_child - 1)->times_answered--;
        count->times_answered++;
        node->last_child = found;
    }
    if (number == 1 && !add_label(counter, row, found))
        return 0;
    if (label == NULL) /* a number of its own, so that of two names of a project the last one is known */
        count->last_label = ++counter->label_number;
    return rule->grains == 0 || count->last_label == label->number || count_label(counter, count, label);
}

/* Finds the rows of the record at hand: those of each table stand together; 0 without memory. */
static int find_rows(Counter *counter, const Stretch *stretch)
{
    int64_t record = counter->record[counter->rules[0].node].as.integer >> NODE_BITS;
    counter->nodes.size = counter->labels.size = counter->label = 0;
    for (Rule *rule = counter->rules; rule < counter->rules + counter->count; rule++) {
        const Array *rows = &stretch->rows[rule->table];
        for (rule->end = rule->at; rule->end < rows->size / sizeof(Cell); rule->end += (size_t)rule->columns) {
            const Cell *row = (const Cell *)(const void *)rows->data + rule->end;
            if (row[rule->node].as.integer >> NODE_BITS != record)
                break;
            Node *node = node_of(counter, row[rule->node].as.integer, 1);
            if (node == NULL)
                return 0;
            node->row = row;
        }
    }
    return 1;
}

/* Counts the rows of a stretch; 0 without memory, when the counter is of no more use. */
CORE_API int core_count(Counter *counter, const Stretch *stretch)
{
    const Array *records = &stretch->rows[counter->rules[0].table];
    for (int32_t number = 0; number < counter->count; number++)
        counter->rules[number].at = 0;
    while (counter->rules[0].at < records->size / sizeof(Cell)) {
        counter->record = (const Cell *)(const void *)records->data + counter->rules[0].at;
        if (!find_rows(counter, stretch))
            return 0;
        for (int32_t number = 0; number < counter->count; number++) {
            Rule *rule = &counter->rules[number];
            for (; rule->at < rule->end; rule->at += (size_t)rule->columns) {
                if (!count_row(counter, number, (const Cell *)(const void *)stretch->rows[rule->table].data + rule->at))
                    return 0;
            }
        }
        if (!count_pairs(counter))
            return 0;
    }
    return 1;
}

CORE_API void core_count_free(Counter *counter)
{
    array_free(&counter->counts);
    array_free(&counter->wide);
    array_free(&counter->nodes);
    array_free(&counter->labels);
    array_free(&counter->classes);
    arena_free(&counter->texts);
    free(counter->places);
}
