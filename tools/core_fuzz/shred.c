/* Reading records, making rows (read.c, shred.c, known.c), and taking these (table.c, count.c), by the programs and rules
   that Python writes into files.

   The first byte of an input says how it is read (the bits below), the second where it is cut into stretches and what
   mappings say; the others are the text. */

#include "shred.h"

#include "text.h"

#define MOST_PROGRAMS 2
#define MOST_QUESTIONS 4 /* labelstore/core/shredding.py */
#define MOST_STRETCHES 64
#define MOST_COLUMNS 256

/* A program in a file: how many words, how many bytes of texts, then these. */
static struct {
    int32_t sizes[2];
    int32_t *words;
    char *texts;
} programs[MOST_PROGRAMS];
static int program_count;

static Shredder *shredder_of(int number, Ids *ids)
{
    return core_shredder(programs[number].words, programs[number].sizes[0], programs[number].texts,
                         programs[number].sizes[1], ids);
}

static void load_programs(void)
{
    static const char *names[MOST_PROGRAMS] = {"LABELSTORE_PROGRAM_1", "LABELSTORE_PROGRAM_2"};
    for (int number = 0; number < MOST_PROGRAMS && getenv(names[number]) != NULL; number++) {
        FILE *file = fopen(getenv(names[number]), "rb");
        EXPECT(file != NULL && fread(programs[number].sizes, sizeof(int32_t), 2, file) == 2);
        size_t words = (size_t)programs[number].sizes[0], bytes = (size_t)programs[number].sizes[1];
        programs[number].words = malloc(words * sizeof(int32_t));
        programs[number].texts = malloc(bytes);
        EXPECT(programs[number].words != NULL && programs[number].texts != NULL);
        EXPECT(fread(programs[number].words, sizeof(int32_t), words, file) == words);
        EXPECT(fread(programs[number].texts, 1, bytes, file) == bytes);
        fclose(file);
        Shredder *shredder = shredder_of(number, NULL);
        EXPECT(shredder != NULL);
        core_shredder_free(shredder);
        program_count++;
    }
    EXPECT(program_count > 0);
    load_rules();
}

/* -- what a stretch must be --------------------------------------------------------------------------------------- */

static void check_text(Cell cell)
{
    const char *end = cell.as.text + cell.length;
    for (const char *at = cell.as.text; at < end;) {
        at = (unsigned char)*at < 0x80 ? at + 1 : scan_wide(at, end);
        EXPECT(at != NULL);
    }
}

static size_t count_of(Array array, size_t size)
{
    EXPECT(array.size % size == 0 && array.size <= array.most);
    return array.size / size;
}

/* The records that were made and handed back are all that there are, each once and in their order. */
static void check_places(const Stretch *stretch, const char *text, int64_t size, int64_t position)
{
    const Place *made = (const Place *)(const void *)stretch->made.data;
    const Place *back = (const Place *)(const void *)stretch->back.data;
    size_t made_left = count_of(stretch->made, sizeof(Place)), back_left = count_of(stretch->back, sizeof(Place));
    int64_t end = 0;
    EXPECT((int64_t)(made_left + back_left) == stretch->records);
    for (int64_t record = 0; record < stretch->records; record++) {
        int is_made = made_left > 0 && made->position == position + record;
        EXPECT(is_made || (back_left > 0 && back->position == position + record));
        const Place *place = is_made ? made++ : back++;
        *(is_made ? &made_left : &back_left) -= 1;
        EXPECT(place->offset >= end && place->length > 0 && place->offset + place->length <= size);
        EXPECT(text[place->offset] == '{' && text[place->offset + place->length - 1] == '}');
        end = place->offset + place->length;
    }
    EXPECT(stretch->consumed == end || stretch->records > 0);
    EXPECT(stretch->consumed <= size);
}

void check(const Shredder *shredder, const Stretch *stretch, const char *text, int64_t size, int64_t position)
{
    check_places(stretch, text, size, position);
    for (int table = 0; table < stretch->tables; table++) {
        const Cell *cells = (const Cell *)(const void *)stretch->rows[table].data;
        size_t count = count_of(stretch->rows[table], sizeof(Cell) * (size_t)shredder->program.columns[table]);
        for (size_t place = 0; place < count * (size_t)shredder->program.columns[table]; place++) {
            EXPECT(cells[place].kind == NOTHING || cells[place].kind == INTEGER || cells[place].kind == REAL ||
                   cells[place].kind == BOOLEAN || cells[place].kind == TEXT || cells[place].kind == BLOB);
            if (cells[place].kind == TEXT)
                check_text(cells[place]);
        }
    }
    const Claim *claims = (const Claim *)(const void *)stretch->claims.data;
    for (size_t place = 0; place < count_of(stretch->claims, sizeof(Claim)); place++) {
        EXPECT(claims[place].record >= 0 && (size_t)claims[place].record < count_of(stretch->made, sizeof(Place)));
        check_text(claims[place].text);
    }
}

/* Appends the rows of a table to columns, twice; a column is of the kind of its first value. */
static void add_to_columns(const Array *rows, size_t width)
{
    int32_t kinds[MOST_COLUMNS];
    const Cell *cells = (const Cell *)(const void *)rows->data;
    EXPECT(width <= MOST_COLUMNS);
    for (size_t column = 0; column < width; column++) {
        size_t place = column;
        while (place < rows->size / sizeof(Cell) && cells[place].kind <= NIL)
            place += width;
        kinds[column] = place < rows->size / sizeof(Cell) ? (int32_t)cells[place].kind : TEXT;
    }
    void *columns = core_columns((int64_t)width, kinds);
    for (int again = 0; again < 2 && columns != NULL; again++)
        core_columns_add(columns, rows);
    if (columns != NULL)
        core_columns_free(columns);
}

/* -- what Python does --------------------------------------------------------------------------------------------- */

/* Says of each pair of texts that it is nothing, one of them, or a text of the program. */
static int answer(Shredder *shredder, const Stretch *stretch, unsigned seed)
{
    const Cell *asked = (const Cell *)(const void *)stretch->missing.data;
    for (size_t place = 0; place < count_of(stretch->missing, 3 * sizeof(Cell)); place++, asked += 3) {
        unsigned choice = seed;
        for (uint32_t byte = 0; asked[1].kind == TEXT && byte < asked[1].length; byte++)
            choice = choice * 31 + (unsigned char)asked[1].as.text[byte];
        Cell value = {NOTHING, 0, {0}};
        if (choice % 8 == 1)
            value = asked[1];
        if (choice % 8 > 1)
            value = shredder->program.constant[choice / 8 % (unsigned)shredder->program.constants];
        if (value.kind != TEXT)
            value.kind = NOTHING;
        if (!core_tell(shredder, (int32_t)asked[0].as.integer, &asked[1], &asked[2], &value))
            return 0;
    }
    return 1;
}

int64_t shred(Load *load, const char *text, int64_t size, int is_last)
{
    int only_splits = load->flags & ONLY_SPLITS && load->position == 0;
    for (int question = 0; question <= MOST_QUESTIONS; question++) {
        if (!core_shred(load->shredder, load->stretch, text, 0, size, 0, load->flags & IN_LINES, is_last, only_splits,
                        load->position, load->position, 1))
            return -1;
        check(load->shredder, load->stretch, text, size, load->position);
        if (load->stretch->missing.size == 0 || question == MOST_QUESTIONS)
            break;
        if (!answer(load->shredder, load->stretch, load->seed))
            return -1;
        core_give_back(load->shredder, load->stretch);
    }
    int table = (int)(load->seed % (unsigned)load->stretch->tables); /* more would take too long */
    add_to_columns(&load->stretch->rows[table], (size_t)load->shredder->program.columns[table]);
    load->position += load->stretch->records;
    return load->stretch->consumed;
}

/* Shreds a text in stretches; where the core stops for good, one byte is left out, as if Python had read it. */
static void shred_all(Load *load, Rows *rows, const char *data, int64_t size)
{
    int64_t begin = 0, end = 0;
    for (int count = 0; count < MOST_STRETCHES && begin < size; count++) {
        load->seed = load->seed * 1103515245 + 12345;
        int64_t step = load->flags & IS_WHOLE ? size : (int64_t)(load->seed >> 16 & 0x1FF) + 1;
        end = size - end < step ? size : end + step;
        int is_last = end == size && !(load->flags & IS_NEVER_LAST);
        char *text = malloc((size_t)(end - begin) + (end == begin));
        EXPECT(text != NULL);
        memcpy(text, data + begin, (size_t)(end - begin));
        int64_t consumed = shred(load, text, end - begin, is_last);
        int is_taken = consumed >= 0 && take_rows(rows, load->shredder, load->stretch);
        free(text);
        if (!is_taken)
            return;
        begin += consumed == 0 && end == size ? 1 : consumed;
        while (begin < end && data[begin] != '{')
            begin++;
    }
}

Load begin_load(int flags, int seed)
{
    if (program_count == 0)
        load_programs();
    Load load = {core_ids(), NULL, NULL, flags, (unsigned)seed, 0};
    if (load.ids != NULL)
        load.shredder = shredder_of(flags & SECOND_PROGRAM ? program_count - 1 : 0, load.ids);
    return load;
}

void end_load(Load load)
{
    core_shredder_free(load.shredder);
    core_ids_free(load.ids);
}

void run_shred(const uint8_t *data, size_t size)
{
    if (size < 2)
        return;
    Load load = begin_load(data[0], data[1]);
    load.stretch = load.shredder ? core_stretch(load.shredder->program.tables) : NULL;
    Rows *rows = load.stretch ? begin_rows() : NULL;
    if (rows) {
        shred_all(&load, rows, (const char *)data + 2, (int64_t)size - 2);
        int is_new = core_claim(load.ids, (const char *)data, (int64_t)size);
        EXPECT(is_new != 1 || core_claim(load.ids, (const char *)data, (int64_t)size) == 0);
    }
    end_rows(rows);
    core_stretch_free(load.stretch);
    end_load(load);
}
