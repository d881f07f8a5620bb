/* What is known from record to record: the ids that came, and what pure functions of short texts say. */

#include "memory.h"
#include "shredder.h"

#define MOST_ENTRIES ((size_t)1 << 17)
#define LONGEST_ASKED 1000 /* bytes of a text about which Python is asked */

/* -- mappings -------------------------------------------------------------------------------------------------------- */

static uint64_t entry_hash(int32_t mapping, const Cell *first, const Cell *second)
{
    uint64_t hash = (uint64_t)mapping + 1;
    hash = hash * 31 + (first->kind == TEXT ? text_hash(first->as.text, first->length) : 1);
    hash = hash * 31 + (second->kind == TEXT ? text_hash(second->as.text, second->length) : 1);
    return hash | 1;
}

static int is_same(const Cell *one, const Cell *other)
{
    if (one->kind != TEXT || other->kind != TEXT)
        return (one->kind == TEXT) == (other->kind == TEXT);
    return one->length == other->length && memcmp(one->as.text, other->as.text, one->length) == 0;
}

/* The entry of these texts, or where it would be. */
static Entry *entry_of(const Mappings *mappings, uint64_t hash, const Cell *first, const Cell *second)
{
    size_t place = (size_t)(hash >> 7) & (mappings->most - 1);
    while (1) {
        Entry *entry = &mappings->entries[place];
        if (entry->hash == 0 || (entry->hash == hash && is_same(&entry->first, first) && is_same(&entry->second, second)))
            return entry;
        place = (place + 1) & (mappings->most - 1);
    }
}

/* What a mapping says of two texts, each of which may be none; else Python is asked to tell it, and the record has to
   wait for that: the machine goes on only to find out what else is asked. */
Cell look_up(Shredder *shredder, int32_t mapping, Cell first, Cell second)
{
    Cell nothing = {NOTHING, 0, {0}};
    const Mappings *mappings = &shredder->mappings;
    if (mappings->most > 0) {
        const Entry *entry = entry_of(mappings, entry_hash(mapping, &first, &second), &first, &second);
        if (entry->hash != 0)
            return entry->value;
    }
    int is_asked = mappings->count < MOST_ENTRIES && first.length <= LONGEST_ASKED && second.length <= LONGEST_ASKED;
    Cell *asked = is_asked ? array_add(&shredder->stretch->missing, 3 * sizeof(Cell)) : NULL;
    if (asked != NULL) {
        asked[0].kind = INTEGER;
        asked[0].length = 0;
        asked[0].as.integer = mapping;
        asked[1] = first;
        asked[2] = second;
    }
    shredder->is_unsure = 1;
    return nothing;
}

static int grow_mappings(Mappings *mappings)
{
    Mappings larger = *mappings;
    larger.most = mappings->most > 0 ? mappings->most * 2 : 1024;
    larger.entries = calloc(larger.most, sizeof(Entry));
    if (larger.entries == NULL)
        return 0;
    for (size_t place = 0; place < mappings->most; place++) {
        const Entry *entry = &mappings->entries[place];
        if (entry->hash != 0)
            *entry_of(&larger, entry->hash, &entry->first, &entry->second) = *entry;
    }
    free(mappings->entries);
    *mappings = larger;
    return 1;
}

/* Takes what a mapping says of two texts; 0 without memory. */
CORE_API int core_tell(Shredder *shredder, int32_t mapping, const Cell *first, const Cell *second, const Cell *value)
{
    Mappings *mappings = &shredder->mappings;
    if (mappings->count * 2 >= mappings->most && !grow_mappings(mappings))
        return 0;
    Entry *entry = entry_of(mappings, entry_hash(mapping, first, second), first, second);
    if (entry->hash != 0)
        return 1;
    Entry told;
    told.hash = entry_hash(mapping, first, second);
    if (!copy_text(&mappings->texts, first, &told.first) || !copy_text(&mappings->texts, second, &told.second) ||
        !copy_text(&mappings->texts, value, &told.value))
        return 0;
    *entry = told;
    mappings->count++;
    return 1;
}

/* -- ids ------------------------------------------------------------------------------------------------------------- */

#define FREE 0
#define GIVEN_BACK 1

static uint64_t id_hash(const char *text, size_t length)
{
    uint64_t hash = text_hash(text, length);
    return hash > GIVEN_BACK ? hash : GIVEN_BACK + 1;
}

/* Where an id is, or would be put. */
static uint64_t *place_of(const Ids *ids, uint64_t hash)
{
    size_t place = (size_t)(hash >> 9) & (ids->most - 1);
    while (ids->hashes[place] != FREE && ids->hashes[place] != hash)
        place = (place + 1) & (ids->most - 1);
    return &ids->hashes[place];
}

static int add_id(Ids *ids, uint64_t hash)
{
    if (ids->count * 2 >= ids->most) {
        Ids larger = {NULL, ids->most > 0 ? ids->most * 2 : 4096, ids->count};
        larger.hashes = calloc(larger.most, sizeof(uint64_t));
        if (larger.hashes == NULL)
            return 0;
        for (size_t place = 0; place < ids->most; place++) {
            if (ids->hashes[place] > GIVEN_BACK)
                *place_of(&larger, ids->hashes[place]) = ids->hashes[place];
        }
        free(ids->hashes);
        *ids = larger;
    }
    *place_of(ids, hash) = hash;
    ids->count++;
    return 1;
}

static int is_known(const Ids *ids, uint64_t hash)
{
    return ids->most > 0 && *place_of(ids, hash) == hash;
}

/* Notes that the record at hand brings an id; 0 without memory. */
int claim(Shredder *shredder, Cell text)
{
    Claim *made = text.kind == TEXT ? array_add(&shredder->stretch->claims, sizeof(Claim)) : NULL;
    if (made == NULL)
        return 0;
    made->record = (int64_t)(shredder->stretch->made.size / sizeof(Place));
    made->text = text;
    return 1;
}

/* Keeps the ids that were claimed for a record, unless one of them came before: in another record or in this one. */
int keep_claims(Shredder *shredder, size_t since)
{
    const Claim *claims = (const Claim *)(const void *)shredder->stretch->claims.data;
    size_t first = since / sizeof(Claim), count = shredder->stretch->claims.size / sizeof(Claim);
    size_t kept = first;
    int are_new = 1;
    while (kept < count && are_new) {
        uint64_t hash = id_hash(claims[kept].text.as.text, claims[kept].text.length);
        are_new = !is_known(shredder->ids, hash) && add_id(shredder->ids, hash);
        kept += (size_t)are_new;
    }
    for (size_t place = first; !are_new && place < kept; place++)
        *place_of(shredder->ids, id_hash(claims[place].text.as.text, claims[place].text.length)) = GIVEN_BACK;
    return are_new;
}

/* Forgets the ids of a stretch, which is to be shredded again. */
CORE_API void core_give_back(Shredder *shredder, const Stretch *stretch)
{
    const Claim *claims = (const Claim *)(const void *)stretch->claims.data;
    for (size_t place = 0; place < stretch->claims.size / sizeof(Claim); place++) {
        uint64_t hash = id_hash(claims[place].text.as.text, claims[place].text.length);
        if (is_known(shredder->ids, hash))
            *place_of(shredder->ids, hash) = GIVEN_BACK;
    }
}

CORE_API Ids *core_ids(void)
{
    return calloc(1, sizeof(Ids));
}

CORE_API void core_ids_free(Ids *ids)
{
    if (ids == NULL)
        return;
    free(ids->hashes);
    free(ids);
}

/* Notes an id that a record of Python brings: 1 if it is new, 0 if it was known, -1 without memory. */
CORE_API int core_claim(Ids *ids, const char *text, int64_t length)
{
    uint64_t hash = id_hash(text, (size_t)length);
    if (is_known(ids, hash))
        return 0;
    return add_id(ids, hash) ? 1 : -1;
}

void known_free(Shredder *shredder)
{
    free(shredder->mappings.entries);
    arena_free(&shredder->mappings.texts);
}
