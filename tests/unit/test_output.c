/* SPDX-License-Identifier: Apache-2.0 */
/* The output file is whole or absent, never replaces a file that must stay, and has one writer at a time. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files/atomic_output.h"
#include "support/sample_result.h"

struct fixture {
  char folder[64];
  char path[96]; /* FOLDER/x.zip */
  seam_result *result;
};

static int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  if (!fixture) return -1;
  strcpy(fixture->folder, "/tmp/seam-test-output-XXXXXX");
  if (!mkdtemp(fixture->folder)) return -1;
  snprintf(fixture->path, sizeof fixture->path, "%s/x.zip", fixture->folder);
  fixture->result = sample_result((const char *[]){"histograms", "loss", NULL}, 0, 100);
  *state = fixture;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *fixture = *state;
  char path[400];
  DIR *folder = opendir(fixture->folder);
  for (struct dirent *entry; folder && (entry = readdir(folder));) {
    snprintf(path, sizeof path, "%s/%s", fixture->folder, entry->d_name);
    if (*entry->d_name != '.') unlink(path);
  }
  if (folder) closedir(folder);
  rmdir(fixture->folder);
  seam_result_free(fixture->result);
  free(fixture);
  return 0;
}

static void put(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static void expect_text(const char *path, const char *text) {
  char found[64] = "";
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  assert_true(fread(found, 1, sizeof found - 1, file) > 0);
  fclose(file);
  assert_string_equal(found, text);
}

/* Expects that the folder holds exactly these names, in any order; `names` separates them by spaces. */
static void expect_files(const struct fixture *fixture, const char *names) {
  DIR *folder = opendir(fixture->folder);
  size_t length = 0;
  assert_non_null(folder);
  for (struct dirent *entry; (entry = readdir(folder));) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    const char *at = strstr(names, entry->d_name);
    size_t size = strlen(entry->d_name);
    if (!at || (at[size] != ' ' && at[size] != '\0')) fail_msg("%s was left behind", entry->d_name);
    length += size + 1;
  }
  closedir(folder);
  assert_int_equal(length, *names ? strlen(names) + 1 : 0);
}

static void expect_result(const char *path, uint64_t chains) {
  seam_result *read;
  seam_error error;
  if (seam_result_read(path, &read, &error) != SEAM_OK) fail_msg("%s", error.message);
  assert_int_equal(seam_result_chains(read), chains);
  seam_result_free(read);
}

static seam_output *open_output(const char *path, int replace) {
  seam_output *output;
  seam_error error;
  if (seam_output_open(path, replace, &output, &error) != SEAM_OK) fail_msg("%s", error.message);
  return output;
}

static void write_output(seam_output *output, const seam_result *result) {
  seam_error error;
  if (seam_output_write(output, result, &error) != SEAM_OK) fail_msg("%s", error.message);
}

static void expect_open_refused(const char *path, int replace, seam_status status, const char *words) {
  seam_output *output;
  seam_error error = {.message = ""};
  assert_int_equal(seam_output_open(path, replace, &output, &error), status);
  assert_null(output);
  if (!strstr(error.message, words)) fail_msg("no \"%s\" in: %s", words, error.message);
}

/* ---- Writing ---- */

static void a_result_is_written_and_nothing_else_is_left(void **state) {
  struct fixture *fixture = *state;
  seam_output *output = open_output(fixture->path, 0);
  expect_files(fixture, "x.zip.lock");
  write_output(output, fixture->result);
  expect_result(fixture->path, 100);
  seam_output_close(output);
  expect_files(fixture, "x.zip");
}

static void a_name_without_a_folder_is_in_the_working_folder(void **state) {
  struct fixture *fixture = *state;
  char *home = getcwd(NULL, 0);
  assert_int_equal(chdir(fixture->folder), 0);
  seam_output *output = open_output("x.zip", 0);
  write_output(output, fixture->result);
  seam_output_close(output);
  assert_int_equal(chdir(home), 0);
  free(home);
  expect_result(fixture->path, 100);
  expect_files(fixture, "x.zip");
}

static void closing_without_writing_leaves_nothing(void **state) {
  struct fixture *fixture = *state;
  seam_output_close(open_output(fixture->path, 0));
  expect_files(fixture, "");
  seam_output_close(NULL);
}

static void the_file_has_the_permissions_of_any_new_file(void **state) {
  struct fixture *fixture = *state;
  struct stat info;
  mode_t mask = umask(027);
  seam_output *output = open_output(fixture->path, 0);
  write_output(output, fixture->result);
  seam_output_close(output);
  umask(mask);
  assert_int_equal(stat(fixture->path, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0640);
}

static void one_output_can_be_written_again(void **state) {
  struct fixture *fixture = *state;
  seam_output *output = open_output(fixture->path, 0);
  write_output(output, fixture->result);
  seam_result *more = sample_result((const char *[]){"histograms", "loss", NULL}, 0, 300);
  write_output(output, more);
  expect_result(fixture->path, 300);
  seam_output_close(output);
  seam_result_free(more);
  expect_files(fixture, "x.zip");
}

static void a_result_that_cannot_be_packed_leaves_the_old_one(void **state) {
  struct fixture *fixture = *state;
  put(fixture->path, "old");
  seam_output *output = open_output(fixture->path, 1);
  fixture->result->counts[OUTCOMES]++;
  assert_int_equal(seam_output_write(output, fixture->result, NULL), SEAM_ERROR_INTERNAL);
  seam_output_close(output);
  expect_text(fixture->path, "old");
  expect_files(fixture, "x.zip");
}

/* ---- Existing files ---- */

static void an_existing_file_is_refused_before_the_work(void **state) {
  struct fixture *fixture = *state;
  put(fixture->path, "precious");
  expect_open_refused(fixture->path, 0, SEAM_ERROR_EXISTS, "--force");
  expect_text(fixture->path, "precious");
  expect_files(fixture, "x.zip");
}

static void a_link_to_nowhere_counts_as_existing(void **state) {
  struct fixture *fixture = *state;
  assert_int_equal(symlink("nowhere", fixture->path), 0);
  expect_open_refused(fixture->path, 0, SEAM_ERROR_EXISTS, "--output");
  expect_files(fixture, "x.zip");
}

static void an_existing_file_is_replaced_on_request_only_at_the_end(void **state) {
  struct fixture *fixture = *state;
  put(fixture->path, "old");
  seam_output *output = open_output(fixture->path, 1);
  expect_text(fixture->path, "old");
  write_output(output, fixture->result);
  seam_output_close(output);
  expect_result(fixture->path, 100);
  expect_files(fixture, "x.zip");
}

static void a_file_behind_a_link_is_replaced_where_it_lies(void **state) {
  struct fixture *fixture = *state;
  char link[128];
  struct stat info;
  snprintf(link, sizeof link, "%s/link", fixture->folder);
  put(fixture->path, "old");
  assert_int_equal(symlink("x.zip", link), 0);
  seam_output *output = open_output(link, 1);
  expect_open_refused(fixture->path, 1, SEAM_ERROR_LOCKED, "x.zip.lock");
  write_output(output, fixture->result);
  seam_output_close(output);
  expect_result(fixture->path, 100);
  assert_int_equal(lstat(link, &info), 0);
  assert_true(S_ISLNK(info.st_mode));
  expect_files(fixture, "x.zip link");
}

static void a_file_that_appeared_meanwhile_is_left_alone(void **state) {
  struct fixture *fixture = *state;
  char beside[128], second[128];
  seam_error error;
  seam_output *output = open_output(fixture->path, 0);
  put(fixture->path, "precious");
  snprintf(beside, sizeof beside, "%s.1", fixture->path);
  snprintf(second, sizeof second, "%s.2", fixture->path);
  put(beside, "precious as well");
  assert_int_equal(seam_output_write(output, fixture->result, &error), SEAM_ERROR_EXISTS);
  assert_non_null(strstr(error.message, second));
  seam_output_close(output);
  expect_text(fixture->path, "precious");
  expect_text(beside, "precious as well");
  expect_result(second, 100);
  expect_files(fixture, "x.zip x.zip.1 x.zip.2");
}

/* The path in the fixture's folder. */
static const char *in_folder(const struct fixture *fixture, const char *name, char path[160]) {
  snprintf(path, 160, "%s/%s", fixture->folder, name);
  return path;
}

static void a_link_to_nowhere_is_written_through(void **state) {
  struct fixture *fixture = *state;
  char link[160], target[160];
  struct stat info;
  seam_output *output;
  seam_result *before;
  assert_int_equal(symlink("x.zip", in_folder(fixture, "middle", link)), 0);
  assert_int_equal(symlink("middle", in_folder(fixture, "link", link)), 0);
  in_folder(fixture, "x.zip", target);
  for (int resume = 0; resume < 2; resume++) {
    if (resume)
      assert_int_equal(seam_output_resume(link, &output, &before, NULL), SEAM_OK);
    else
      output = open_output(link, 1);
    write_output(output, fixture->result);
    seam_output_close(output);
    assert_int_equal(lstat(link, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    expect_result(target, 100);
    assert_int_equal(unlink(target), 0);
  }
  expect_files(fixture, "link middle");
}

static void a_replaced_file_passes_on_its_mode(void **state) {
  struct fixture *fixture = *state;
  struct stat info;
  put(fixture->path, "old");
  assert_int_equal(chmod(fixture->path, 0640), 0);
  bool root = chown(fixture->path, 12345, 23456) == 0;
  seam_output *output = open_output(fixture->path, 1);
  write_output(output, fixture->result);
  seam_output_close(output);
  assert_int_equal(stat(fixture->path, &info), 0);
  assert_int_equal(info.st_mode & 07777, 0640);
  assert_true(!root || (info.st_uid == 12345 && info.st_gid == 23456));
}

/* ---- The folder ---- */

/* The folder gets another name during the run, and its old name becomes another folder. */
static void a_folder_that_was_renamed_gets_the_result(void **state) {
  struct fixture *fixture = *state;
  char folder[160], moved[160], path[160];
  in_folder(fixture, "a", folder);
  in_folder(fixture, "b", moved);
  assert_int_equal(mkdir(folder, 0700), 0);
  seam_output *output = open_output(in_folder(fixture, "a/x.zip", path), 0);
  assert_int_equal(rename(folder, moved), 0);
  assert_int_equal(mkdir(folder, 0700), 0);
  write_output(output, fixture->result);
  assert_non_null(seam_output_note(output, 0));
  assert_non_null(strstr(seam_output_note(output, 0), moved));
  seam_output_close(output);
  expect_result(in_folder(fixture, "b/x.zip", path), 100);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(rmdir(moved), 0);
  assert_int_equal(rmdir(folder), 0);
}

static void a_relative_output_stays_where_it_was_opened(void **state) {
  struct fixture *fixture = *state;
  char *home = getcwd(NULL, 0);
  assert_int_equal(chdir(fixture->folder), 0);
  seam_output *output = open_output("x.zip", 0);
  assert_int_equal(chdir(home), 0);
  free(home);
  write_output(output, fixture->result);
  seam_output_close(output);
  expect_result(fixture->path, 100);
  expect_files(fixture, "x.zip");
}

/* ---- A whole result in the temporary file ---- */

static void write_result(const char *path, const seam_result *result) {
  seam_output *output = open_output(path, 1);
  write_output(output, result);
  seam_output_close(output);
}

/* Puts a result of chains [0, chains) where the temporary file is. */
static void leave_partial(const struct fixture *fixture, uint64_t chains, char partial[160]) {
  seam_result *left = sample_result((const char *[]){"histograms", "loss", NULL}, 0, chains);
  in_folder(fixture, "x.zip.seam-partial", partial);
  write_result(partial, left);
  seam_result_free(left);
}

static void a_whole_partial_result_is_never_deleted(void **state) {
  struct fixture *fixture = *state;
  char partial[160];
  leave_partial(fixture, 300, partial);
  expect_open_refused(fixture->path, 0, SEAM_ERROR_EXISTS, "x.zip.seam-partial");
  expect_open_refused(fixture->path, 1, SEAM_ERROR_EXISTS, "x.zip.seam-partial");
  expect_result(partial, 300);
  expect_files(fixture, "x.zip.seam-partial");
}

static void expect_resumed(struct fixture *fixture, uint64_t chains) {
  seam_output *output;
  seam_result *before;
  seam_error error;
  if (seam_output_resume(fixture->path, &output, &before, &error) != SEAM_OK) fail_msg("%s", error.message);
  assert_int_equal(seam_result_chains(before), chains);
  assert_int_equal(output_settle(output, SEAM_OK, &error), SEAM_OK);
  expect_result(fixture->path, chains);
  seam_output_close(output);
  seam_result_free(before);
  expect_files(fixture, "x.zip");
}

static void a_resumed_run_takes_the_result_that_covers_more(void **state) {
  struct fixture *fixture = *state;
  char partial[160];
  leave_partial(fixture, 200, partial);
  expect_resumed(fixture, 200);
  leave_partial(fixture, 300, partial);
  expect_resumed(fixture, 300);
  leave_partial(fixture, 100, partial);
  expect_resumed(fixture, 300);
}

static void a_partial_result_of_other_options_or_chains_is_not_resumed(void **state) {
  struct fixture *fixture = *state;
  char partial[160];
  seam_output *output;
  seam_result *before;
  seam_error error;
  leave_partial(fixture, 300, partial);
  assert_int_equal(seam_output_resume(fixture->path, &output, &before, &error), SEAM_OK);
  assert_int_equal(output_settle(output, SEAM_ERROR_MISMATCH, &error), SEAM_ERROR_EXISTS);
  assert_non_null(strstr(error.message, partial));
  seam_output_close(output);
  seam_result_free(before);
  seam_result *others = sample_result((const char *[]){"histograms", "loss", NULL}, 200, 300);
  assert_int_equal(rename(partial, fixture->path), 0);
  write_result(partial, others);
  seam_result_free(others);
  assert_int_equal(seam_output_resume(fixture->path, &output, &before, &error), SEAM_ERROR_EXISTS);
  assert_null(output);
  assert_null(before);
  expect_files(fixture, "x.zip x.zip.seam-partial");
}

/* ---- Room on the disk ---- */

static void room_is_reserved_until_the_file_is_written(void **state) {
  struct fixture *fixture = *state;
  char partial[160];
  struct stat info;
  enum { ROOM = 8 << 20 };
  seam_output *output = open_output(fixture->path, 0);
  output_reserve(output, ROOM);
  assert_null(seam_output_note(output, 0));
  bool reserves = stat(in_folder(fixture, "x.zip.seam-partial", partial), &info) == 0;
  if (reserves) assert_true(info.st_size == 0 && info.st_blocks * 512 >= ROOM);
  assert_int_equal(output_write_checkpoint(output, (const unsigned char *)"a", 1, NULL), SEAM_OK);
  assert_int_equal(stat(partial, &info) == 0, reserves);
  assert_int_equal(stat(fixture->path, &info), 0);
  assert_true(info.st_blocks * 512 < ROOM / 2);
  write_output(output, fixture->result);
  expect_files(fixture, "x.zip x.zip.lock");
  assert_int_equal(stat(fixture->path, &info), 0);
  assert_true(info.st_blocks * 512 < ROOM / 2);
  output_reserve(output, (uint64_t)1 << 62);
  assert_non_null(strstr(seam_output_note(output, 0), "too little room"));
  seam_output_close(output);
  expect_files(fixture, "x.zip");
}

/* ---- Places that cannot be written ---- */

static void places_that_cannot_be_written_are_refused_before_the_work(void **state) {
  struct fixture *fixture = *state;
  char under_file[128], nowhere[128];
  put(fixture->path, "a file");
  snprintf(under_file, sizeof under_file, "%s/y.zip", fixture->path);
  snprintf(nowhere, sizeof nowhere, "%s/missing/y.zip", fixture->folder);
  expect_open_refused(under_file, 1, SEAM_ERROR_IO, under_file);
  expect_open_refused(nowhere, 0, SEAM_ERROR_IO, nowhere);
  expect_open_refused("/proc/x.zip", 0, SEAM_ERROR_IO, "/proc/x.zip");
  expect_open_refused("", 0, SEAM_ERROR_IO, "empty");
  expect_files(fixture, "x.zip");
}

static void a_temporary_file_that_cannot_be_made_is_refused_before_the_work(void **state) {
  struct fixture *fixture = *state;
  char partial[128];
  snprintf(partial, sizeof partial, "%s.seam-partial", fixture->path);
  assert_int_equal(mkdir(partial, 0700), 0);
  expect_open_refused(fixture->path, 0, SEAM_ERROR_IO, partial);
  expect_files(fixture, "x.zip.seam-partial");
  assert_int_equal(rmdir(partial), 0);
}

static void folders_and_devices_are_never_replaced(void **state) {
  struct fixture *fixture = *state;
  char fifo[128];
  struct stat info;
  snprintf(fifo, sizeof fifo, "%s/fifo", fixture->folder);
  assert_int_equal(mkfifo(fifo, 0600), 0);
  expect_open_refused(fixture->folder, 1, SEAM_ERROR_IO, "is a folder");
  expect_open_refused(fifo, 1, SEAM_ERROR_IO, "not an ordinary file");
  assert_int_equal(stat(fifo, &info), 0);
  assert_true(S_ISFIFO(info.st_mode));
  expect_files(fixture, "fifo");
}

static void a_folder_that_went_away_fails_the_write(void **state) {
  struct fixture *fixture = *state;
  char folder[96], path[128], lock[160];
  seam_error error;
  snprintf(folder, sizeof folder, "%s/y", fixture->folder);
  snprintf(path, sizeof path, "%s/x.zip", folder);
  snprintf(lock, sizeof lock, "%s.lock", path);
  assert_int_equal(mkdir(folder, 0700), 0);
  seam_output *output = open_output(path, 0);
  assert_int_equal(unlink(lock), 0);
  assert_int_equal(rmdir(folder), 0);
  assert_int_equal(seam_output_write(output, fixture->result, &error), SEAM_ERROR_IO);
  assert_non_null(strstr(error.message, "cannot be written"));
  seam_output_close(output);
}

/* A rename cannot replace a folder that took the target's place. */
static void a_failed_rename_keeps_the_whole_result(void **state) {
  struct fixture *fixture = *state;
  seam_error error;
  seam_output *output = open_output(fixture->path, 1);
  assert_int_equal(mkdir(fixture->path, 0700), 0);
  assert_int_equal(seam_output_write(output, fixture->result, &error), SEAM_ERROR_IO);
  assert_non_null(strstr(error.message, "kept as"));
  seam_output_close(output);
  expect_files(fixture, "x.zip x.zip.seam-partial");

  char partial[256];
  snprintf(partial, sizeof partial, "%s.seam-partial", fixture->path);
  seam_result *kept = NULL;
  assert_int_equal(seam_result_read(partial, &kept, &error), SEAM_OK);
  seam_result_free(kept);
  assert_int_equal(unlink(partial), 0);
  assert_int_equal(rmdir(fixture->path), 0);
}

/* A limit on file sizes makes a write fail halfway, as a full disk does. */
static void a_write_that_fails_halfway_leaves_the_old_file(void **state) {
  struct fixture *fixture = *state;
  put(fixture->path, "old");
  seam_output *output = open_output(fixture->path, 1);
  pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &(struct rlimit){100, 100}) != 0) _exit(100);
    _exit(seam_output_write(output, fixture->result, NULL));
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), SEAM_ERROR_IO);
  expect_text(fixture->path, "old");
  seam_output_close(output);
  expect_files(fixture, "x.zip");
}

/* ---- Two writers ---- */

/* Another process holds the output until the pipe is closed or the process is killed. */
static pid_t hold_elsewhere(const char *path, int go[2]) {
  int ready[2];
  char byte;
  assert_int_equal(pipe(go), 0);
  assert_int_equal(pipe(ready), 0);
  pid_t child = fork();
  if (child == 0) {
    seam_output *output;
    close(go[1]);
    if (seam_output_open(path, 0, &output, NULL) != SEAM_OK || write(ready[1], "x", 1) != 1) _exit(1);
    if (read(go[0], &byte, 1) != 0) _exit(2);
    seam_output_close(output);
    _exit(0);
  }
  assert_true(child > 0);
  close(ready[1]);
  assert_int_equal(read(ready[0], &byte, 1), 1);
  close(ready[0]);
  close(go[0]);
  return child;
}

static void a_second_process_is_refused_with_the_name_of_the_lock(void **state) {
  struct fixture *fixture = *state;
  int go[2], status;
  pid_t child = hold_elsewhere(fixture->path, go);
  expect_open_refused(fixture->path, 0, SEAM_ERROR_LOCKED, "x.zip.lock");
  expect_open_refused(fixture->path, 1, SEAM_ERROR_LOCKED, "x.zip.lock");
  close(go[1]);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  seam_output_close(open_output(fixture->path, 0));
  expect_files(fixture, "");
}

static void a_killed_writer_does_not_block_the_next(void **state) {
  struct fixture *fixture = *state;
  char partial[128];
  int go[2], status;
  pid_t child = hold_elsewhere(fixture->path, go);
  snprintf(partial, sizeof partial, "%s.seam-partial", fixture->path);
  put(partial, "half a result");
  assert_int_equal(kill(child, SIGKILL), 0);
  assert_int_equal(waitpid(child, &status, 0), child);
  close(go[1]);
  expect_files(fixture, "x.zip.lock x.zip.seam-partial");
  seam_output *output = open_output(fixture->path, 0);
  write_output(output, fixture->result);
  seam_output_close(output);
  expect_result(fixture->path, 100);
  expect_files(fixture, "x.zip");
}

static void a_lock_file_that_was_removed_does_not_count(void **state) {
  struct fixture *fixture = *state;
  char lock[128];
  snprintf(lock, sizeof lock, "%s.lock", fixture->path);
  seam_output *first = open_output(fixture->path, 0);
  assert_int_equal(unlink(lock), 0);
  seam_output *second = open_output(fixture->path, 0);
  seam_output_close(first); /* this must not remove the second writer's lock */
  expect_open_refused(fixture->path, 0, SEAM_ERROR_LOCKED, "x.zip.lock");
  seam_output_close(second);
  expect_files(fixture, "");
}

/* Many processes try to open one output. The process that succeeds checks that no other one has it. */
static void two_processes_never_hold_one_output(void **state) {
  struct fixture *fixture = *state;
  enum { PROCESSES = 6, ROUNDS = 300 };
  char token[128];
  snprintf(token, sizeof token, "%s/token", fixture->folder);
  pid_t children[PROCESSES];
  for (int i = 0; i < PROCESSES; i++) {
    if ((children[i] = fork()) != 0) continue;
    for (int round = 0; round < ROUNDS; round++) {
      seam_output *output;
      seam_status status = seam_output_open(fixture->path, 0, &output, NULL);
      if (status == SEAM_ERROR_LOCKED) continue;
      if (status != SEAM_OK) _exit(1);
      int alone = open(token, O_CREAT | O_EXCL | O_WRONLY, 0600);
      if (alone < 0 || close(alone) != 0 || unlink(token) != 0) _exit(2);
      seam_output_close(output);
    }
    _exit(0);
  }
  for (int i = 0; i < PROCESSES; i++) {
    int status;
    assert_int_equal(waitpid(children[i], &status, 0), children[i]);
    assert_int_equal(status, 0);
  }
  expect_files(fixture, "");
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_FOLDER(a_result_is_written_and_nothing_else_is_left),
      WITH_FOLDER(a_name_without_a_folder_is_in_the_working_folder),
      WITH_FOLDER(closing_without_writing_leaves_nothing),
      WITH_FOLDER(the_file_has_the_permissions_of_any_new_file),
      WITH_FOLDER(one_output_can_be_written_again),
      WITH_FOLDER(a_result_that_cannot_be_packed_leaves_the_old_one),
      WITH_FOLDER(an_existing_file_is_refused_before_the_work),
      WITH_FOLDER(a_link_to_nowhere_counts_as_existing),
      WITH_FOLDER(an_existing_file_is_replaced_on_request_only_at_the_end),
      WITH_FOLDER(a_file_behind_a_link_is_replaced_where_it_lies),
      WITH_FOLDER(a_file_that_appeared_meanwhile_is_left_alone),
      WITH_FOLDER(a_link_to_nowhere_is_written_through),
      WITH_FOLDER(a_replaced_file_passes_on_its_mode),
      WITH_FOLDER(a_folder_that_was_renamed_gets_the_result),
      WITH_FOLDER(a_relative_output_stays_where_it_was_opened),
      WITH_FOLDER(a_whole_partial_result_is_never_deleted),
      WITH_FOLDER(a_resumed_run_takes_the_result_that_covers_more),
      WITH_FOLDER(a_partial_result_of_other_options_or_chains_is_not_resumed),
      WITH_FOLDER(room_is_reserved_until_the_file_is_written),
      WITH_FOLDER(places_that_cannot_be_written_are_refused_before_the_work),
      WITH_FOLDER(a_temporary_file_that_cannot_be_made_is_refused_before_the_work),
      WITH_FOLDER(folders_and_devices_are_never_replaced),
      WITH_FOLDER(a_folder_that_went_away_fails_the_write),
      WITH_FOLDER(a_failed_rename_keeps_the_whole_result),
      WITH_FOLDER(a_write_that_fails_halfway_leaves_the_old_file),
      WITH_FOLDER(a_second_process_is_refused_with_the_name_of_the_lock),
      WITH_FOLDER(a_killed_writer_does_not_block_the_next),
      WITH_FOLDER(a_lock_file_that_was_removed_does_not_count),
      WITH_FOLDER(two_processes_never_hold_one_output),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
