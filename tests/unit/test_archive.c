/* SPDX-License-Identifier: Apache-2.0 */
/* A result file that is written is read back whole, and the same run writes the same bytes. */
#include <unistd.h>

#include "support/forged_archive.h"
#include "files/npy_header.h"
#include "files/zip_format.h"

/* Packs the result, unpacks it, compares the two, and frees both. */
static void expect_read_back(seam_result *written) {
  struct bytes file = pack(written);
  seam_result *read = unpack(file);
  expect_equal(written, read);
  seam_result_free(read);
  seam_result_free(written);
  free(file.data);
}

static void every_histogram_comes_back_alone_and_with_all_others(void **unused) {
  (void)unused;
  static const char *const choices[] = {"interface", "mapping",   "response",  "loss", "width",
                                        "slack",     "selection", "snapshots", ALL};
  for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
    seam_result *written = small(choices[i]);
    struct bytes file = pack(written);
    seam_result *read = unpack(file);
    expect_equal(written, read);
    assert_ptr_equal(seam_result_histogram_at(read, 0)->values, read->counts + OUTCOMES);
    seam_result_free(read);
    seam_result_free(written);
    free(file.data);
  }
}

static void the_defaults_and_odd_configurations_come_back(void **unused) {
  (void)unused;
  static const char *const options[][9] = {
      {NULL},
      {"histograms", "loss", "seed", "18446744073709551615", "lr", "0.1", "init-scale", "1e-3", NULL},
      {"histograms", "loss", "optimizer", "langevin", "lr", "0.003", "beta", "7.7", NULL},
      {"histograms", "width", "steps", "0", "range", "-0.1:0.30000000000000004", NULL},
      {"histograms", "interchange", "chains", "50", NULL},
      {"histograms", "all,interchange", "bins", "8", NULL},
  };
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    seam_result *written = sample_result(options[i], UINT64_C(1) << 40, 50);
    expect_read_back(written);
  }
}

static void a_coverage_with_gaps_comes_back(void **unused) {
  (void)unused;
  seam_result *written = small("loss");
  uint64_t first = written->config.first_chain = UINT64_MAX - 1000;
  written->config.chains = 1000;
  coverage_free(&written->coverage);
  assert_int_equal(coverage_add(&written->coverage, UINT64_MAX - 150, UINT64_MAX, NULL), SEAM_OK);
  assert_int_equal(coverage_add(&written->coverage, first, first + 49, NULL), SEAM_OK);
  assert_int_equal(coverage_add(&written->coverage, first + 50, first + 51, NULL), SEAM_OK);
  expect_read_back(written);
}

static void a_result_of_no_chains_comes_back(void **unused) {
  (void)unused;
  seam_result *written = sample_result((const char *[]){"histograms", "loss", NULL}, 0, 0);
  struct bytes file = pack(written);
  seam_result *read = unpack(file);
  assert_int_equal(seam_result_chains(read), 0);
  seam_result_free(read);
  seam_result_free(written);
  free(file.data);
}

static void identical_results_make_identical_bytes(void **unused) {
  (void)unused;
  struct bytes a = small_file(ALL), b = small_file(ALL);
  assert_int_equal(a.size, b.size);
  assert_memory_equal(a.data, b.data, a.size);
  free(a.data);
  free(b.data);
}

static void only_the_manifest_says_how_and_where_a_run_was_made(void **unused) {
  (void)unused;
  seam_result *result = small(ALL);
  struct bytes a = pack(result);
  strcpy(result->backend, "cuda");
  strcpy(result->isa, "");
  strcpy(result->device, "a card");
  result->seconds = 77;
  result->config.first_chain = 1000;
  result->config.chains = 700;
  coverage_free(&result->coverage);
  assert_int_equal(coverage_add(&result->coverage, 1000, 1200, NULL), SEAM_OK);
  struct bytes b = pack(result);
  struct zip_reader *reader;
  assert_int_equal(zip_reader_open(a.data, a.size, "a", &reader, NULL), SEAM_OK);
  assert_int_equal(reader->count, 1 + 2 * HISTOGRAM_INTERCHANGE);
  for (int i = 0; i < reader->count; i++) {
    struct bytes first = member_of(a, reader->members[i].name), second = member_of(b, reader->members[i].name);
    int same = first.size == second.size && memcmp(first.data, second.data, first.size) == 0;
    assert_int_equal(same, strcmp(reader->members[i].name, "run.manifest") != 0);
    free(first.data);
    free(second.data);
  }
  zip_reader_close(reader);
  seam_result_free(result);
  free(a.data);
  free(b.data);
}

static void members_have_one_order_and_one_date(void **unused) {
  (void)unused;
  static const char *const names[] = {"run.manifest", "loss.json", "loss_storage_values.npy", "slack.json",
                                      "slack_storage_values.npy"};
  struct bytes file = small_file("slack,loss");
  struct zip_reader *reader;
  assert_int_equal(zip_reader_open(file.data, file.size, "file", &reader, NULL), SEAM_OK);
  assert_int_equal(reader->count, 5);
  for (int i = 0; i < 5; i++) assert_string_equal(reader->members[i].name, names[i]);
  zip_reader_close(reader);
  for (size_t i = 0; i + 16 < file.size; i++) {
    if (memcmp(file.data + i, "PK\3\4", 4) == 0) assert_memory_equal(file.data + i + 10, "\0\0\x21\0", 4);
    if (memcmp(file.data + i, "PK\1\2", 4) == 0) assert_memory_equal(file.data + i + 12, "\0\0\x21\0", 4);
  }
  free(file.data);
}

/* Earlier versions wrote the date 0. */
static void a_file_without_dates_is_read(void **unused) {
  (void)unused;
  seam_result *written = small("loss");
  struct bytes file = pack(written);
  for (size_t i = 0; i + 16 < file.size; i++) {
    if (memcmp(file.data + i, "PK\3\4", 4) == 0) memset(file.data + i + 10, 0, 4);
    if (memcmp(file.data + i, "PK\1\2", 4) == 0) memset(file.data + i + 12, 0, 4);
  }
  seam_result *read = unpack(file);
  expect_equal(written, read);
  seam_result_free(read);
  seam_result_free(written);
  free(file.data);
}

/* ---- Numbers of 64 bits, as in files with members above 4 GiB ---- */

static void add_bytes(struct bytes *file, const void *bytes, size_t size) {
  memcpy(file->data + file->size, bytes, size);
  file->size += size;
}

/* Adds the entry with the chosen numbers (bit 0: size, 1: packed size, 2: position) in extra fields, behind a field of
 * another kind. */
static void add_wide_entry(struct bytes *file, const unsigned char *at, int chosen) {
  struct zip_entry entry;
  memcpy(&entry, at, sizeof entry);
  const uint64_t numbers[3] = {entry.about.size, entry.about.packed, entry.position};
  struct zip_extra other = {.kind = 0x5455, .size = 5}, wide = {.kind = ZIP64_EXTRA, .size = 0};
  for (int n = 0; n < 3; n++) wide.size = (uint16_t)(wide.size + (chosen >> n & 1) * 8);
  if (chosen & 1) entry.about.size = ZIP_ELSEWHERE;
  if (chosen & 2) entry.about.packed = ZIP_ELSEWHERE;
  if (chosen & 4) entry.position = ZIP_ELSEWHERE;
  entry.about.extra_size = (uint16_t)(sizeof other + other.size + sizeof wide + wide.size);
  add_bytes(file, &entry, sizeof entry);
  add_bytes(file, at + sizeof entry, entry.about.name_size);
  add_bytes(file, &other, sizeof other);
  add_bytes(file, "12345", other.size);
  add_bytes(file, &wide, sizeof wide);
  for (int n = 0; n < 3; n++)
    if (chosen >> n & 1) add_bytes(file, &numbers[n], 8);
}

/* A copy of a small file that gives the chosen numbers in 64 bits, and with `wide_end` also those of its directory. */
static struct bytes widened(struct bytes file, int chosen, bool wide_end) {
  struct zip_end end;
  memcpy(&end, file.data + file.size - sizeof end, sizeof end);
  struct bytes copy = {malloc(file.size + 1000), 0};
  assert_non_null(copy.data);
  add_bytes(&copy, file.data, end.directory);
  const unsigned char *at = file.data + end.directory;
  for (int m = 0; m < end.members; m++) {
    struct zip_entry entry;
    memcpy(&entry, at, sizeof entry);
    add_wide_entry(&copy, at, chosen);
    at += sizeof entry + entry.about.name_size;
  }
  end.directory_size = (uint32_t)(copy.size - end.directory);
  struct zip64_locator locator = {.signature = ZIP64_LOCATOR, .end = copy.size, .disks = 1};
  struct zip64_end wide = {.signature = ZIP64_END,
                           .rest = 44,
                           .members_here = end.members,
                           .members = end.members,
                           .directory_size = end.directory_size,
                           .directory = end.directory};
  if (wide_end) {
    end.members = end.members_here = UINT16_MAX;
    end.directory = end.directory_size = ZIP_ELSEWHERE;
    add_bytes(&copy, &wide, sizeof wide);
    add_bytes(&copy, &locator, sizeof locator);
  }
  add_bytes(&copy, &end, sizeof end);
  return exact(copy);
}

static void numbers_of_64_bits_are_read(void **unused) {
  (void)unused;
  seam_result *written = small("loss,slack");
  struct bytes file = pack(written);
  for (int chosen = 0; chosen < 8; chosen++) {
    struct bytes wide = widened(file, chosen, chosen & 1);
    seam_result *read = unpack(wide);
    expect_equal(written, read);
    seam_result_free(read);
    free(wide.data);
  }
  seam_result_free(written);
  free(file.data);
}

static void the_npy_header_is_what_numpy_writes(void **unused) {
  (void)unused;
  struct bytes file = small_file("loss,interface"), loss = member_of(file, "loss_storage_values.npy"),
               interface = member_of(file, "interface_storage_values.npy");
  char expected[129];
  memcpy(expected, "\x93NUMPY\x01\x00\x76\x00", 10);
  snprintf(expected + 10, sizeof expected - 10, "%-117s\n",
           "{'descr': '<i8', 'fortran_order': False, 'shape': (3, 282), }");
  assert_memory_equal(loss.data, expected, 128);
  assert_int_equal(loss.size, 128 + 3 * 282 * 8);
  snprintf(expected + 10, sizeof expected - 10, "%-117s\n",
           "{'descr': '<i8', 'fortran_order': False, 'shape': (3, 10, 10), }");
  assert_memory_equal(interface.data, expected, 128);
  free(loss.data);
  free(interface.data);
  free(file.data);
}

static void an_array_of_one_axis_has_a_tuple_of_one(void **unused) {
  (void)unused;
  seam_histogram one = {.axis_count = 1, .axes = {{.bins = 5}}};
  unsigned char header[NPY_HEADER];
  assert_int_equal(npy_header(&one, header), 128);
  header[127] = '\0';
  assert_non_null(strstr((char *)header + 10, "'shape': (5,), }  "));
}

static void odd_device_names_cannot_spoil_a_result(void **unused) {
  (void)unused;
  seam_result *written = small("loss");
  strcpy(written->device, "card \x1b[31m\xff of \xc3\xa4 \xc2\x9b\x33m");
  struct bytes file = pack(written);
  seam_result *read = unpack(file);
  assert_string_equal(read->device, "card ?[31m? of \xc3\xa4 ?3m");
  strcpy(written->device, "card of \xc3\xa4");
  free(file.data);
  seam_result_free(read);
  file = pack(written);
  read = unpack(file);
  assert_string_equal(read->device, "card of \xc3\xa4");
  seam_result_free(read);
  seam_result_free(written);
  free(file.data);
}

static void the_configuration_alone_can_be_read(void **unused) {
  (void)unused;
  char path[] = "/tmp/seam-test-archive-XXXXXX";
  int file = mkstemp(path);
  struct bytes packed = small_file("loss");
  json_t *config, *manifest = json_member(packed, "run.manifest");
  assert_int_equal(write(file, packed.data, packed.size), packed.size);
  close(file);
  assert_int_equal(result_file_read_config(path, &config, NULL), SEAM_OK);
  assert_true(json_equal(config, json_object_get(manifest, "configuration")));
  json_decref(config);
  json_decref(manifest);
  assert_int_equal(truncate(path, (off_t)packed.size / 2), 0);
  assert_int_equal(result_file_read_config(path, &config, NULL), SEAM_ERROR_FORMAT);
  assert_null(config);
  unlink(path);
  free(packed.data);
}

static void paths_that_are_no_files_are_io_errors(void **unused) {
  (void)unused;
  static const char *const paths[] = {"/tmp/seam-no-such-file", "/tmp", "/dev/zero", "/proc/self/exe/x"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    seam_result *result;
    seam_error error;
    assert_int_equal(seam_result_read(paths[i], &result, &error), SEAM_ERROR_IO);
    assert_null(result);
    assert_non_null(strstr(error.message, paths[i]));
  }
}

static void counts_that_do_not_add_up_are_not_written(void **unused) {
  (void)unused;
  seam_result *result = small("loss");
  unsigned char *bytes;
  size_t size;
  result->counts[OUTCOMES + 3]++;
  assert_int_equal(result_file_pack(result, &bytes, &size, NULL), SEAM_ERROR_INTERNAL);
  seam_result_free(result);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_histogram_comes_back_alone_and_with_all_others),
      cmocka_unit_test(the_defaults_and_odd_configurations_come_back),
      cmocka_unit_test(a_coverage_with_gaps_comes_back),
      cmocka_unit_test(a_result_of_no_chains_comes_back),
      cmocka_unit_test(identical_results_make_identical_bytes),
      cmocka_unit_test(only_the_manifest_says_how_and_where_a_run_was_made),
      cmocka_unit_test(members_have_one_order_and_one_date),
      cmocka_unit_test(a_file_without_dates_is_read),
      cmocka_unit_test(numbers_of_64_bits_are_read),
      cmocka_unit_test(the_npy_header_is_what_numpy_writes),
      cmocka_unit_test(an_array_of_one_axis_has_a_tuple_of_one),
      cmocka_unit_test(odd_device_names_cannot_spoil_a_result),
      cmocka_unit_test(the_configuration_alone_can_be_read),
      cmocka_unit_test(paths_that_are_no_files_are_io_errors),
      cmocka_unit_test(counts_that_do_not_add_up_are_not_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
