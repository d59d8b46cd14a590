/* SPDX-License-Identifier: Apache-2.0 */
/* Promise 5, nothing lost, nothing counted twice: however a run is interrupted, resumed or split, its file has the same
 * bytes. */
#include <sys/stat.h>
#include <unistd.h>

#include "files/result_file.h"
#include "support/sample_folder.h"
#include "support/sample_result.h"

enum { CHAINS = 3000, PARTS = 7 };

static const char *in_folder(const char *name, char path[96]) {
  snprintf(path, 96, "%s/%s", folder, name);
  return path;
}

/* A small run that counts pairs of chains; `options` are NAME, VALUE, ..., NULL. */
static seam_config *configure(const char *const *options) {
  static const char *const small[] = {"first",   "buffer", "second",  "buffer",     "chains",
                                      "3000",    "steps",  "30",      "histograms", "interface,loss,interchange",
                                      "backend", "cpu",    "threads", "2",          NULL};
  seam_config *config = sample_config(small);
  sample_set(config, options);
  return config;
}

static seam_result *train(const char *const *options) { return sample_run(seam_train, configure(options)); }

/* The whole files are equal, except for time and place. */
static void assert_same_file(seam_result *a, seam_result *b) {
  unsigned char *bytes[2];
  size_t size[2];
  seam_result *sides[2] = {a, b};
  for (int k = 0; k < 2; k++) {
    result_set_time(sides[k], 1.0);
    sides[k]->config.threads = 0;
    if (result_file_pack(sides[k], &bytes[k], &size[k], NULL) != SEAM_OK) fail_msg("result %d cannot be packed", k);
  }
  assert_int_equal(size[0], size[1]);
  assert_memory_equal(bytes[0], bytes[1], size[0]);
  for (int k = 0; k < 2; k++) free(bytes[k]);
}

static void write_result(const char *path, const seam_result *result) {
  seam_output *output;
  seam_error error;
  if (seam_output_open(path, 1, &output, &error) != SEAM_OK) fail_msg("%s", error.message);
  if (seam_output_write(output, result, &error) != SEAM_OK) fail_msg("%s", error.message);
  seam_output_close(output);
}

/* ---- Resume ---- */

static int cancel_at_once(const seam_progress *progress, void *user) {
  (void)progress;
  (void)user;
  return 1;
}

static int cancel_when_counted(const seam_progress *progress, void *user) {
  (void)user;
  return progress->chains_done > 0;
}

static void an_interrupted_run_is_completed_to_the_byte(void **state) {
  (void)state;
  seam_config *config = configure((const char *[]){"steps", "4000", "chains", "3000", NULL});
  seam_result *result = NULL, *whole = train((const char *[]){"steps", "4000", "chains", "3000", NULL});
  seam_error error;
  seam_status status;
  int interrupted = 0;
  do {
    status = seam_train_resume(config, NULL, cancel_when_counted, NULL, &result, &error);
    interrupted += status == SEAM_INTERRUPTED;
  } while (status == SEAM_INTERRUPTED);
  assert_int_equal(status, SEAM_OK);
  assert_true(interrupted >= 1);
  assert_same_file(result, whole);
  seam_result_free(result);
  seam_result_free(whole);
  seam_config_free(config);
}

static void a_whole_result_is_not_run_again(void **state) {
  (void)state;
  seam_config *config = configure(NULL);
  seam_result *result = train(NULL), *whole = train(NULL);
  assert_int_equal(seam_train_resume(config, NULL, cancel_at_once, NULL, &result, NULL), SEAM_OK);
  assert_same_file(result, whole);
  seam_result_free(result);
  seam_result_free(whole);
  seam_config_free(config);
}

/* Chains are missing at both ends and in the middle, and there are chains beyond the wanted ones. */
static void missing_chains_are_run_wherever_they_are(void **state) {
  (void)state;
  seam_result *result = train((const char *[]){"first-chain", "3400", "chains", "200", NULL});
  static const char *const runs[][2] = {{"1000", "2"}, {"2990", "100"}, {"0", "3000"}, {"3000", "600"}};
  for (int k = 0; k < 4; k++) {
    seam_config *config = configure((const char *[]){"first-chain", runs[k][0], "chains", runs[k][1], NULL});
    assert_int_equal(seam_train_resume(config, NULL, NULL, NULL, &result, NULL), SEAM_OK);
    seam_config_free(config);
  }
  seam_result *whole = train((const char *[]){"chains", "3600", NULL});
  assert_same_file(result, whole);
  seam_result_free(result);
  seam_result_free(whole);
}

static void another_configuration_is_refused_by_its_first_option(void **state) {
  (void)state;
  seam_config *config = configure((const char *[]){"steps", "31", "seed", "2", "threads", "1", "chains", "6000", NULL});
  seam_result *result = train(NULL), *before = train(NULL);
  seam_error error;
  assert_int_equal(seam_train_resume(config, NULL, NULL, NULL, &result, &error), SEAM_ERROR_MISMATCH);
  assert_non_null(strstr(error.message, "--seed 2: the output has 1"));
  assert_same_file(result, before);
  seam_result_free(result);
  seam_result_free(before);
  seam_config_free(config);
}

static void an_output_to_resume_is_read_or_absent(void **state) {
  (void)state;
  char path[96];
  seam_output *output;
  seam_error error;
  seam_result *before, *part = train((const char *[]){"shard", "1/2", NULL});
  in_folder("resumed.zip", path);
  assert_int_equal(seam_output_resume(path, &output, &before, &error), SEAM_OK);
  assert_null(before);
  seam_output_close(output);
  write_result(in_folder("resumed.zip", path), part);
  assert_int_equal(seam_output_resume(path, &output, &before, &error), SEAM_OK);
  assert_same_file(before, part);
  assert_int_equal(seam_output_write(output, before, &error), SEAM_OK);
  seam_output_close(output);
  seam_result_free(before);
  seam_result_free(part);
}

static void a_damaged_output_is_not_resumed(void **state) {
  (void)state;
  char path[96], lock[112];
  seam_output *output;
  seam_error error;
  seam_result *before;
  FILE *file = fopen(in_folder("damaged.zip", path), "w");
  assert_non_null(file);
  fputs("PK but no more", file);
  fclose(file);
  assert_int_equal(seam_output_resume(path, &output, &before, &error), SEAM_ERROR_FORMAT);
  assert_null(output);
  assert_null(before);
  snprintf(lock, sizeof lock, "%s.lock", path);
  assert_int_equal(access(lock, F_OK), -1);
}

/* ---- Checkpoints ---- */

struct reader {
  const char *path;
  uint64_t files, chains; /* how many different files were seen, and how many chains the last one covers */
  const char *intruder;   /* text that takes the file's place at the first call, unless NULL */
  int answer;             /* to every call */
  char trouble[512];
};

/* Every checkpoint is whole, and none holds fewer chains than the one before. */
static int read_checkpoint(const seam_progress *progress, void *user) {
  struct reader *reader = user;
  seam_result *result;
  seam_error error;
  if (*progress->trouble) snprintf(reader->trouble, sizeof reader->trouble, "%s", progress->trouble);
  if (reader->intruder) {
    FILE *file = fopen(reader->path, "w");
    assert_non_null(file);
    fputs(reader->intruder, file);
    fclose(file);
    reader->intruder = NULL;
  }
  if (access(reader->path, F_OK) != 0) return reader->answer;
  seam_status status = seam_result_read(reader->path, &result, &error);
  if (status != SEAM_OK) return reader->answer;
  assert_true(seam_result_chains(result) >= reader->chains && seam_result_chains(result) <= progress->chains_done);
  reader->files += seam_result_chains(result) > reader->chains;
  reader->chains = seam_result_chains(result);
  seam_result_free(result);
  return reader->answer;
}

/* One slow thread, so that the run lasts for several looks at its file on any machine. */
static seam_result *run_with_checkpoints(const char *every, seam_output *output, struct reader *reader) {
  seam_config *config = configure((const char *[]){"steps", "2000", "chains", "5000", "checkpoint-every", every, "isa",
                                                   "baseline", "threads", "1", NULL});
  seam_result *result = NULL;
  seam_error error;
  if (seam_train_resume(config, output, read_checkpoint, reader, &result, &error) != SEAM_OK)
    fail_msg("%s", error.message);
  seam_config_free(config);
  return result;
}

static void checkpoints_are_whole_and_grow(const char *every, int answer) {
  char path[96];
  seam_output *output;
  seam_error error;
  struct reader reader = {.path = in_folder(every, path), .answer = answer};
  if (seam_output_open(path, 0, &output, &error) != SEAM_OK) fail_msg("%s", error.message);
  seam_result *result = run_with_checkpoints(every, output, &reader);
  seam_result *whole = train((const char *[]){"steps", "2000", "chains", "5000", "isa", "baseline", NULL});
  assert_true(reader.files >= 2);
  assert_string_equal(reader.trouble, "");
  assert_int_equal(seam_output_write(output, result, &error), SEAM_OK);
  seam_output_close(output);
  seam_result_free(result);
  assert_int_equal(seam_result_read(path, &result, &error), SEAM_OK);
  assert_same_file(result, whole);
  seam_result_free(result);
  seam_result_free(whole);
}

static void checkpoints_by_time(void **state) {
  (void)state;
  checkpoints_are_whole_and_grow("0.05s", SEAM_CONTINUE);
}

static void checkpoints_by_chains(void **state) {
  (void)state;
  checkpoints_are_whole_and_grow("500", SEAM_CONTINUE);
}

/* The answer of the progress function; --checkpoint-every is 0. */
static void checkpoints_on_request(void **state) {
  (void)state;
  checkpoints_are_whole_and_grow("0", SEAM_CHECKPOINT);
}

/* Neither the run nor the file that appeared is lost, and the caller is warned during the run. */
static void a_checkpoint_that_fails_costs_neither_run_nor_file(void **state) {
  (void)state;
  char path[96], beside[112], found[16] = "";
  seam_output *output;
  seam_error error;
  struct reader reader = {.path = in_folder("taken.zip", path), .intruder = "mine"};
  assert_int_equal(seam_output_open(path, 0, &output, &error), SEAM_OK);
  seam_result *result = run_with_checkpoints("0.2s", output, &reader);
  assert_non_null(strstr(reader.trouble, "appeared during the run"));
  assert_int_equal(seam_result_chains(result), 5000);
  snprintf(beside, sizeof beside, "%s.1", path);
  assert_int_equal(access(beside, F_OK), -1);
  assert_int_equal(seam_output_write(output, result, &error), SEAM_ERROR_EXISTS);
  assert_int_equal(access(beside, F_OK), 0);
  FILE *file = fopen(path, "r");
  assert_non_null(fgets(found, sizeof found, file));
  fclose(file);
  assert_string_equal(found, "mine");
  seam_output_close(output);
  seam_result_free(result);
}

/* ---- Merge ---- */

static char part_paths[PARTS][96];

static void write_parts(void) {
  for (int k = 0; k < PARTS; k++) {
    char shard[16], name[16];
    snprintf(shard, sizeof shard, "%d/%d", k + 1, PARTS);
    snprintf(name, sizeof name, "part%d.zip", k);
    seam_result *part = train((const char *[]){"shard", shard, NULL});
    write_result(in_folder(name, part_paths[k]), part);
    seam_result_free(part);
  }
}

static void parts_in_any_order_make_the_whole(void **state) {
  (void)state;
  seam_result *whole = train(NULL), *merged;
  uint64_t random = 5;
  write_parts();
  for (int round = 0; round < 5; round++) {
    const char *paths[PARTS];
    for (int k = 0; k < PARTS; k++) {
      int at = (int)sample_random(&random, (uint64_t)k + 1);
      paths[k] = paths[at];
      paths[at] = part_paths[k];
    }
    seam_error error;
    if (seam_merge(paths, PARTS, &merged, &error) != SEAM_OK) fail_msg("%s", error.message);
    assert_same_file(merged, whole);
    seam_result_free(merged);
  }
  seam_result_free(whole);
}

/* Parts made with --first-chain and --chains; the merged configuration is that of the whole. */
static void ranges_make_the_whole(void **state) {
  (void)state;
  static const char *const runs[][2] = {{"2000", "1000"}, {"0", "600"}, {"600", "1400"}};
  char paths[3][96];
  for (int k = 0; k < 3; k++) {
    seam_result *part = train((const char *[]){"first-chain", runs[k][0], "chains", runs[k][1], NULL});
    write_result(in_folder(runs[k][0], paths[k]), part);
    seam_result_free(part);
  }
  seam_result *merged, *whole = train(NULL);
  assert_int_equal(seam_merge((const char *[]){paths[0], paths[1], paths[2]}, 3, &merged, NULL), SEAM_OK);
  assert_same_file(merged, whole);
  seam_result_free(merged);
  seam_result_free(whole);
}

static void refuses(const char *const *paths, size_t count, seam_status status, const char *part) {
  seam_result *merged;
  seam_error error;
  assert_int_equal(seam_merge(paths, count, &merged, &error), status);
  assert_null(merged);
  if (!strstr(error.message, part)) fail_msg("'%s' does not say '%s'", error.message, part);
}

static void an_overlap_names_the_first_chain_and_both_files(void **state) {
  (void)state;
  char path[96], message[300];
  seam_result *part = train((const char *[]){"first-chain", "1000", "chains", "700", NULL});
  write_parts();
  write_result(in_folder("overlap.zip", path), part);
  seam_result_free(part);
  /* Shards begin at 0, 428, 856, 1284, 1714 and so on, so the third one holds chain 1000. */
  snprintf(message, sizeof message, "%s and %s both counted chain 1000:", part_paths[2], path);
  refuses((const char *[]){part_paths[3], part_paths[2], path}, 3, SEAM_ERROR_MISMATCH, message);
}

static void other_options_and_bad_files_are_refused(void **state) {
  (void)state;
  char other[96], bad[96], absent[96];
  write_parts();
  seam_result *part = train((const char *[]){"first-chain", "9000", "loss", "hinge", "bins", "128", NULL});
  write_result(in_folder("other.zip", other), part);
  seam_result_free(part);
  refuses((const char *[]){part_paths[0], other}, 2, SEAM_ERROR_MISMATCH, "differ in --loss, mse and hinge");
  FILE *file = fopen(in_folder("bad.zip", bad), "w");
  fputs("PK", file);
  fclose(file);
  refuses((const char *[]){part_paths[0], bad}, 2, SEAM_ERROR_FORMAT, bad);
  refuses((const char *[]){in_folder("absent.zip", absent), part_paths[0]}, 2, SEAM_ERROR_IO, absent);
  refuses(NULL, 0, SEAM_ERROR_USAGE, "no files");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_interrupted_run_is_completed_to_the_byte),
      cmocka_unit_test(a_whole_result_is_not_run_again),
      cmocka_unit_test(missing_chains_are_run_wherever_they_are),
      cmocka_unit_test(another_configuration_is_refused_by_its_first_option),
      cmocka_unit_test(an_output_to_resume_is_read_or_absent),
      cmocka_unit_test(a_damaged_output_is_not_resumed),
      cmocka_unit_test(checkpoints_by_time),
      cmocka_unit_test(checkpoints_by_chains),
      cmocka_unit_test(checkpoints_on_request),
      cmocka_unit_test(a_checkpoint_that_fails_costs_neither_run_nor_file),
      cmocka_unit_test(parts_in_any_order_make_the_whole),
      cmocka_unit_test(ranges_make_the_whole),
      cmocka_unit_test(an_overlap_names_the_first_chain_and_both_files),
      cmocka_unit_test(other_options_and_bad_files_are_refused),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
