/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a configuration from a file, which holds options as JSON text or is a result. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/floating_point.h"
#include "base/stack.h"
#include "base/json_text.h"
#include "base/read_file.h"
#include "files/result_file.h"

enum { LARGEST_CONFIG_FILE = 1 << 20 };

/* Reads the first LARGEST_CONFIG_FILE bytes of a file and adds a zero. */
static seam_status read_text(const char *path, char *text, size_t *size, seam_error *error) {
  FILE *file = fopen(path, "rb");
  if (!file)
    return error_set(error, SEAM_ERROR_IO, "%s cannot be read (%m): check the name and its permissions",
                     error_path(path));
  errno = 0;
  *size = fread(text, 1, LARGEST_CONFIG_FILE, file);
  int failure = ferror(file) ? errno : 0;
  fclose(file);
  text[*size] = '\0';
  if (failure)
    return error_set(error, SEAM_ERROR_IO, "%s cannot be read (%s): name a file of options or a result",
                     error_path(path), strerror(failure));
  return SEAM_OK;
}

static seam_status parse_text(const char *path, const char *text, size_t size, json_t **object, seam_error *error) {
  if (size == LARGEST_CONFIG_FILE)
    return error_set(error, SEAM_ERROR_FORMAT,
                     "%s is too large for a file of options, and is no result of seam: name another file",
                     error_path(path));
  struct json_fault fault;
  *object = json_text_read(text, size, &fault);
  if (*object) return SEAM_OK;
  if (fault.line == 0) return read_file_no_memory(path, error);
  if (fault.is_number)
    return error_set(error, SEAM_ERROR_FORMAT, "%s:%d: %s; put numbers this large in quotes", error_path(path),
                     fault.line, fault.text);
  return error_set(error, SEAM_ERROR_FORMAT,
                   "%s:%d: neither JSON nor a result of seam (%s): correct it, or name another file", error_path(path),
                   fault.line, fault.text);
}

static seam_status load(const char *path, char *text, json_t **object, seam_error *error) {
  size_t size = 0;
  FORWARD(read_text(path, text, &size, error));
  if (size >= 2 && !memcmp(text, "PK", 2)) return result_file_read_config(path, object, error);
  return parse_text(path, text, size, object, error);
}

seam_status seam_config_read(seam_config *config, const char *path, seam_error *error) {
  OWN_FLOATING_POINT;
  FORWARD(stack_check(error));
  char *text = malloc(LARGEST_CONFIG_FILE + 1);
  if (!text) return read_file_no_memory(path, error);
  json_t *object = NULL;
  seam_status status = load(path, text, &object, error);
  free(text);
  if (status == SEAM_OK) status = config_from_json(config, object, path, error);
  json_decref(object);
  return status;
}
