/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes JSON text (RFC 8259). Jansson's own reader ignores that memory is out while it collects a token: it
 * reads shorter numbers, or writes behind its buffer. Its values can be made safely. */
#include "base/json_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

/* No file of seam has more values in each other. The stack of a thread may be small. */
enum { MOST_DEPTH = 64 };

struct text {
  const char *begin, *at, *end;
  int depth;
  struct json_fault *fault;
};

static json_t *read_value(struct text *text);

/* ---- Faults ---- */

static int line_of(const struct text *text) {
  int line = 1;
  for (const char *c = text->begin; c < text->at; c++) line += *c == '\n';
  return line;
}

static bool is_shown(char c) { return c > ' ' && c < 127; }

/* Says what is wrong at text->at. Returns NULL, so that a caller can write `return refuse(...)`. */
static void *refuse(struct text *text, const char *what) {
  int shown = 0;
  while (shown < 20 && text->at + shown < text->end && is_shown(text->at[shown])) shown++;
  text->fault->line = line_of(text);
  if (text->at == text->end)
    snprintf(text->fault->text, sizeof text->fault->text, "%s near the end of the file", what);
  else
    snprintf(text->fault->text, sizeof text->fault->text, "%s near '%.*s'", what, shown, text->at);
  return NULL;
}

static json_t *refuse_number(struct text *text, const char *what) {
  text->fault->is_number = true;
  return refuse(text, what);
}

/* ---- Single characters ---- */

static char next(const struct text *text) { return text->at < text->end ? *text->at : '\0'; }

static void skip_space(struct text *text) {
  while (text->at < text->end && strchr(" \t\r\n", *text->at) && *text->at) text->at++;
}

static bool take(struct text *text, char c) {
  skip_space(text);
  if (next(text) != c) return false;
  text->at++;
  return true;
}

static bool take_digits(struct text *text) {
  const char *begin = text->at;
  while (next(text) >= '0' && next(text) <= '9') text->at++;
  return text->at > begin;
}

/* ---- Numbers ---- */

static json_t *read_whole(struct text *text, const char *begin) {
  json_int_t value = 0;
  bool negative = *begin == '-', over = false;
  for (const char *digit = begin + negative; digit < text->at; digit++) {
    over |= __builtin_mul_overflow(value, 10, &value);
    over |= __builtin_sub_overflow(value, *digit - '0', &value);
  }
  if (!negative) over |= __builtin_sub_overflow(0, value, &value);
  if (!over) return json_integer(value);
  text->at = begin;
  return refuse_number(text, "too large a number");
}

static json_t *read_real(struct text *text, const char *begin) {
  char number[200];
  double value = 0;
  size_t size = (size_t)(text->at - begin);
  bool negative = *begin == '-', fits = size < sizeof number;
  if (fits) {
    memcpy(number, begin, size);
    number[size] = '\0';
    fits = number_to_real(number + negative, &value) == NUMBER_FINE;
  }
  if (fits) return json_real(negative ? -value : value);
  text->at = begin;
  return refuse_number(text, "too large a number");
}

static json_t *read_number(struct text *text) {
  const char *begin = text->at;
  bool whole = true;
  if (next(text) == '-') text->at++;
  bool zero = next(text) == '0', good = zero || take_digits(text);
  text->at += zero;
  if (good && next(text) == '.') {
    whole = false;
    text->at++;
    good = take_digits(text);
  }
  if (good && (next(text) == 'e' || next(text) == 'E')) {
    whole = false;
    text->at++;
    if (next(text) == '+' || next(text) == '-') text->at++;
    good = take_digits(text);
  }
  if (!good) return refuse(text, "a digit is missing");
  return whole ? read_whole(text, begin) : read_real(text, begin);
}

/* ---- Strings ---- */

/* A string of the text. `owned` holds it if it has escapes, and is freed by the caller. */
struct piece {
  const char *begin;
  size_t size;
  char *owned;
};

/* The bytes of the character at `at`, or 0 if it is no UTF-8. */
static size_t utf8_size(const char *at, const char *end) {
  const unsigned char *c = (const unsigned char *)at;
  size_t size = c[0] < 0x80 ? 1 : c[0] >= 0xc2 && c[0] < 0xe0 ? 2 : (c[0] & 0xf0) == 0xe0 ? 3 : 4;
  if (size == 4 && (c[0] < 0xf0 || c[0] > 0xf4)) return 0;
  if (size > (size_t)(end - at)) return 0;
  for (size_t i = 1; i < size; i++)
    if ((c[i] & 0xc0) != 0x80) return 0;
  unsigned second = size > 2 ? c[1] : 0x80;
  bool too_long = (c[0] == 0xe0 && second < 0xa0) || (c[0] == 0xf0 && second < 0x90);
  bool no_character = (c[0] == 0xed && second > 0x9f) || (c[0] == 0xf4 && second > 0x8f);
  return too_long || no_character ? 0 : size;
}

static size_t put_utf8(uint32_t character, char *to) {
  static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
  size_t size = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
  for (size_t i = size - 1; i > 0; i--, character >>= 6) to[i] = (char)(0x80 | (character & 0x3f));
  to[0] = (char)(first[size] | character);
  return size;
}

/* Reads the four digits of \uXXXX. */
static bool take_hexadecimal(struct text *text, uint32_t *value) {
  static const char known[] = "0123456789abcdef0123456789ABCDEF";
  *value = 0;
  for (int i = 0; i < 4; i++) {
    const char *digit = next(text) ? strchr(known, next(text)) : NULL;
    if (!digit) return false;
    *value = *value << 4 | (uint32_t)(digit - known) % 16;
    text->at++;
  }
  return true;
}

/* Reads the character behind \u, which has two parts above U+FFFF. */
static bool take_character(struct text *text, uint32_t *character) {
  uint32_t low;
  if (!take_hexadecimal(text, character) || *character == 0) return false;
  if (*character < 0xd800 || *character > 0xdfff) return true;
  if (*character > 0xdbff || text->end - text->at < 6 || memcmp(text->at, "\\u", 2) != 0) return false;
  text->at += 2;
  if (!take_hexadecimal(text, &low) || low < 0xdc00 || low > 0xdfff) return false;
  *character = 0x10000 + ((*character - 0xd800) << 10) + (low - 0xdc00);
  return true;
}

/* Takes an escape and puts what it means. Returns how many bytes that are, or 0. */
static size_t take_escape(struct text *text, char *to) {
  static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  uint32_t character;
  char letter = next(text);
  const char *found = letter ? strchr(letters, letter) : NULL;
  if (found) {
    text->at++;
    *to = meanings[found - letters];
    return 1;
  }
  if (letter != 'u') return 0;
  text->at++;
  return take_character(text, &character) ? put_utf8(character, to) : 0;
}

/* Copies the string at text->at, which ends at `end`, with the meanings of its escapes: they are never longer. */
static bool unescape(struct text *text, const char *end, struct piece *piece) {
  char *to = piece->owned = malloc((size_t)(end - text->at));
  if (!to) return false;
  while (text->at < end) {
    if (*text->at != '\\') {
      *to++ = *text->at++;
      continue;
    }
    text->at++;
    size_t size = take_escape(text, to);
    if (size == 0) {
      refuse(text, "an escape that JSON does not have");
      return false;
    }
    to += size;
  }
  piece->begin = piece->owned;
  piece->size = (size_t)(to - piece->owned);
  return true;
}

/* Finds the closing quote of a string and whether it has escapes. */
static const char *find_quote(struct text *text, bool *escapes) {
  const char *at = text->at;
  while (at < text->end && *at != '"') {
    size_t size = utf8_size(at, text->end);
    if (size == 0 || (unsigned char)*at < ' ') {
      text->at = at;
      return refuse(text, size ? "a control character in a string" : "bytes that are not UTF-8");
    }
    if (*at == '\\') {
      *escapes = true;
      size += at + 1 < text->end && (at[1] == '"' || at[1] == '\\');
    }
    at += size;
  }
  if (at < text->end) return at;
  text->at = text->end;
  return refuse(text, "a string has no closing quote");
}

static bool take_string(struct text *text, struct piece *piece) {
  bool escapes = false;
  *piece = (struct piece){.begin = ++text->at};
  const char *end = find_quote(text, &escapes);
  if (!end) return false;
  piece->size = (size_t)(end - text->at);
  if (escapes && !unescape(text, end, piece)) {
    free(piece->owned);
    return false;
  }
  text->at = end + 1;
  return true;
}

static json_t *read_string(struct text *text) {
  struct piece piece;
  if (!take_string(text, &piece)) return NULL;
  json_t *value = json_stringn_nocheck(piece.begin, piece.size);
  free(piece.owned);
  return value;
}

/* ---- Arrays, objects and words ---- */

static bool add_item(struct text *text, json_t *array) {
  json_t *value = read_value(text);
  return value && json_array_append_new(array, value) == 0;
}

static bool add_field(struct text *text, json_t *object) {
  struct piece key;
  json_t *value = NULL;
  skip_space(text);
  if (next(text) != '"') {
    refuse(text, "a key in double quotes is expected");
    return false;
  }
  const char *begin = text->at;
  if (!take_string(text, &key)) return false;
  if (json_object_getn(object, key.begin, key.size)) {
    text->at = begin;
    refuse(text, "a duplicate key");
  } else if (!take(text, ':'))
    refuse(text, "':' is expected");
  else
    value = read_value(text);
  bool good = value && json_object_setn_new_nocheck(object, key.begin, key.size, value) == 0;
  free(key.owned);
  return good;
}

/* Reads the rest of an array or object. Takes the reference to it. */
static json_t *read_parts(struct text *text, json_t *whole, bool (*add)(struct text *, json_t *), char close) {
  bool good = whole != NULL;
  text->at++;
  if (good && take(text, close)) return whole;
  while (good && add(text, whole)) {
    if (take(text, close)) return whole;
    good = take(text, ',');
    if (!good) refuse(text, close == ']' ? "',' or ']' is expected" : "',' or '}' is expected");
  }
  json_decref(whole);
  return NULL;
}

static json_t *read_word(struct text *text) {
  static const char *const words[] = {"true", "false", "null"};
  json_t *const values[] = {json_true(), json_false(), json_null()};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t length = strlen(words[i]);
    if ((size_t)(text->end - text->at) < length || memcmp(text->at, words[i], length) != 0) continue;
    text->at += length;
    return values[i];
  }
  return refuse(text, "no value that JSON has");
}

static json_t *read_value(struct text *text) {
  json_t *value;
  skip_space(text);
  if (text->depth == MOST_DEPTH) return refuse(text, "too many brackets in each other");
  text->depth++;
  char c = next(text);
  if (c == '{')
    value = read_parts(text, json_object(), add_field, '}');
  else if (c == '[')
    value = read_parts(text, json_array(), add_item, ']');
  else if (c == '"')
    value = read_string(text);
  else if (c == '-' || (c >= '0' && c <= '9'))
    value = read_number(text);
  else
    value = read_word(text);
  text->depth--;
  return value;
}

json_t *json_text_read(const char *bytes, size_t size, struct json_fault *fault) {
  static const char mark[] = {'\xef', '\xbb', '\xbf'};
  struct text text = {.begin = bytes, .at = bytes, .end = bytes + size, .fault = fault};
  *fault = (struct json_fault){.line = 0};
  if (size >= sizeof mark && memcmp(bytes, mark, sizeof mark) == 0) text.at += sizeof mark;
  if (size >= 2 && (!memcmp(bytes, "\xff\xfe", 2) || !memcmp(bytes, "\xfe\xff", 2)))
    return refuse(&text, "the text is UTF-16, not UTF-8,");
  skip_space(&text);
  if (next(&text) != '{' && next(&text) != '[') return refuse(&text, "'{' is expected");
  json_t *value = read_value(&text);
  skip_space(&text);
  if (!value || text.at == text.end) return value;
  json_decref(value);
  return refuse(&text, "more text after the end");
}

/* json_dumps leaves out keys for which it finds no memory. json_dumpb needs none for the text. */
char *json_text_write(const json_t *value) {
  size_t size = json_dumpb(value, NULL, 0, JSON_COMPACT);
  char *text = size ? malloc(size + 1) : NULL;
  if (!text) return NULL;
  if (json_dumpb(value, text, size, JSON_COMPACT) != size) {
    free(text);
    return NULL;
  }
  text[size] = '\0';
  return text;
}
