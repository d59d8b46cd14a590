/* SPDX-License-Identifier: Apache-2.0 */
/* Damaged and forged result files are refused in one line that names the file, before much memory is taken for them. */
#include <sys/resource.h>

#include "support/forged_archive.h"
#include "files/zip_format.h"

/* Sanitizers reserve terabytes of address space, so they cannot run under a limit on it. */
#if defined(__has_feature)
#define SANITIZED                                                                                                      \
  (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer))
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

/* ---- Damage ---- */

static void every_truncation_is_refused(void **unused) {
  (void)unused;
  struct bytes file = small_file(ALL);
  for (size_t size = 0; size < file.size; size += 97)
    expect_refused((struct bytes){file.data, size}, SEAM_ERROR_FORMAT, "");
  for (size_t i = 0; i + 4 <= file.size; i++)
    if (memcmp(file.data + i, "PK", 2) == 0 && file.data[i + 2] < 8)
      expect_refused((struct bytes){file.data, i}, SEAM_ERROR_FORMAT, "");
  expect_refused((struct bytes){file.data, file.size - 1}, SEAM_ERROR_FORMAT, "");
  free(file.data);
}

static void a_flipped_bit_is_refused_or_has_no_effect(void **unused) {
  (void)unused;
  seam_result *written = small("loss,slack,interface");
  struct bytes file = pack(written);
  uint64_t state = 99;
  int refused = 0;
  for (int i = 0; i < 3000; i++) {
    size_t bit = sample_random(&state, 8 * file.size);
    seam_result *read;
    seam_error error = {.message = ""};
    file.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    seam_status status = result_file_unpack(file.data, file.size, "X.zip", &read, &error);
    if (status == SEAM_OK) {
      expect_equal(written, read);
      seam_result_free(read);
    } else {
      assert_true(status == SEAM_ERROR_FORMAT && strstr(error.message, "X.zip"));
      refused++;
    }
    file.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
  }
  assert_true(refused > 2000);
  seam_result_free(written);
  free(file.data);
}

/* ---- Forgery ---- */

/* Sets four bytes of a member's header: at offset `central` in the zip's directory and at offset `local` in the
 * member's own header. */
static void set_header_field(struct bytes file, const char *name, size_t central, size_t local, uint32_t value) {
  for (size_t i = 0; i + 46 + strlen(name) < file.size; i++) {
    if (memcmp(file.data + i, "PK\1\2", 4) == 0 && memcmp(file.data + i + 46, name, strlen(name)) == 0)
      memcpy(file.data + i + central, &value, 4);
    if (memcmp(file.data + i, "PK\3\4", 4) == 0 && memcmp(file.data + i + 30, name, strlen(name)) == 0)
      memcpy(file.data + i + local, &value, 4);
  }
}

static void sizes_that_deflate_cannot_reach_are_refused(void **unused) {
  (void)unused;
  struct bytes file = small_file("loss");
  set_header_field(file, "loss_storage_values.npy", 24, 22, 0xfffffff0);
  expect_refused(file, SEAM_ERROR_FORMAT, "loss_storage_values.npy has an impossible size");
  free(file.data);
  file = small_file("loss");
  set_header_field(file, "run.manifest", 20, 18, 0xfffffff0);
  expect_refused(file, SEAM_ERROR_FORMAT, "run.manifest has an impossible size");
  free(file.data);
}

static void a_member_that_reaches_beyond_the_file_is_refused(void **unused) {
  (void)unused;
  struct bytes file = small_file("loss");
  set_header_field(file, "run.manifest", 20, 18, (uint32_t)file.size);
  expect_refused(file, SEAM_ERROR_FORMAT, "run.manifest reaches into what follows");
  free(file.data);
}

/* Expects a refusal of `file` after `size` bytes of `kind` are put in at `at`. */
static void refuse_stray(struct bytes file, size_t at, const void *stray, size_t size, const char *words) {
  struct bytes longer = {malloc(file.size + size), file.size + size};
  assert_non_null(longer.data);
  memcpy(longer.data, file.data, at);
  memcpy(longer.data + at, stray, size);
  memcpy(longer.data + at + size, file.data + at, file.size - at);
  expect_refused(longer, SEAM_ERROR_FORMAT, words);
  free(longer.data);
}

static struct zip_end end_of(struct bytes file) {
  struct zip_end end;
  memcpy(&end, file.data + file.size - sizeof end, sizeof end);
  return end;
}

static void bytes_that_belong_to_no_member_are_refused(void **unused) {
  (void)unused;
  struct bytes file = small_file("loss"), other = small_file("slack,loss");
  size_t end = file.size - sizeof(struct zip_end);
  refuse_stray(file, 0, other.data, other.size, "bytes that belong to no member: if files were joined");
  refuse_stray(file, 0, "#!/bin/sh\n", 10, "holds 10 bytes that belong to no member");
  refuse_stray(file, 0, "PK\3\4", 4, "holds 4 bytes that belong to no member");
  refuse_stray(file, end_of(file).directory, "x", 1, "holds 1 bytes that belong to no member");
  refuse_stray(file, end, "x", 1, "holds 1 bytes that belong to no member");
  refuse_stray(file, file.size, "x", 1, "is not a zip file");
  refuse_stray(file, file.size, "\0", 1, "is not a zip file");
  free(other.data);
  free(file.data);
}

/* The directory is corrected for the stray bytes, so that other readers take the file. */
static void stray_bytes_that_the_directory_steps_over_are_refused(void **unused) {
  (void)unused;
  struct bytes file = small_file("loss");
  struct zip_end end = end_of(file);
  static const char *const words[] = {"holds 3 bytes before run.manifest", "holds 3 bytes before loss.json",
                                      "holds 3 bytes before loss_storage_values.npy",
                                      "holds 3 bytes behind the last member"};
  for (int m = 0; m <= 3; m++) {
    struct bytes stray = small_file("loss");
    size_t at = end.directory, moved = 0;
    for (size_t i = end.directory; i + 46 < file.size; i++) {
      struct zip_entry entry;
      memcpy(&entry, file.data + i, sizeof entry);
      if (entry.signature != ZIP_ENTRY) continue;
      if (moved++ >= (size_t)m) {
        if (entry.position < at) at = entry.position;
        entry.position += 3;
        memcpy(stray.data + i, &entry, sizeof entry);
      }
    }
    end.directory += 3;
    memcpy(stray.data + stray.size - sizeof end, &end, sizeof end);
    end.directory -= 3;
    refuse_stray(stray, at, "abc", 3, words[m]);
    free(stray.data);
  }
  free(file.data);
}

static void members_of_another_size_than_the_histogram_are_refused(void **unused) {
  (void)unused;
  struct bytes file = small_file("loss"), counts = member_of(file, "loss_storage_values.npy");
  struct bytes shorter =
      repack(file, "loss_storage_values.npy", "loss_storage_values.npy", (struct bytes){counts.data, counts.size - 8});
  expect_refused(shorter, SEAM_ERROR_FORMAT, "loss_storage_values.npy is truncated; the file is damaged");
  counts.data = realloc(counts.data, counts.size + 8);
  memset(counts.data + counts.size, 0, 8);
  struct bytes longer =
      repack(file, "loss_storage_values.npy", "loss_storage_values.npy", (struct bytes){counts.data, counts.size + 8});
  expect_refused(longer, SEAM_ERROR_FORMAT, "is larger than its histogram");
  free(shorter.data);
  free(longer.data);
  free(counts.data);
  free(file.data);
}

/* This small file's configuration would need 400 MB. It is refused before they are allocated. */
static void a_forged_configuration_takes_no_memory(void **unused) {
  (void)unused;
  struct bytes file = small_file("interface");
  struct rlimit kept;
  assert_int_equal(getrlimit(RLIMIT_AS, &kept), 0);
  struct rlimit little = {.rlim_cur = 256 << 20, .rlim_max = kept.rlim_max};
  if (!SANITIZED) assert_int_equal(setrlimit(RLIMIT_AS, &little), 0);
  refuse_manifest(file, "configuration", "bins", json_integer(4096), SEAM_ERROR_FORMAT, "is truncated");
  assert_int_equal(setrlimit(RLIMIT_AS, &kept), 0);
  free(file.data);
}

static void a_foreign_zip_is_refused(void **unused) {
  (void)unused;
  struct zip_writer *writer = zip_writer_create();
  struct bytes file;
  assert_int_equal(zip_writer_add(writer, "hello.txt", "hello", 5, NULL, 0, NULL), SEAM_OK);
  assert_int_equal(zip_writer_finish(writer, &file.data, &file.size, NULL), SEAM_OK);
  expect_refused(file, SEAM_ERROR_FORMAT, "has no member run.manifest");
  free(file.data);
  expect_refused((struct bytes){(unsigned char *)"{\"steps\": 3}", 12}, SEAM_ERROR_FORMAT, "is not a zip file");
}

static void a_zip_of_thousands_of_members_is_refused(void **unused) {
  (void)unused;
  struct zip_writer *writer = zip_writer_create();
  struct bytes file;
  for (int i = 0; i < 2000; i++) {
    char name[32];
    snprintf(name, sizeof name, "%d", i);
    assert_int_equal(zip_writer_add(writer, name, "x", 1, NULL, 0, NULL), SEAM_OK);
  }
  assert_int_equal(zip_writer_finish(writer, &file.data, &file.size, NULL), SEAM_OK);
  expect_refused(file, SEAM_ERROR_FORMAT, "2000 members");
  free(file.data);
}

static void missing_foreign_and_repeated_members_are_refused(void **unused) {
  (void)unused;
  static const char long_name[] = "a-name-of-a-member-that-is-longer-than-any-that-seam-has-ever-written-to-a-file";
  struct bytes file = small_file("loss,slack");
  static const struct {
    const char *name, *as, *words;
  } cases[] = {
      {"run.manifest", NULL, "has no member run.manifest"},
      {"loss.json", NULL, "has no member loss.json"},
      {"slack_storage_values.npy", NULL, "has no member slack_storage_values.npy"},
      {"slack_storage_values.npy", "slack_storage_valuez.npy", "has no member slack_storage_values.npy"},
      {"loss.json", "slack.json", "slack.json is in it twice"},
      {"loss.json", long_name, "does not belong"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct bytes forged = repack(file, cases[i].name, cases[i].as, its_own);
    expect_refused(forged, SEAM_ERROR_FORMAT, cases[i].words);
    free(forged.data);
  }
  free(file.data);
}

static void a_member_too_many_is_refused(void **unused) {
  (void)unused;
  struct bytes file = small_file("loss"), manifest = member_of(file, "run.manifest"), other = small_file("loss,slack");
  struct bytes forged = repack(other, "run.manifest", "run.manifest", manifest);
  expect_refused(forged, SEAM_ERROR_FORMAT, "has 5 members, but its configuration makes 3");
  free(forged.data);
  free(other.data);
  free(manifest.data);
  free(file.data);
}

static void another_schema_or_arithmetic_is_a_mismatch(void **unused) {
  (void)unused;
  struct bytes file = small_file("loss");
  refuse_manifest(file, NULL, "schema", json_integer(2), SEAM_ERROR_MISMATCH, "schema 2");
  refuse_manifest(file, NULL, "arithmetic_revision", json_integer(ARITHMETIC_REVISION + 1), SEAM_ERROR_MISMATCH,
                  "arithmetic revision");
  free(file.data);
}

static void every_field_of_the_manifest_must_be_there_and_have_its_type(void **unused) {
  (void)unused;
  struct bytes file = small_file("loss");
  json_t *manifest = json_member(file, "run.manifest"), *value;
  const char *key;
  json_object_foreach(manifest, key, value) {
    refuse_manifest(file, NULL, key, NULL, SEAM_ERROR_FORMAT, "run.manifest");
    refuse_manifest(file, NULL, key, json_true(), SEAM_ERROR_FORMAT, "run.manifest");
  }
  json_decref(manifest);
  refuse_manifest(file, NULL, "surprise", json_integer(1), SEAM_ERROR_FORMAT, "run.manifest");
  refuse_manifest(file, NULL, "seconds", json_real(-1), SEAM_ERROR_FORMAT, "run.manifest");
  refuse_manifest(file, NULL, "device", json_string("\x1b[2J"), SEAM_ERROR_FORMAT, "run.manifest");
  refuse_manifest(file, NULL, "backend", json_string("a name longer than its field"), SEAM_ERROR_FORMAT,
                  "run.manifest");
  refuse_manifest(file, "outcomes", "fail", NULL, SEAM_ERROR_FORMAT, "run.manifest");
  refuse_manifest(file, "outcomes", "fail", json_string("3"), SEAM_ERROR_FORMAT, "run.manifest");
  free(file.data);
}

static void a_manifest_that_is_no_json_object_is_refused(void **unused) {
  (void)unused;
  struct bytes file = small_file("loss");
  static const char *const texts[] = {"", "{", "[]", "3", "{\"schema\":1}", "{\"schema\":\"1\"}", "\xff\xfe"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct bytes forged =
        repack(file, "run.manifest", "run.manifest", (struct bytes){(unsigned char *)texts[i], strlen(texts[i])});
    expect_refused(forged, SEAM_ERROR_FORMAT, "run.manifest");
    free(forged.data);
  }
  free(file.data);
}

static void a_manifest_with_a_key_twice_is_refused(void **unused) {
  (void)unused;
  struct bytes file = small_file("loss"), manifest = member_of(file, "run.manifest");
  char *text = malloc(manifest.size + 32);
  assert_non_null(text);
  sprintf(text, "{\"seconds\":9.5,%s", (char *)manifest.data + 1);
  struct bytes forged =
      repack(file, "run.manifest", "run.manifest", (struct bytes){(unsigned char *)text, strlen(text)});
  expect_refused(forged, SEAM_ERROR_FORMAT, "run.manifest is not JSON text");
  free(forged.data);
  free(text);
  free(manifest.data);
  free(file.data);
}

static void a_configuration_must_be_whole_and_possible(void **unused) {
  (void)unused;
  struct bytes file = small_file("loss");
  json_t *manifest = json_member(file, "run.manifest"), *value;
  const char *key;
  json_object_foreach(json_object_get(manifest, "configuration"), key, value) {
    refuse_manifest(file, "configuration", key, NULL, SEAM_ERROR_FORMAT, "X.zip");
  }
  json_decref(manifest);
  refuse_manifest(file, "configuration", "first", json_string("mlp9"), SEAM_ERROR_FORMAT, "mlp9");
  refuse_manifest(file, "configuration", "surprise", json_integer(1), SEAM_ERROR_FORMAT, "surprise");
  refuse_manifest(file, "configuration", "bins", json_integer(0), SEAM_ERROR_FORMAT, "bins");
  refuse_manifest(file, "configuration", "seed", json_string("2"), SEAM_ERROR_FORMAT, "loss.json");
  free(file.data);
}

static void interchange_of_broken_pairs_is_refused(void **unused) {
  (void)unused;
  seam_result *result = sample_result((const char *[]){"histograms", "interchange", NULL}, 4, 200);
  struct bytes file = pack(result);
  refuse_manifest(file, NULL, "coverage", json_loads("[[\"5\",\"205\"]]", 0, NULL), SEAM_ERROR_FORMAT, "pairs");
  refuse_manifest(file, "configuration", "chains", json_string("77"), SEAM_ERROR_FORMAT, "--chains 77");
  seam_result_free(result);
  free(file.data);
}

/* There is one pair more than the chains that pass can form. */
static void interchange_of_too_many_pairs_is_refused(void **unused) {
  (void)unused;
  static const char name[] = "interchange_storage_values.npy";
  seam_result *result = sample_result((const char *[]){"histograms", "interchange", NULL}, 4, 200);
  struct bytes file = pack(result), counts = member_of(file, name);
  int64_t passed = result->counts[OUTCOME_BUFFER] + result->counts[OUTCOME_INVERTER];
  memcpy(counts.data + counts.size - 8, &(int64_t){passed / 2 + 1}, 8);
  struct bytes forged = repack(file, name, name, counts);
  expect_refused(forged, SEAM_ERROR_FORMAT, "cannot make");
  seam_result_free(result);
  free(forged.data);
  free(counts.data);
  free(file.data);
}

static void a_coverage_must_be_sorted_disjoint_and_in_decimal_strings(void **unused) {
  (void)unused;
  struct bytes file = small_file("loss");
  static const char *const lists[] = {"[[\"5\",\"100\"],[\"99\",\"204\"]]",
                                      "[[\"105\",\"205\"],[\"5\",\"105\"]]",
                                      "[[\"5\",\"105\"],[\"105\",\"205\"]]",
                                      "[[5,205]]",
                                      "[[\"5\",\"205\",\"1\"]]",
                                      "[[\"5\"]]",
                                      "[\"5\",\"205\"]",
                                      "[[\"05\",\"205\"]]",
                                      "[[\"+5\",\"205\"]]",
                                      "[[\"205\",\"5\"]]",
                                      "[[\"5\",\"5\"],[\"6\",\"206\"]]",
                                      "[[\"\",\"205\"]]",
                                      "[[\"5\",\"18446744073709551616\"]]",
                                      "[[\"5\",\"205 \"]]",
                                      "[[\"5\",\"18446744073709551821\"]]",
                                      "[[\"5\",\"1:5\"]]"};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    refuse_manifest(file, NULL, "coverage", json_loads(lists[i], 0, NULL), SEAM_ERROR_FORMAT, "of chains");
  refuse_manifest(file, NULL, "coverage", json_loads("[[\"5\",\"204\"]]", 0, NULL), SEAM_ERROR_FORMAT,
                  "199 are covered");
  free(file.data);
}

static void chains_outside_the_configuration_are_refused(void **unused) {
  (void)unused;
  struct bytes file = small_file("loss");
  static const char *const lists[] = {"[[\"4\",\"204\"]]", "[[\"6\",\"206\"]]", "[[\"5000\",\"5200\"]]",
                                      "[[\"0\",\"1\"],[\"5\",\"204\"]]", "[[\"5\",\"204\"],[\"205\",\"206\"]]"};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    refuse_manifest(file, NULL, "coverage", json_loads(lists[i], 0, NULL), SEAM_ERROR_FORMAT,
                    "but the configuration has [5, 205)");
  free(file.data);
}

static void a_langevin_run_records_its_step_ratio(void **unused) {
  (void)unused;
  seam_result *result = sample_result(
      (const char *[]){"histograms", "loss", "optimizer", "langevin", "lr", "0.5", "beta", "8", "steps", "64", NULL}, 0,
      9);
  struct bytes file = pack(result);
  json_t *manifest = json_member(file, "run.manifest");
  assert_true(json_real_value(json_object_get(manifest, "langevin_ratio")) == 4.0);
  json_decref(manifest);
  refuse_manifest(file, NULL, "langevin_ratio", json_real(5), SEAM_ERROR_FORMAT, "contradicts");
  refuse_manifest(file, NULL, "langevin_ratio", NULL, SEAM_ERROR_FORMAT, "contradicts");
  free(file.data);
  seam_result_free(result);
  file = small_file("loss");
  refuse_manifest(file, NULL, "langevin_ratio", json_real(4), SEAM_ERROR_FORMAT, "contradicts");
  free(file.data);
}

static void a_description_of_another_histogram_is_refused(void **unused) {
  (void)unused;
  struct bytes file = small_file("loss,slack");
  json_t *description = json_member(file, "loss.json");
  json_object_set_new(json_array_get(json_object_get(description, "axes"), 1), "lower", json_real(-11));
  refuse_json(file, "loss.json", description, SEAM_ERROR_FORMAT, "loss.json");
  description = json_member(file, "loss.json");
  json_object_set_new(description, "uhi_schema", json_integer(2));
  refuse_json(file, "loss.json", description, SEAM_ERROR_FORMAT, "loss.json");
  description = json_member(file, "loss.json");
  json_object_set_new(json_object_get(description, "storage"), "values", json_string("slack_storage_values.npy"));
  refuse_json(file, "loss.json", description, SEAM_ERROR_FORMAT, "loss.json");
  refuse_json(file, "loss.json", json_member(file, "slack.json"), SEAM_ERROR_FORMAT, "loss.json");
  refuse_json(file, "loss.json", json_array(), SEAM_ERROR_FORMAT, "loss.json");
  free(file.data);
}

static void labels_are_only_words(void **unused) {
  (void)unused;
  seam_result *written = small("loss");
  struct bytes file = pack(written);
  json_t *description = json_member(file, "loss.json");
  json_object_set_new(json_object_get(description, "metadata"), "label", json_string("in other words"));
  struct bytes text = {(unsigned char *)json_dumps(description, 0), 0};
  text.size = strlen((char *)text.data);
  struct bytes other = repack(file, "loss.json", "loss.json", text);
  seam_result *read = unpack(other);
  expect_equal(written, read);
  seam_result_free(read);
  seam_result_free(written);
  json_decref(description);
  free(text.data);
  free(other.data);
  free(file.data);
}

/* Expects that the file is refused after `change` is added to cell `cell` of the histogram loss. */
static void refuse_counts(struct bytes file, size_t cell, int64_t change) {
  struct bytes counts = member_of(file, "loss_storage_values.npy");
  int64_t value;
  memcpy(&value, counts.data + 128 + 8 * cell, 8);
  value += change;
  memcpy(counts.data + 128 + 8 * cell, &value, 8);
  struct bytes forged = repack(file, "loss_storage_values.npy", "loss_storage_values.npy", counts);
  expect_refused(forged, SEAM_ERROR_FORMAT, "histogram loss");
  free(forged.data);
  free(counts.data);
}

static void forged_counts_are_refused(void **unused) {
  (void)unused;
  struct bytes file = small_file("loss,slack");
  refuse_counts(file, 7, 1);
  refuse_counts(file, 7, -1000);
  refuse_counts(file, 7, INT64_MAX - 500);
  refuse_manifest(file, "outcomes", "fail", json_integer(-1), SEAM_ERROR_FORMAT, "negative");
  json_t *manifest = json_member(file, "run.manifest");
  json_int_t fail = json_integer_value(json_object_get(json_object_get(manifest, "outcomes"), "fail"));
  json_decref(manifest);
  refuse_manifest(file, "outcomes", "fail", json_integer(fail + 1), SEAM_ERROR_FORMAT, "201 chains");
  free(file.data);
}

static void every_byte_of_the_npy_header_counts(void **unused) {
  (void)unused;
  struct bytes file = small_file("loss");
  for (size_t i = 0; i < 128; i += 9) {
    struct bytes counts = member_of(file, "loss_storage_values.npy");
    counts.data[i] ^= 1;
    struct bytes forged = repack(file, "loss_storage_values.npy", "loss_storage_values.npy", counts);
    expect_refused(forged, SEAM_ERROR_FORMAT, "loss_storage_values.npy has the header of another array");
    free(forged.data);
    free(counts.data);
  }
  free(file.data);
}

static void a_message_keeps_its_remedy_after_a_long_path(void **unused) {
  (void)unused;
  char path[3000];
  seam_result *result;
  seam_error error;
  memset(path, 'x', sizeof path - 1);
  path[sizeof path - 1] = '\0';
  path[2990] = '\n';
  assert_int_equal(result_file_unpack((const unsigned char *)"", 0, path, &result, &error), SEAM_ERROR_FORMAT);
  assert_non_null(strstr(error.message, "use another copy"));
  assert_null(strchr(error.message, '\n'));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_truncation_is_refused),
      cmocka_unit_test(a_flipped_bit_is_refused_or_has_no_effect),
      cmocka_unit_test(sizes_that_deflate_cannot_reach_are_refused),
      cmocka_unit_test(a_member_that_reaches_beyond_the_file_is_refused),
      cmocka_unit_test(bytes_that_belong_to_no_member_are_refused),
      cmocka_unit_test(stray_bytes_that_the_directory_steps_over_are_refused),
      cmocka_unit_test(members_of_another_size_than_the_histogram_are_refused),
      cmocka_unit_test(a_forged_configuration_takes_no_memory),
      cmocka_unit_test(a_foreign_zip_is_refused),
      cmocka_unit_test(a_zip_of_thousands_of_members_is_refused),
      cmocka_unit_test(missing_foreign_and_repeated_members_are_refused),
      cmocka_unit_test(a_member_too_many_is_refused),
      cmocka_unit_test(another_schema_or_arithmetic_is_a_mismatch),
      cmocka_unit_test(every_field_of_the_manifest_must_be_there_and_have_its_type),
      cmocka_unit_test(a_manifest_that_is_no_json_object_is_refused),
      cmocka_unit_test(a_manifest_with_a_key_twice_is_refused),
      cmocka_unit_test(a_configuration_must_be_whole_and_possible),
      cmocka_unit_test(interchange_of_broken_pairs_is_refused),
      cmocka_unit_test(interchange_of_too_many_pairs_is_refused),
      cmocka_unit_test(a_coverage_must_be_sorted_disjoint_and_in_decimal_strings),
      cmocka_unit_test(chains_outside_the_configuration_are_refused),
      cmocka_unit_test(a_langevin_run_records_its_step_ratio),
      cmocka_unit_test(a_description_of_another_histogram_is_refused),
      cmocka_unit_test(labels_are_only_words),
      cmocka_unit_test(forged_counts_are_refused),
      cmocka_unit_test(every_byte_of_the_npy_header_counts),
      cmocka_unit_test(a_message_keeps_its_remedy_after_a_long_path),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
