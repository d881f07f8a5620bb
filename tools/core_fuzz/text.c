/* The scanner of JSON text (labelstore/core/text.h): strings, numbers and values begin at the first byte. */

#include "targets.h"
#include "text.h"

/* Decodes a string in as many bytes as its text has. */
static void decode(const char *at, const char *end)
{
    size_t escapes;
    const char *behind = scan_string(at, end, &escapes);
    if (behind == NULL)
        return;
    EXPECT(behind > at && behind <= end && behind[-1] == '"');
    size_t size = (size_t)(behind - 1 - at);
    char *decoded = malloc(size + 1);
    EXPECT(decoded != NULL);
    size_t length = decode_string(at, behind - 1, decoded);
    EXPECT(escapes > 0 ? length < size : length == size);
    for (const char *place = decoded; place < decoded + length;) {
        place = (unsigned char)*place < 0x80 ? place + 1 : scan_wide(place, decoded + length);
        EXPECT(place != NULL);
    }
    free(decoded);
}

/* A number that is taken is what strtod says, and one that is usual is spelled again by as many digits. */
static void count_up(const char *at, const char *end)
{
    Number number;
    const char *behind = scan_number(at, end, &number);
    if (behind == NULL)
        return;
    size_t length = (size_t)(behind - at);
    char copy[64];
    EXPECT(length > 0 && length <= LONGEST_NUMBER);
    memcpy(copy, at, length);
    copy[length] = '\0';
    double real = strtod(copy, NULL);
    EXPECT(number.real == real);
    EXPECT(!number.is_integer || number.integer == strtoll(copy, NULL, 10));
    if (number.is_usual && !number.is_integer) {
        char again[64];
        int precision = 15; /* fewer digits may be written with an exponent */
        do
            snprintf(again, sizeof again, "%.*g", precision, real);
        while (strtod(again, NULL) != real && ++precision <= 17);
        EXPECT(memcmp(again, copy, strlen(again)) == 0);
    }
}

void run_text(const uint8_t *data, size_t size)
{
    if (size == 0)
        return;
    char *text = malloc(size); /* of its own, so that reading beyond it is seen */
    EXPECT(text != NULL);
    memcpy(text, data, size);
    const char *end = text + size;
    const char *behind = skip_value(text, end);
    EXPECT(behind == NULL || (behind > text && behind <= end));
    if (behind != NULL && (*text == '{' || *text == '[' || *text == '"')) /* nothing behind it was looked at */
        EXPECT(skip_value(text, behind) == behind);
    decode(text, end);
    count_up(text, end);
    free(text);
}
