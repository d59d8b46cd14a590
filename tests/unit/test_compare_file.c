/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a comparison is read as it was written, is not taken for a result, and is refused if damaged or
 * forged. */
#include <math.h>
#include <unistd.h>

#include "support/forged_archive.h"
#include "support/sample_comparison.h"
#include "compare/compare.h"

static void sample_pair_of(seam_result *results[2]) {
  for (int r = 0; r < 2; r++)
    results[r] = sample_result((const char *[]){"histograms", "interface,loss", "bins", "8", NULL}, r ? 500 : 0, 100);
}

/* ---- What was written is read again ---- */

static struct seam_comparison *unpack_comparison(const unsigned char *bytes, size_t size) {
  struct seam_comparison *comparison;
  seam_error error;
  if (comparison_file_unpack(bytes, size, "X.zip", &comparison, &error)) fail_msg("%s", error.message);
  return comparison;
}

/* Packs the comparison, unpacks it, and packs that again: the bytes must be equal. Frees the comparison. */
static void expect_read_again(seam_comparison *comparison, int maps) {
  unsigned char *bytes, *again;
  size_t size, size_again;
  seam_error error;
  assert_int_equal(comparison_file_pack(comparison, &bytes, &size, &error), SEAM_OK);
  seam_comparison_free(comparison);
  comparison = unpack_comparison(bytes, size);
  assert_int_equal(comparison_file_pack(comparison, &again, &size_again, &error), SEAM_OK);
  assert_int_equal(size, size_again);
  assert_memory_equal(bytes, again, size);
  for (int m = 0; m < maps; m++) assert_non_null(seam_comparison_map_at(comparison, (size_t)m)->reals);
  assert_null(seam_comparison_map_at(comparison, (size_t)maps));
  seam_comparison_free(comparison);
  free(bytes);
  free(again);
}

#define WORKING                                                                                                        \
  "first", "logistic", "second", "logistic", "bins", "8", "chains", "400", "draws", "300", "cells", "64", "steps", "9"

/* Comparisons of chains, of pairs and of components, and one where no distance is known. */
static void a_comparison_is_read_as_it_was_written(void **unused) {
  (void)unused;
  static const char *const options[] = {WORKING, NULL}, *const weighed[] = {WORKING, "task", "gibbs", NULL};
  static const char *const outcomes[] = {"works", "buffer", "inverter", "fail", "all"};
  seam_result *trained[2], *predicted = sample_predict(options), *law = sample_predict(weighed);
  sample_pair_of(trained);
  for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
    expect_read_again(sample_compare(trained[0], trained[1], outcomes[i], 1), 2);
  sample_free_pair(trained);
  trained[0] = sample_train(options), trained[1] = sample_result(options, 0, 0);
  expect_read_again(sample_compare(trained[0], predicted, "all", 1), 2);
  expect_read_again(sample_compare(law, trained[0], "all", 1), 2);
  expect_read_again(sample_compare(predicted, predicted, "pass", 1), 2);
  expect_read_again(sample_compare(trained[0], trained[1], "all", 1), 0);
  sample_free_pair(trained);
  seam_result_free(predicted);
  seam_result_free(law);
}

/* Matched chains of two equal results. */
static seam_comparison *sample_paired(void) {
  seam_paired *paired = NULL;
  seam_comparison *comparison;
  seam_error error;
  for (uint64_t k = 0; k < SEAM_FEWEST_BLOCKS; k++) {
    const char *const options[] = {"histograms", "interface,width", "bins", "8", NULL};
    seam_result *results[2] = {sample_result(options, 10 * k, 10), sample_result(options, 10 * k, 10)};
    if (seam_paired_add(&paired, results[0], results[1], &error)) fail_msg("%s", error.message);
    sample_free_pair(results);
  }
  if (seam_paired_compare(paired, "all", 0, &comparison, &error)) fail_msg("%s", error.message);
  seam_paired_free(paired);
  return comparison;
}

static void a_paired_comparison_is_read_as_it_was_written(void **unused) {
  (void)unused;
  expect_read_again(sample_paired(), 2);
}

static void write_to(const char *path, const seam_comparison *comparison, const seam_result *result) {
  seam_output *output;
  seam_error error;
  assert_int_equal(seam_output_open(path, 1, &output, &error), SEAM_OK);
  assert_int_equal(comparison ? seam_output_write_comparison(output, comparison, &error)
                              : seam_output_write(output, result, &error),
                   SEAM_OK);
  seam_output_close(output);
}

static void expect_the_same(seam_comparison *written, seam_comparison *read) {
  char *records[2] = {seam_comparison_record(written), seam_comparison_record(read)};
  assert_string_equal(records[0], records[1]);
  assert_string_equal(seam_comparison_outcome(read), seam_comparison_outcome(written));
  for (int side = 0; side < 2; side++) {
    free(records[side]);
    assert_string_equal(seam_config_get(seam_comparison_config(read, side), "bins"),
                        seam_config_get(seam_comparison_config(written, side), "bins"));
  }
}

static void each_kind_of_file_is_recognised_and_read_by_its_own_call(void **unused) {
  (void)unused;
  char path[] = "/tmp/seam-compare-XXXXXX";
  close(mkstemp(path));
  seam_result *results[2], *none;
  sample_pair_of(results);
  seam_comparison *comparison = sample_compare(results[0], results[1], "inverter", 1), *read;
  seam_error error;
  assert_false(seam_is_comparison(path));
  write_to(path, comparison, NULL);
  assert_true(seam_is_comparison(path));
  assert_int_equal(seam_comparison_read(path, &read, &error), SEAM_OK);
  expect_the_same(comparison, read);
  seam_comparison_free(read);
  assert_int_equal(seam_result_read(path, &none, &error), SEAM_ERROR_FORMAT);
  assert_non_null(strstr(error.message, "is a comparison"));
  write_to(path, NULL, results[0]);
  assert_false(seam_is_comparison(path));
  assert_int_equal(seam_comparison_read(path, &read, &error), SEAM_ERROR_FORMAT);
  assert_non_null(strstr(error.message, "is not a comparison"));
  assert_null(read);
  seam_comparison_free(comparison);
  sample_free_pair(results);
  unlink(path);
}

/* ---- Damage ---- */

static void every_flipped_bit_and_truncation_is_refused_or_has_no_effect(void **unused) {
  (void)unused;
  seam_result *results[2];
  sample_pair_of(results);
  seam_comparison *comparison = sample_compare(results[0], results[1], "all", 1), *read;
  unsigned char *bytes;
  size_t size;
  seam_error error;
  uint64_t state = 7;
  int refused = 0;
  assert_int_equal(comparison_file_pack(comparison, &bytes, &size, &error), SEAM_OK);
  for (size_t cut = 0; cut < size; cut += 31)
    assert_int_equal(comparison_file_unpack(bytes, cut, "X.zip", &read, &error), SEAM_ERROR_FORMAT);
  for (int i = 0; i < 2000; i++) {
    size_t bit = sample_random(&state, 8 * size);
    bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    seam_status status = comparison_file_unpack(bytes, size, "X.zip", &read, &error);
    bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    refused += status != SEAM_OK;
    if (status) assert_true(status == SEAM_ERROR_FORMAT && strstr(error.message, "X.zip") && !read);
    if (!status) expect_the_same(comparison, read);
    seam_comparison_free(read);
  }
  assert_true(refused > 1500);
  free(bytes);
  seam_comparison_free(comparison);
  sample_free_pair(results);
}

/* The content of a member, with every `from` in it replaced by `to`. */
static struct bytes replaced(struct bytes file, const char *name, const char *from, const char *to) {
  struct bytes old = member_of(file, name), new = {calloc(1, 2 * old.size + 1), 0};
  const char *text = (const char *)old.data;
  for (const char *at; (at = strstr(text, from)); text = at + strlen(from)) {
    memcpy(new.data + new.size, text, (size_t)(at - text));
    new.size += (size_t)(at - text);
    memcpy(new.data + new.size, to, strlen(to));
    new.size += strlen(to);
  }
  assert_true(text != (const char *)old.data);
  memcpy(new.data + new.size, text, strlen(text));
  new.size += strlen(text);
  free(old.data);
  return new;
}

static void a_record_that_says_anything_else_is_refused(void **unused) {
  (void)unused;
  static const char *const forgeries[][2] = {
      {"\"rows\":1", "\"rows\":-1"},
      {"\"rows\":1", "\"rows\":1.0"},
      {"\"slice\":\"all\"", "\"slice\":\"al\""},
      {"\"interface\",\"rows", "\"loss\",\"rows"},
      {"\"chains\",\"chains\"", "\"chains\",\"\\n\""},
      {"\"schema\":2", "\"schema\":3"},
      {"\"schema\":2", "\"schema\":1"},
      {"\"permutations\":200", "\"permutations\":20"},
      {"\"seed\":\"1\"", "\"seed\":\"x\""},
      {"\"bins\":8", "\"bins\":4096"},
      {"\"independent\":true", "\"independent\":null"},
      {"\"version\":", "\"more\":0,\"version\":"},
      {"\"name\":\"pass\"", "\"name\":\"p\""},
      {"\"entries\":[", "\"entries\":[-"},
  };
  seam_result *results[2];
  sample_pair_of(results);
  seam_comparison *comparison = sample_compare(results[0], results[1], "all", 1), *read;
  struct bytes file;
  seam_error error;
  assert_int_equal(comparison_file_pack(comparison, &file.data, &file.size, &error), SEAM_OK);
  for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++) {
    struct bytes record = replaced(file, COMPARISON_MEMBER, forgeries[i][0], forgeries[i][1]);
    struct bytes forged = repack(file, COMPARISON_MEMBER, COMPARISON_MEMBER, record);
    seam_status status = comparison_file_unpack(forged.data, forged.size, "X.zip", &read, &error);
    if (status != SEAM_ERROR_FORMAT) fail_msg("%s: status %d", forgeries[i][1], status);
    assert_null(read);
    free(record.data);
    free(forged.data);
  }
  free(file.data);
  seam_comparison_free(comparison);
  sample_free_pair(results);
}

/* ---- Forged maps and numbers ---- */

static struct bytes pack_comparison(seam_comparison *comparison) {
  struct bytes file;
  seam_error error;
  if (comparison_file_pack(comparison, &file.data, &file.size, &error)) fail_msg("%s", error.message);
  seam_comparison_free(comparison);
  return exact(file);
}

static struct bytes sample_comparison(void) {
  seam_result *results[2];
  sample_pair_of(results);
  struct bytes file = pack_comparison(sample_compare(results[0], results[1], "all", 1));
  sample_free_pair(results);
  return file;
}

/* Replaces the member by `content` and expects a refusal with these words, or success if `words` is NULL. */
static void expect_with(struct bytes file, const char *name, struct bytes content, const char *words) {
  struct bytes forged = repack(file, name, name, content);
  struct seam_comparison *read;
  seam_error error = {.message = ""};
  seam_status status = comparison_file_unpack(forged.data, forged.size, "X.zip", &read, &error);
  assert_int_equal(status, words ? SEAM_ERROR_FORMAT : SEAM_OK);
  if (words && !strstr(error.message, words)) fail_msg("no \"%s\" in: %s", words, error.message);
  seam_comparison_free(read);
  free(forged.data);
}

static void a_map_that_holds_no_ratio_or_error_is_refused(void **unused) {
  (void)unused;
  static const struct {
    const char *name;
    double value;
    const char *words;
  } cases[] = {{"log_ratio_storage_values.npy", NAN, NULL},
               {"log_ratio_storage_values.npy", -INFINITY, "holds a value that cannot be a ratio"},
               {"log_ratio_storage_values.npy", -3, NULL},
               {"log_ratio_error_storage_values.npy", -1, "holds a value that cannot be an error"},
               {"log_ratio_error_storage_values.npy", INFINITY, "holds a value that cannot be an error"},
               {"log_ratio_error_storage_values.npy", NAN, NULL}};
  struct bytes file = sample_comparison();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct bytes map = member_of(file, cases[i].name);
    memcpy(map.data + map.size - sizeof cases[i].value, &cases[i].value, sizeof cases[i].value);
    expect_with(file, cases[i].name, map, cases[i].words);
    free(map.data);
  }
  free(file.data);
}

/* The record says that nothing was compared, but the file holds maps. */
static void a_member_too_many_is_refused(void **unused) {
  (void)unused;
  seam_result *none = sample_result((const char *[]){"histograms", "interface,loss", "bins", "8", NULL}, 0, 0);
  struct bytes empty = pack_comparison(sample_compare(none, none, "all", 1)), file = sample_comparison();
  struct bytes record = member_of(empty, COMPARISON_MEMBER);
  expect_with(file, COMPARISON_MEMBER, record, "has 5 members, but its record makes 1");
  free(record.data);
  free(file.data);
  free(empty.data);
  seam_result_free(none);
}

/* Sets the value at a path like "compared/0/rows" of the record to a JSON text, or removes it if the text is NULL. */
static void set_at(json_t *record, const char *path, const char *text) {
  const char *slash;
  for (; (slash = strchr(path, '/')); path = slash + 1) {
    char key[32] = "";
    memcpy(key, path, (size_t)(slash - path));
    record = json_is_array(record) ? json_array_get(record, (size_t)atoi(key)) : json_object_get(record, key);
  }
  json_t *value = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
  size_t index = (size_t)atoi(path);
  int failed = json_is_array(record)
                   ? value ? json_array_set_new(record, index, value) : json_array_remove(record, index)
                   : json_object_set_new(record, path, value);
  assert_int_equal(failed, 0);
}

static void expect_at(struct bytes file, const char *path, const char *text, const char *words) {
  json_t *record = json_member(file, COMPARISON_MEMBER);
  set_at(record, path, text);
  struct bytes content = {(unsigned char *)json_dumps(record, JSON_COMPACT), 0};
  content.size = strlen((char *)content.data);
  expect_with(file, COMPARISON_MEMBER, content, words);
  free(content.data);
  json_decref(record);
}

#define UNWRITTEN "is not a record that this seam would write"
#define UNHEARD   "describes an impossible comparison"

static void values_that_no_comparison_can_have_are_refused(void **unused) {
  (void)unused;
  static const char *const cases[][3] = {
      {"chains/0", "-1", UNHEARD},
      {"chains/1", "200000000000000000", UNHEARD},
      {"chains/1", "301", UNHEARD},
      {"shared_chains", "-1", UNHEARD},
      {"shared_chains", "101", UNHEARD},
      {"shared_chains", "100", UNWRITTEN}, /* and yet it has p */
      {"configuration/1/bins", "16", UNHEARD},
      {"configuration/1/steps", "\"x\"", "steps"},
      {"configuration/1/histograms", "\"loss\"", "the second result was run without histogram interface"},
      {"configuration/1/histograms", "\"interface\"", UNWRITTEN},
      {"compared/1", NULL, UNWRITTEN},
      {"compared/1/histogram", "\"interface\"", UNWRITTEN},
      {"compared/1/histogram", "\"width\"", UNWRITTEN},
      {"compared/0/unit/1", "\"pairs\"", UNWRITTEN},
      {"compared/0/independent", "false", UNWRITTEN},
  };
  struct bytes file = sample_comparison();
  json_t *record = json_member(file, COMPARISON_MEMBER);
  json_t *compared = json_object_get(record, "compared");
  assert_int_equal(json_array_size(compared), 2);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) expect_at(file, cases[i][0], cases[i][1], cases[i][2]);
  json_array_append(compared, json_array_get(compared, 1));
  struct bytes twice = {(unsigned char *)json_dumps(record, JSON_COMPACT), 0};
  twice.size = strlen((char *)twice.data);
  expect_with(file, COMPARISON_MEMBER, twice, UNWRITTEN);
  free(twice.data);
  json_decref(record);
  free(file.data);
}

/* The same comparison as seam 0.1 wrote it, of samples that share draws. */
static struct bytes old_record_of(struct bytes file) {
  json_t *record = json_member(file, COMPARISON_MEMBER), *fraction;
  size_t i;
  set_at(record, "schema", "1");
  set_at(record, "shared_chains", "100");
  json_object_del(record, "permutations");
  json_object_del(record, "paired_blocks");
  json_array_foreach(json_object_get(record, "fractions"), i, fraction) json_object_del(fraction, "difference_error");
  struct bytes content = {(unsigned char *)json_dumps(record, JSON_COMPACT), 0};
  content.size = strlen((char *)content.data);
  json_decref(record);
  return content;
}

static void an_old_file_of_samples_that_share_draws_is_read_without_p(void **unused) {
  (void)unused;
  struct bytes file = sample_comparison(), record = old_record_of(file);
  struct bytes old = repack(file, COMPARISON_MEMBER, COMPARISON_MEMBER, record);
  seam_comparison *read = unpack_comparison(old.data, old.size);
  const seam_distance *distance = seam_comparison_histogram_at(read, 0)->distance;
  assert_true(isfinite(distance->value) && isnan(distance->p) && isnan(distance->chance) && isnan(distance->low));
  assert_true(isnan(seam_comparison_fraction_at(read, 0)->difference));
  assert_true(isnan(seam_comparison_map_at(read, 1)->reals[0]));
  seam_comparison_free(read);
  expect_at(file, "fractions/0/difference_error", "-1.0", UNWRITTEN);
  free(record.data);
  free(old.data);
  free(file.data);
}

static void blocks_that_no_comparison_can_have_are_refused(void **unused) {
  (void)unused;
  static const char *const cases[][3] = {
      {"paired_blocks", "64", NULL},      {"paired_blocks", "0", UNWRITTEN}, /* and yet it has p */
      {"paired_blocks", "-1", UNHEARD},   {"paired_blocks", "63", UNHEARD},  {"paired_blocks", "641", UNHEARD},
      {"paired_blocks", "1025", UNHEARD}, {"shared_chains", "639", UNHEARD},
  };
  struct bytes file = pack_comparison(sample_paired()), independent = sample_comparison();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) expect_at(file, cases[i][0], cases[i][1], cases[i][2]);
  expect_at(independent, "paired_blocks", "64", UNHEARD);
  free(file.data);
  free(independent.data);
}

#define DISTANCE(value, chance, chance_95, excess, low, high, p)                                                       \
  "{\"value\":" value ",\"chance\":" chance ",\"chance_95\":" chance_95 ",\"excess\":" excess ",\"low\":" low          \
  ",\"high\":" high ",\"p\":" p "}"

static void distances_beyond_their_limits_are_refused(void **unused) {
  (void)unused;
  static const char *const refused[] = {
      DISTANCE("1.5", "0.25", "0.5", "1.25", "0.0", "1.0", "1.0"),
      DISTANCE("-0.5", "0.25", "0.5", "-0.75", "0.0", "1.0", "1.0"),
      DISTANCE("0.5", "1.25", "0.5", "-0.75", "0.0", "1.0", "1.0"),
      DISTANCE("0.5", "-0.25", "0.5", "0.75", "0.0", "1.0", "1.0"),
      DISTANCE("0.5", "0.25", "1.5", "0.25", "0.0", "1.0", "1.0"),
      DISTANCE("0.5", "0.25", "0.5", "0.5", "0.0", "1.0", "1.0"),
      DISTANCE("0.5", "0.25", "0.5", "0.25", "-0.5", "1.0", "1.0"),
      DISTANCE("0.5", "0.25", "0.5", "0.25", "0.75", "0.5", "1.0"),
      DISTANCE("0.5", "0.25", "0.5", "0.25", "0.0", "1.5", "1.0"),
      DISTANCE("0.5", "0.25", "0.5", "0.25", "0.0", "1.0", "7.0"),
      DISTANCE("0.5", "0.25", "0.5", "0.25", "0.0", "1.0", "0.0"),
  };
  struct bytes file = sample_comparison();
  const char *within = DISTANCE("0.5", "0.25", "0.5", "0.25", "0.0", "1.0", "1.0");
  expect_at(file, "compared/0/total_variation", within, NULL);
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    expect_at(file, "compared/0/total_variation", refused[i], UNWRITTEN);
  expect_at(file, "compared/1/jensen_shannon", DISTANCE("0.75", "0.25", "0.5", "0.5", "0.0", "0.5", "1.0"), UNWRITTEN);
  expect_at(file, "compared/1/kullback_leibler", DISTANCE("5.0", "0.25", "0.5", "4.75", "0.0", "9.0", "1.0"), NULL);
  free(file.data);
}

static void sizes_and_fractions_beyond_their_limits_are_refused(void **unused) {
  (void)unused;
  static const char *const cases[][3] = {
      {"compared/0/rows", "2", UNWRITTEN},
      {"compared/0/rows", "0", UNWRITTEN},
      {"compared/0/cells", "0", UNWRITTEN},
      {"compared/0/cells", "1025", UNWRITTEN},
      {"compared/0/entries/0", "-1", UNWRITTEN},
      {"compared/0/entries/1", "101", UNWRITTEN},
      {"compared/0/entries/1", "100", NULL},
      {"compared/0/effective/0", "-1.0", UNWRITTEN},
      {"compared/1/effective/1", "1000.0", UNWRITTEN},
      {"compared/1/effective/1", "1.0", NULL},
      {"fractions/0/value/0", "1.5", UNWRITTEN},
      {"fractions/2/value/1", "-0.5", UNWRITTEN},
      {"fractions/1/error/1", "-0.5", UNWRITTEN},
      {"fractions/1/error/1", "0.5", NULL},
      {"fractions/1/difference", "-5.0", NULL},
  };
  struct bytes file = sample_comparison();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) expect_at(file, cases[i][0], cases[i][1], cases[i][2]);
  free(file.data);
}

/* ---- Memory ---- */

/* How many more allocations Jansson gets; a negative number means no limit. */
static long pieces = -1;

static void *scarce(size_t size) {
  if (pieces == 0) return NULL;
  pieces -= pieces > 0;
  return malloc(size);
}

/* Whichever allocation fails, the error must be about memory and not about the file. Jansson's parser reports a lack of
 * memory for a string as a syntax error, so for a whole file only its first three allocations fail here. */
static void a_lack_of_memory_is_not_called_damage(void **unused) {
  (void)unused;
  struct bytes file = sample_comparison();
  json_t *record = json_member(file, COMPARISON_MEMBER);
  struct seam_comparison *comparison = calloc(1, sizeof *comparison), *read;
  seam_status status = SEAM_ERROR_MEMORY;
  seam_error error;
  long given = 0;
  json_set_alloc_funcs(scarce, free);
  for (; status; given++) {
    pieces = given;
    *comparison = (struct seam_comparison){.compared_count = 0};
    status = comparison_restore(comparison, record, "X.zip", &error);
    if (status && status != SEAM_ERROR_MEMORY) fail_msg("%ld pieces: %s", given, error.message);
  }
  assert_true(given > 100);
  for (given = 0; given < 3; given++) {
    pieces = given;
    status = comparison_file_unpack(file.data, file.size, "X.zip", &read, &error);
    if (status != SEAM_ERROR_MEMORY) fail_msg("%ld pieces: %s", given, error.message);
  }
  json_set_alloc_funcs(malloc, free);
  json_decref(record);
  free(comparison);
  free(file.data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_comparison_is_read_as_it_was_written),
      cmocka_unit_test(a_paired_comparison_is_read_as_it_was_written),
      cmocka_unit_test(each_kind_of_file_is_recognised_and_read_by_its_own_call),
      cmocka_unit_test(every_flipped_bit_and_truncation_is_refused_or_has_no_effect),
      cmocka_unit_test(a_record_that_says_anything_else_is_refused),
      cmocka_unit_test(a_map_that_holds_no_ratio_or_error_is_refused),
      cmocka_unit_test(a_member_too_many_is_refused),
      cmocka_unit_test(values_that_no_comparison_can_have_are_refused),
      cmocka_unit_test(blocks_that_no_comparison_can_have_are_refused),
      cmocka_unit_test(an_old_file_of_samples_that_share_draws_is_read_without_p),
      cmocka_unit_test(distances_beyond_their_limits_are_refused),
      cmocka_unit_test(sizes_and_fractions_beyond_their_limits_are_refused),
      cmocka_unit_test(a_lack_of_memory_is_not_called_damage),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
