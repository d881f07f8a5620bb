/* Scanning strict JSON text in UTF-8.

   Every function takes the place to begin at and the end of the text, and returns the place behind what it read, or
   NULL where the text is not what it should be. No function reads at `end` or beyond. What is rare in exports is
   refused here though JSON allows it, and Python looks at it: see `scan_number`. */

#ifndef LABELSTORE_TEXT_H
#define LABELSTORE_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Deeper text is left to Python, which refuses it with its place. */
#define MOST_LEVELS 200

/* A token of more bytes is no number that an export writes. */
#define LONGEST_NUMBER 40

static inline const char *skip_space(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    return at;
}

/* -- strings ----------------------------------------------------------------------------------------------------- */

/* Behind one character of several bytes; NULL if it is not well-formed UTF-8. */
static inline const char *scan_wide(const char *at, const char *end)
{
    const unsigned char *byte = (const unsigned char *)at;
    size_t left = (size_t)(end - at);
    size_t more = byte[0] >= 0xF0 ? 3 : byte[0] >= 0xE0 ? 2 : 1;
    if (byte[0] < 0xC2 || byte[0] > 0xF4 || left <= more)
        return NULL;
    for (size_t place = 1; place <= more; place++) {
        if ((byte[place] & 0xC0) != 0x80)
            return NULL;
    }
    if (byte[0] == 0xE0 && byte[1] < 0xA0) /* could be written shorter */
        return NULL;
    if (byte[0] == 0xED && byte[1] > 0x9F) /* half of a surrogate pair */
        return NULL;
    if (byte[0] == 0xF0 && byte[1] < 0x90) /* could be written shorter */
        return NULL;
    if (byte[0] == 0xF4 && byte[1] > 0x8F) /* beyond U+10FFFF */
        return NULL;
    return at + more + 1;
}

/* How many of eight bytes, from the first on, are ordinary ASCII characters of a string: no quote, backslash or control
   character. */
static inline int count_plain(const char *at)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t bytes;
    memcpy(&bytes, at, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    bytes = __builtin_bswap64(bytes);
#endif
    uint64_t quotes = bytes ^ (ones * '"');
    uint64_t slashes = bytes ^ (ones * '\\');
    uint64_t odd = (quotes - ones) | (slashes - ones) | (bytes - ones * 0x20) | bytes;
    odd &= ones * 0x80; /* of the bytes before the first odd one no bit is left */
    return odd == 0 ? 8 : __builtin_ctzll(odd) / 8;
}

/* The value of four hexadecimal digits; -1 if they are none. */
static inline int scan_hex(const char *at)
{
    int value = 0;
    for (int place = 0; place < 4; place++) {
        char digit = at[place];
        int worth = digit >= '0' && digit <= '9'   ? digit - '0'
                    : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                    : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                                   : -1;
        if (worth < 0)
            return -1;
        value = value * 16 + worth;
    }
    return value;
}

/* Reads an escape, `at` its backslash. Writes its character to `to` (at most 4 bytes) and moves `to` behind it.
   Refuses halves of surrogate pairs. */
static inline const char *scan_escape(const char *at, const char *end, char **to)
{
    if (end - at < 2)
        return NULL;
    static const char names[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    const char *name = at[1] == '\0' ? NULL : strchr(names, at[1]);
    if (name != NULL) {
        *(*to)++ = meant[name - names];
        return at + 2;
    }
    if (at[1] != 'u' || end - at < 6)
        return NULL;
    int point = scan_hex(at + 2);
    at += 6;
    if (point >= 0xD800 && point <= 0xDBFF && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
        int low = scan_hex(at + 2);
        if (low < 0xDC00 || low > 0xDFFF)
            return NULL;
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        at += 6;
    }
    if (point < 0 || (point >= 0xD800 && point <= 0xDFFF))
        return NULL;
    if (point < 0x80) {
        *(*to)++ = (char)point;
    } else if (point < 0x800) {
        *(*to)++ = (char)(0xC0 | point >> 6);
        *(*to)++ = (char)(0x80 | (point & 0x3F));
    } else {
        if (point < 0x10000) {
            *(*to)++ = (char)(0xE0 | point >> 12);
        } else {
            *(*to)++ = (char)(0xF0 | point >> 18);
            *(*to)++ = (char)(0x80 | (point >> 12 & 0x3F));
        }
        *(*to)++ = (char)(0x80 | (point >> 6 & 0x3F));
        *(*to)++ = (char)(0x80 | (point & 0x3F));
    }
    return at;
}

/* Behind the closing quote of a string, `at` its first character; counts its escapes. */
static inline const char *scan_string(const char *at, const char *end, size_t *escapes)
{
    char ignored[4];
    char *to;
    *escapes = 0;
    while (1) {
        for (int plain = 8; plain == 8 && end - at >= 8; at += plain)
            plain = count_plain(at);
        if (at == end)
            return NULL;
        unsigned char byte = (unsigned char)*at;
        if (byte == '"')
            return at + 1;
        if (byte == '\\') {
            to = ignored;
            at = scan_escape(at, end, &to);
            *escapes += 1;
        } else if (byte >= 0x80) {
            at = scan_wide(at, end);
        } else if (byte < 0x20) {
            return NULL;
        } else {
            at++;
        }
        if (at == NULL)
            return NULL;
    }
}

/* Writes the characters of a string that was scanned, without its quotes; the number of bytes, fewer than its text. */
static inline size_t decode_string(const char *at, const char *end, char *to)
{
    char *first = to;
    while (at < end) {
        if (*at == '\\')
            at = scan_escape(at, end, &to);
        else
            *to++ = *at++;
    }
    return (size_t)(to - first);
}

/* -- numbers ------------------------------------------------------------------------------------------------------ */

typedef struct {
    int is_integer; /* without fraction and exponent */
    int64_t integer;
    double real;
    int is_usual; /* written as Python writes this number */
} Number;

/* Appends the digits that stand here to a number, which may overflow; behind them. */
static inline const char *scan_digits(const char *at, const char *end, uint64_t *number)
{
    while (at < end && *at >= '0' && *at <= '9')
        *number = *number * 10 + (uint64_t)(*at++ - '0');
    return at;
}

/* The double nearest to a quotient: of a number above 2^53 by a power of ten of at most 10^18. */
static inline double nearest(uint64_t number, uint64_t power)
{
    __extension__ unsigned __int128 quotient = ((unsigned __int128)number << 64) / power; /* of at least 57 bits */
    quotient |= (uint64_t)quotient * power != 0; /* whether there is a rest tells how to round */
    return (double)quotient * 0x1p-64;
}

/* Reads a number. Refuses -0, integers of more than 18 digits, and what no double holds. */
static inline const char *scan_number(const char *at, const char *end, Number *number)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const char *first = at;
    int is_negative = at < end && *at == '-';
    const char *digits = at + is_negative;
    uint64_t mantissa = 0;
    at = scan_digits(digits, end, &mantissa);
    ptrdiff_t count = at - digits, exponent = 0;
    if (count == 0 || count > 18 || (*digits == '0' && count > 1))
        return NULL;
    number->is_integer = at == end || (*at != '.' && *at != 'e' && *at != 'E');
    if (number->is_integer) {
        if (is_negative && mantissa == 0)
            return NULL;
        number->integer = is_negative ? -(int64_t)mantissa : (int64_t)mantissa;
        number->real = (double)number->integer;
        number->is_usual = 1;
        return at;
    }
    int ends_in_zero = 0; /* 5.0 is usual, 5.10 and 5.00 are not */
    if (*at == '.') {
        const char *fraction = at + 1;
        at = scan_digits(fraction, end, &mantissa);
        exponent = fraction - at;
        if (exponent == 0)
            return NULL;
        count -= exponent;
        ends_in_zero = exponent < -1 && at[-1] == '0';
    }
    int has_exponent = at < end && (*at == 'e' || *at == 'E');
    if (has_exponent) {
        at++;
        int sign = 1;
        if (at < end && (*at == '+' || *at == '-'))
            sign = *at++ == '-' ? -1 : 1;
        const char *begin = at;
        int power = 0;
        while (at < end && *at >= '0' && *at <= '9' && at - begin < 3)
            power = power * 10 + (*at++ - '0');
        if (at == begin || power > 290)
            return NULL;
        exponent += sign * power;
    }
    if (at - first > LONGEST_NUMBER || (at < end && *at >= '0' && *at <= '9'))
        return NULL;
    int is_exact = count < 20 && mantissa <= 1ull << 53; /* a double has all digits */
    double size;
    if (is_exact && exponent >= -22 && exponent <= 22) {
        size = exponent < 0 ? (double)mantissa / powers[-exponent] : (double)mantissa * powers[exponent];
    } else if (count < 20 && mantissa > 1ull << 53 && exponent >= -18 && exponent < 0) {
        size = nearest(mantissa, (uint64_t)powers[-exponent]);
    } else {
        char copy[LONGEST_NUMBER + 1];
        size_t length = (size_t)(at - digits);
        memcpy(copy, digits, length);
        copy[length] = '\0';
        char *behind;
        size = strtod(copy, &behind);
        if (behind != copy + length || !(size < 1e308))
            return NULL; /* another locale's decimal point, or too large */
    }
    number->integer = 0;
    number->real = is_negative ? -size : size;
    number->is_usual = !has_exponent && !ends_in_zero && is_exact && mantissa < 1000000000000000u &&
                       (size == 0 || (size >= 1e-4 && size < 1e16));
    return at;
}

/* -- values ------------------------------------------------------------------------------------------------------- */

/* Behind `true`, `false` or `null`. */
static inline const char *scan_word(const char *at, const char *end)
{
    if (end - at >= 4 && (memcmp(at, "true", 4) == 0 || memcmp(at, "null", 4) == 0))
        return at + 4;
    return end - at >= 5 && memcmp(at, "false", 5) == 0 ? at + 5 : NULL;
}

/* Behind the colon after a key, `at` its opening quote. */
static inline const char *skip_key(const char *at, const char *end)
{
    size_t escapes;
    if (at == end || *at != '"')
        return NULL;
    at = scan_string(at + 1, end, &escapes);
    if (at == NULL)
        return NULL;
    at = skip_space(at, end);
    return at < end && *at == ':' ? skip_space(at + 1, end) : NULL;
}

/* Behind a value of any kind; checks the whole of its syntax. */
static inline const char *skip_value(const char *at, const char *end)
{
    char closing[MOST_LEVELS];
    int level = 0;
    Number number;
    size_t escapes;
    while (1) {
        if (at == end)
            return NULL;
        if (*at == '{' || *at == '[') {
            char close = *at == '{' ? '}' : ']';
            at = skip_space(at + 1, end);
            if (at < end && *at == close) {
                at++;
            } else if (level == MOST_LEVELS) {
                return NULL;
            } else {
                closing[level++] = close;
                if (close == '}')
                    at = skip_key(at, end);
                if (at == NULL)
                    return NULL;
                continue;
            }
        } else if (*at == '"') {
            at = scan_string(at + 1, end, &escapes);
        } else if (*at == '-' || (*at >= '0' && *at <= '9')) {
            at = scan_number(at, end, &number);
        } else {
            at = scan_word(at, end);
        }
        while (1) { /* what follows a value */
            if (at == NULL || level == 0)
                return at;
            at = skip_space(at, end);
            if (at < end && *at == closing[level - 1]) {
                level--;
                at++;
                continue;
            }
            if (at == end || *at != ',')
                return NULL;
            at = skip_space(at + 1, end);
            if (closing[level - 1] == '}')
                at = skip_key(at, end);
            if (at == NULL)
                return NULL;
            break;
        }
    }
}

#endif
