/* SPDX-License-Identifier: Apache-2.0 */
/* Makes half of the fuzzer's changes to JSON change its values, so that the code behind the parser is reached, too: a
 * value is replaced, removed, put in twice, or changed as text. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* libFuzzer defines this. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

static unsigned below(unsigned *seed, size_t limit) {
  *seed = *seed * 1664525u + 1013904223u;
  return (unsigned)((*seed >> 8) % limit);
}

static json_t *any_value(unsigned *seed) {
  static const char *const texts[] = {"null",
                                      "true",
                                      "0",
                                      "-1",
                                      "1.5",
                                      "1e308",
                                      "9223372036854775807",
                                      "-9223372036854775808",
                                      "\"\"",
                                      "\"0\"",
                                      "\"18446744073709551615\"",
                                      "\"nan\"",
                                      "[]",
                                      "{}",
                                      "[[\"0\",\"12\"]]",
                                      "[\"5\"]",
                                      "{\"a\":[]}",
                                      "4294967296"};
  return json_loads(texts[below(seed, sizeof texts / sizeof *texts)], JSON_DECODE_ANY, NULL);
}

/* NULL if the changed bytes are no valid text. */
static json_t *changed_text(const json_t *value) {
  uint8_t text[256];
  size_t size = json_string_length(value);
  if (size > sizeof text / 2) return NULL;
  memcpy(text, json_string_value(value), size);
  size = LLVMFuzzerMutate(text, size, sizeof text);
  return json_stringn((char *)text, size);
}

static json_t *changed_value(const json_t *value, unsigned *seed) {
  json_t *text = json_is_string(value) && below(seed, 2) ? changed_text(value) : NULL;
  return text ? text : any_value(seed);
}

static bool is_full(const json_t *value) { return json_array_size(value) + json_object_size(value) > 0; }

static void change_array(json_t *array, size_t k, unsigned *seed) {
  switch (below(seed, 3)) {
  case 0:
    json_array_remove(array, k);
    break;
  case 1:
    json_array_append_new(array, json_deep_copy(json_array_get(array, k)));
    break;
  default:
    json_array_set_new(array, k, changed_value(json_array_get(array, k), seed));
  }
}

static void change_object(json_t *object, const char *key, unsigned *seed) {
  switch (below(seed, 4)) {
  case 0:
    json_object_del(object, key);
    break;
  case 1:
    json_object_set_new(object, "steps", json_deep_copy(json_object_get(object, key)));
    break;
  default:
    json_object_set_new(object, key, changed_value(json_object_get(object, key), seed));
  }
}

static const char *key_at(json_t *object, size_t k) {
  void *at = json_object_iter(object);
  while (k-- > 0) at = json_object_iter_next(object, at);
  return json_object_iter_key(at);
}

/* Changes something in a value that is not empty. */
static void change(json_t *value, unsigned *seed) {
  bool array = json_is_array(value);
  size_t k = below(seed, array ? json_array_size(value) : json_object_size(value));
  const char *key = array ? NULL : key_at(value, k);
  json_t *child = array ? json_array_get(value, k) : json_object_get(value, key);
  if (is_full(child) && below(seed, 4))
    change(child, seed);
  else if (array)
    change_array(value, k, seed);
  else
    change_object(value, key, seed);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed) {
  for (size_t at = 0; at < 2 && at < size && seed % 2;
       at++) { /* the JSON may begin after the byte that chooses a member */
    json_t *value = json_loadb((char *)data + at, size - at, 0, NULL);
    if (is_full(value)) change(value, &seed);
    size_t changed = value ? json_dumpb(value, (char *)data + at, most - at, JSON_COMPACT) : 0;
    json_decref(value);
    if (changed > 0 && changed <= most - at) return at + changed;
  }
  return LLVMFuzzerMutate(data, size, most);
}
