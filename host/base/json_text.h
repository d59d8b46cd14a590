/* SPDX-License-Identifier: Apache-2.0 */
/* Reads JSON text into values of Jansson, and writes them. */
#ifndef SEAM_JSON_TEXT_H
#define SEAM_JSON_TEXT_H

#include <jansson.h>
#include <stdbool.h>

/* What is wrong with a text, and in which line; line 0: memory is out. */
struct json_fault {
  int line;
  bool is_number; /* a number that is too large */
  char text[96];
};

/* Returns the object or array that the text holds, as a new reference, or NULL. No object has a key twice. A byte-order
 * mark before it is skipped. */
json_t *json_text_read(const char *text, size_t size, struct json_fault *fault);

/* Returns compact JSON text, which the caller frees. NULL if memory is out or `value` is NULL. */
char *json_text_write(const json_t *value);

#endif
