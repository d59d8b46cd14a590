/* SPDX-License-Identifier: Apache-2.0 */
/* The types of options: each type reads and prints text and writes JSON. */
#include "config/option.h"

#include <stdio.h>
#include <string.h>

#include "base/did_you_mean.h"
#include "base/number.h"

/* "--steps 5e9: too large; it takes 0 to 2147483647" */
static seam_status refuse(const struct option *option, const char *text, const char *problem, seam_error *error) {
  const char *shown = *text ? text : "''";
  return error_set(error, SEAM_ERROR_USAGE, "--%s %.60s%s: %s; it takes %s", option->name, shown,
                   strlen(shown) > 60 ? "..." : "", problem, option->limits);
}

static seam_status refuse_name(const struct option *option, const char *text, seam_error *error) {
  struct meant meant = did_you_mean(text, option->names, "");
  if (!*meant.text) return refuse(option, text, "unknown", error);
  return error_set(error, SEAM_ERROR_USAGE, "--%s %.60s: unknown; did you mean %s? it takes %s", option->name, text,
                   meant.text, option->limits);
}

/* Returns the index of text[0 .. length) in `names`, or -1. */
static int find_name(const char *const *names, const char *text, size_t length) {
  for (int i = 0; names[i]; i++)
    if (strlen(names[i]) == length && !memcmp(names[i], text, length)) return i;
  return -1;
}

static seam_status name_parse(const struct option *option, const char *text, void *member, seam_error *error) {
  int index = find_name(option->names, text, strlen(text));
  if (index < 0) return refuse_name(option, text, error);
  *(int32_t *)member = index;
  return SEAM_OK;
}

static void name_print(const struct option *option, const void *member, char *text, size_t size) {
  snprintf(text, size, "%s", option->names[*(const int32_t *)member]);
}

static seam_status whole_parse(const struct option *option, const char *text, void *member, seam_error *error) {
  uint64_t value;
  enum number_fault fault = number_to_uint(text, &value);
  if (fault) return refuse(option, text, number_fault_text(fault), error);
  if (value < option->low) return refuse(option, text, "too small", error);
  if (value > option->high) return refuse(option, text, "too large", error);
  *(uint64_t *)member = value;
  return SEAM_OK;
}

static void whole_print(const struct option *option, const void *member, char *text, size_t size) {
  (void)option;
  snprintf(text, size, "%llu", (unsigned long long)*(const uint64_t *)member);
}

static seam_status real_parse(const struct option *option, const char *text, void *member, seam_error *error) {
  double value;
  enum number_fault fault = number_to_real(text, &value);
  if (fault) return refuse(option, text, number_fault_text(fault), error);
  if (value < option->least) return refuse(option, text, "too small", error);
  if (value > option->most) return refuse(option, text, "too large", error);
  *(double *)member = value;
  return SEAM_OK;
}

static void real_print(const struct option *option, const void *member, char *text, size_t size) {
  (void)option;
  number_print_real(*(const double *)member, text, size);
}

static seam_status range_parse(const struct option *option, const char *text, void *member, seam_error *error) {
  const char *colon = strchr(text, ':');
  char lower[128];
  if (!colon || colon - text >= (ptrdiff_t)sizeof lower) return refuse(option, text, "this is not LOWER:UPPER", error);
  memcpy(lower, text, (size_t)(colon - text));
  lower[colon - text] = '\0';
  double ends[2];
  const char *texts[2] = {lower, colon + 1};
  for (int i = 0; i < 2; i++) {
    enum number_fault fault = number_to_real(texts[i], &ends[i]);
    if (fault) return refuse(option, text, number_fault_text(fault), error);
    if (ends[i] < option->least || ends[i] > option->most)
      return refuse(option, text, "outside of these limits", error);
  }
  if (ends[0] >= ends[1]) return refuse(option, text, "LOWER is not below UPPER", error);
  if (option->from_least && ends[0] != option->least) return refuse(option, text, "this range begins at 0", error);
  if (ends[0] == option->least) ends[0] = option->least; /* -0 is 0 */
  memcpy(member, ends, sizeof ends);
  return SEAM_OK;
}

static void range_print(const struct option *option, const void *member, char *text, size_t size) {
  (void)option;
  const double *range = member;
  char lower[32], upper[32];
  number_print_real(range[0], lower, sizeof lower);
  number_print_real(range[1], upper, sizeof upper);
  snprintf(text, size, "%s:%s", lower, upper);
}

/* Returns the bits of one word of a list, or 0 if no histogram has this name. "all" leaves interchange out: interchange
 * needs two more tests for each pair of chains, and works only for an even number of chains. */
static uint32_t histograms_named(const struct option *option, const char *word, size_t length) {
  if (length == 3 && !memcmp(word, "all", length)) return (1u << HISTOGRAM_INTERCHANGE) - 1;
  int index = find_name(option->names, word, length);
  return index < 0 ? 0 : 1u << index;
}

/* Reads names separated by commas. */
static seam_status list_parse(const struct option *option, const char *text, uint32_t *set, seam_error *error) {
  *set = 0;
  for (const char *name = text;; name++) {
    size_t length = strcspn(name, ",");
    uint32_t named = histograms_named(option, name, length);
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)(length < sizeof word ? length : sizeof word), name);
    if (!named) return refuse_name(option, word, error);
    *set |= named;
    name += length;
    if (!*name) return SEAM_OK;
  }
}

static seam_status histograms_parse(const struct option *option, const char *text, void *member, seam_error *error) {
  uint32_t set = 0;
  if (strcmp(text, "none")) FORWARD(list_parse(option, text, &set, error));
  *(uint32_t *)member = set;
  return SEAM_OK;
}

/* Prints every name, never "all", because a later version may have more histograms. */
static void histograms_print(const struct option *option, const void *member, char *text, size_t size) {
  uint32_t set = *(const uint32_t *)member;
  snprintf(text, size, "%s", set ? "" : "none");
  for (int i = 0; option->names[i]; i++) {
    size_t length = strlen(text);
    if (set >> i & 1) snprintf(text + length, size - length, "%s%s", length ? "," : "", option->names[i]);
  }
}

/* Reads one number of `length` characters. A refusal shows the whole `text`. */
static seam_status device_parse(const struct option *option, const char *text, const char *number, size_t length,
                                struct device_choice *choice, seam_error *error) {
  char word[128];
  uint64_t value;
  if (length >= sizeof word) return refuse(option, text, "more digits than a number needs", error);
  memcpy(word, number, length);
  word[length] = '\0';
  enum number_fault fault = number_to_uint(word, &value);
  if (fault) return refuse(option, text, number_fault_text(fault), error);
  if (value > option->high) return refuse(option, text, "too large", error);
  for (uint32_t i = 0; i < choice->count; i++)
    if (choice->index[i] == value) return refuse(option, text, "this names a card twice", error);
  if (choice->count == CHOSEN_DEVICES) return refuse(option, text, "this names more than 64 cards", error);
  choice->index[choice->count++] = (uint32_t)value;
  return SEAM_OK;
}

static seam_status devices_parse(const struct option *option, const char *text, void *member, seam_error *error) {
  struct device_choice choice = {0};
  bool more = strcmp(text, "all") != 0;
  for (const char *number = text; more;) {
    size_t length = strcspn(number, ",");
    FORWARD(device_parse(option, text, number, length, &choice, error));
    more = number[length] == ',';
    number += length + more;
  }
  memcpy(member, &choice, sizeof choice);
  return SEAM_OK;
}

static void devices_print(const struct option *option, const void *member, char *text, size_t size) {
  (void)option;
  const struct device_choice *choice = member;
  snprintf(text, size, "%s", choice->count ? "" : "all");
  for (uint32_t i = 0; i < choice->count; i++) {
    size_t length = strlen(text);
    snprintf(text + length, size - length, "%s%u", i ? "," : "", (unsigned)choice->index[i]);
  }
}

/* Reads "I/N". */
static seam_status shard_parse(const struct option *option, const char *text, void *member, seam_error *error) {
  const char *slash = strchr(text, '/');
  char index[64];
  struct shard shard;
  if (!slash || slash - text >= (ptrdiff_t)sizeof index) return refuse(option, text, "this is not I/N", error);
  memcpy(index, text, (size_t)(slash - text));
  index[slash - text] = '\0';
  enum number_fault fault = number_to_uint(index, &shard.index);
  if (!fault) fault = number_to_uint(slash + 1, &shard.count);
  if (fault) return refuse(option, text, number_fault_text(fault), error);
  if (shard.index < 1 || shard.index > shard.count) return refuse(option, text, "there is no such part", error);
  if (shard.count > option->high) return refuse(option, text, "too many parts", error);
  memcpy(member, &shard, sizeof shard);
  return SEAM_OK;
}

static void shard_print(const struct option *option, const void *member, char *text, size_t size) {
  (void)option;
  const struct shard *shard = member;
  snprintf(text, size, "%llu/%llu", (unsigned long long)shard->index, (unsigned long long)shard->count);
}

/* Returns the seconds of the unit at the end of `text`, or 0 if the text is a number of chains. M means a million. */
static double unit_seconds(const char *text) {
  size_t length = strlen(text);
  char unit = length ? text[length - 1] : '\0';
  return unit == 's' ? 1 : unit == 'm' ? 60 : unit == 'h' ? 3600 : 0;
}

static seam_status period_parse(const struct option *option, const char *text, void *member, seam_error *error) {
  struct period period = {0, 0};
  double unit = unit_seconds(text);
  char number[64];
  enum number_fault fault;
  if (strlen(text) >= sizeof number) return refuse(option, text, "more digits than a number needs", error);
  memcpy(number, text, strlen(text) + 1);
  if (unit > 0) number[strlen(text) - 1] = '\0';
  if (unit > 0)
    fault = number_to_real(number, &period.seconds);
  else
    fault = number_to_uint(number, &period.chains);
  if (fault) return refuse(option, text, number_fault_text(fault), error);
  period.seconds *= unit;
  if (period.seconds < 0) return refuse(option, text, "too small", error);
  if (period.seconds > option->most) return refuse(option, text, "too long", error);
  memcpy(member, &period, sizeof period);
  return SEAM_OK;
}

static void period_print(const struct option *option, const void *member, char *text, size_t size) {
  (void)option;
  const struct period *period = member;
  char seconds[32];
  number_print_real(period->seconds, seconds, sizeof seconds);
  if (period->seconds > 0)
    snprintf(text, size, "%ss", seconds);
  else
    snprintf(text, size, "%llu", (unsigned long long)period->chains);
}

static seam_status text_parse(const struct option *option, const char *text, void *member, seam_error *error) {
  if (!*text) return refuse(option, text, "empty", error);
  if (strlen(text) >= option->high) return refuse(option, text, "too long", error);
  strcpy(member, text);
  return SEAM_OK;
}

static void text_print(const struct option *option, const void *member, char *text, size_t size) {
  (void)option;
  snprintf(text, size, "%s", (const char *)member);
}

static json_t *printed_json(const struct option *option, const void *member) {
  char text[sizeof((struct seam_config *)0)->text];
  option->type->print(option, member, text, sizeof text);
  return json_string(text);
}

static json_t *whole_json(const struct option *option, const void *member) {
  return option->wide ? printed_json(option, member) : json_integer((json_int_t) * (const uint64_t *)member);
}

/* One card is a JSON number, several are text. */
static json_t *devices_json(const struct option *option, const void *member) {
  const struct device_choice *choice = member;
  return choice->count == 1 ? json_integer(choice->index[0]) : printed_json(option, member);
}

static json_t *real_json(const struct option *option, const void *member) {
  (void)option;
  return json_real(*(const double *)member);
}

const struct option_type option_name = {name_parse, name_print, printed_json, false};
const struct option_type option_whole = {whole_parse, whole_print, whole_json, true};
const struct option_type option_real = {real_parse, real_print, real_json, true};
const struct option_type option_range = {range_parse, range_print, printed_json, false};
const struct option_type option_histograms = {histograms_parse, histograms_print, printed_json, false};
const struct option_type option_devices = {devices_parse, devices_print, devices_json, true};
const struct option_type option_period = {period_parse, period_print, printed_json, true};
const struct option_type option_shard = {shard_parse, shard_print, printed_json, false};
const struct option_type option_text = {text_parse, text_print, printed_json, false};
