/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a comparison: read as it was written, told from a result's, and refused where it is damaged or forged. */
#include <unistd.h>

#include "forged_archive.h"

static void sample_pair_of(seam_result *results[2]) {
  for (int r = 0; r < 2; r++)
    results[r] = sample_result((const char *[]){"histograms", "interface,loss", "bins", "8", NULL}, r ? 500 : 0, 100);
}

static void release(seam_result *results[2]) {
  seam_result_free(results[0]);
  seam_result_free(results[1]);
}

static seam_comparison *compare(const seam_result *a, const seam_result *b, const char *slice) {
  seam_comparison *comparison;
  seam_error error;
  if (seam_compare(a, b, slice, 1, &comparison, &error) != SEAM_OK) fail_msg("%s", error.message);
  return comparison;
}

/* ---- What was written is read again ---- */

static struct seam_comparison *unpack_comparison(const unsigned char *bytes, size_t size) {
  struct seam_comparison *comparison;
  seam_error error;
  if (archive_unpack_comparison(bytes, size, "X.zip", &comparison, &error)) fail_msg("%s", error.message);
  return comparison;
}

/* Reads what is written of a comparison, and writes it again: the same bytes. Takes the comparison. */
static void expect_read_again(seam_comparison *comparison, int maps) {
  unsigned char *bytes, *again;
  size_t size, size_again;
  seam_error error;
  assert_int_equal(archive_pack_comparison(comparison, &bytes, &size, &error), SEAM_OK);
  seam_comparison_free(comparison);
  comparison = unpack_comparison(bytes, size);
  assert_int_equal(archive_pack_comparison(comparison, &again, &size_again, &error), SEAM_OK);
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

/* Of chains, of pairs and of components, and where nothing is known. */
static void a_comparison_is_read_as_it_was_written(void **unused) {
  (void)unused;
  static const char *const options[] = {WORKING, NULL}, *const weighed[] = {WORKING, "task", "gibbs", NULL};
  static const char *const slices[] = {"pass", "buffer", "inverter", "fail", "all"};
  seam_result *trained[2], *predicted = sample_predict(options), *law = sample_predict(weighed);
  sample_pair_of(trained);
  for (size_t i = 0; i < sizeof slices / sizeof *slices; i++)
    expect_read_again(compare(trained[0], trained[1], slices[i]), 2);
  release(trained);
  trained[0] = sample_train(options), trained[1] = sample_result(options, 0, 0);
  expect_read_again(compare(trained[0], predicted, "all"), 2);
  expect_read_again(compare(law, trained[0], "all"), 2);
  expect_read_again(compare(predicted, predicted, "pass"), 2);
  expect_read_again(compare(trained[0], trained[1], "all"), 0);
  release(trained);
  seam_result_free(predicted);
  seam_result_free(law);
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
  assert_string_equal(seam_comparison_slice(read), seam_comparison_slice(written));
  for (int side = 0; side < 2; side++) {
    free(records[side]);
    assert_string_equal(seam_config_get(seam_comparison_config(read, side), "bins"),
                        seam_config_get(seam_comparison_config(written, side), "bins"));
  }
}

static void files_are_told_apart_and_read_by_their_own_call(void **unused) {
  (void)unused;
  char path[] = "/tmp/seam-compare-XXXXXX";
  close(mkstemp(path));
  seam_result *results[2], *none;
  sample_pair_of(results);
  seam_comparison *comparison = compare(results[0], results[1], "inverter"), *read;
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
  assert_non_null(strstr(error.message, "is no comparison"));
  assert_null(read);
  seam_comparison_free(comparison);
  release(results);
  unlink(path);
}

/* ---- Damage ---- */

static void every_flipped_bit_and_truncation_is_refused_or_without_effect(void **unused) {
  (void)unused;
  seam_result *results[2];
  sample_pair_of(results);
  seam_comparison *comparison = compare(results[0], results[1], "all"), *read;
  unsigned char *bytes;
  size_t size;
  seam_error error;
  uint64_t state = 7;
  int refused = 0;
  assert_int_equal(archive_pack_comparison(comparison, &bytes, &size, &error), SEAM_OK);
  for (size_t cut = 0; cut < size; cut += 31)
    assert_int_equal(archive_unpack_comparison(bytes, cut, "X.zip", &read, &error), SEAM_ERROR_FORMAT);
  for (int i = 0; i < 2000; i++) {
    size_t bit = sample_random(&state, 8 * size);
    bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    seam_status status = archive_unpack_comparison(bytes, size, "X.zip", &read, &error);
    bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    refused += status != SEAM_OK;
    if (status) assert_true(status == SEAM_ERROR_FORMAT && strstr(error.message, "X.zip") && !read);
    if (!status) expect_the_same(comparison, read);
    seam_comparison_free(read);
  }
  assert_true(refused > 1500);
  free(bytes);
  seam_comparison_free(comparison);
  release(results);
}

/* The member of this name, with every `from` in it made `to`. */
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
      {"\"schema\":1", "\"schema\":2"},
      {"\"seed\":\"1\"", "\"seed\":\"x\""},
      {"\"bins\":8", "\"bins\":4096"},
      {"\"independent\":true", "\"independent\":null"},
      {"\"version\":", "\"more\":0,\"version\":"},
      {"\"name\":\"pass\"", "\"name\":\"p\""},
      {"\"entries\":[", "\"entries\":[-"},
  };
  seam_result *results[2];
  sample_pair_of(results);
  seam_comparison *comparison = compare(results[0], results[1], "all"), *read;
  struct bytes file;
  seam_error error;
  assert_int_equal(archive_pack_comparison(comparison, &file.data, &file.size, &error), SEAM_OK);
  for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++) {
    struct bytes record = replaced(file, COMPARISON_MEMBER, forgeries[i][0], forgeries[i][1]);
    struct bytes forged = repack(file, COMPARISON_MEMBER, COMPARISON_MEMBER, record);
    seam_status status = archive_unpack_comparison(forged.data, forged.size, "X.zip", &read, &error);
    if (status != SEAM_ERROR_FORMAT) fail_msg("%s: status %d", forgeries[i][1], status);
    assert_null(read);
    free(record.data);
    free(forged.data);
  }
  free(file.data);
  seam_comparison_free(comparison);
  release(results);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_comparison_is_read_as_it_was_written),
      cmocka_unit_test(files_are_told_apart_and_read_by_their_own_call),
      cmocka_unit_test(every_flipped_bit_and_truncation_is_refused_or_without_effect),
      cmocka_unit_test(a_record_that_says_anything_else_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
