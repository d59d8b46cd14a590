/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of an output file share. Only output_*.c and atomic_output.c include this header. */
#ifndef SEAM_OUTPUT_PARTS_H
#define SEAM_OUTPUT_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/error.h"

enum { MOST_NOTES = 4 };

/* How a file gets a name that no other file may have. Each way is for file systems that lack the one before. */
enum naming {
  NAMING_REFUSES, /* a rename that refuses to replace */
  NAMING_LINKS,   /* a hard link, which never replaces */
  NAMING_LOOKS    /* a last look, then a rename that would replace */
};

struct seam_output {
  char *path; /* the target, with symbolic links followed; for messages, as the next two */
  char *lock_path;
  char *temporary;
  size_t prefix; /* where the names in the folder begin in these three */
  int folder;    /* kept open, because during the run the folder may get another name, or its name another folder */
  int lock;      /* -1: not held */
  int reserved;  /* the temporary file, kept open with room on the disk for `room` bytes; -1: none */
  uint64_t room; /* 0: not asked for */
  enum naming naming;
  char *link; /* the path that was given, if it is a symbolic link, else NULL */
  bool replace;
  bool left_over; /* the temporary file is a whole result of an earlier run and must stay */
  seam_error notes[MOST_NOTES];
  size_t note_count;
};

/* The name that one of the three paths has in the folder. */
const char *output_name(const struct seam_output *output, const char *path);

/* Adds a line for seam_output_note. */
void output_add_note(struct seam_output *output, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The user does not know the lock and the temporary file, so the message names the target first. Uses errno. */
seam_status output_cannot_write(const struct seam_output *output, const char *file, const char *what,
                                seam_error *error);

seam_status output_no_memory(seam_error *error);

/* Whether the open file has this name in the folder. */
bool output_is_named(const struct seam_output *output, int file, const char *path);

/* ---- output_place.c ---- */

/* Follows links, and opens the folder. */
seam_status output_find_place(struct seam_output *output, const char *path, seam_error *error);

/* Refuses a target that may not be replaced. */
seam_status output_check_target(const struct seam_output *output, seam_error *error);

/* False with errno. A file system that cannot sync folders is no failure. */
bool output_sync_folder(const struct seam_output *output);

/* ---- output_lock.c ---- */

/* Returns SEAM_ERROR_LOCKED if another run holds the lock. Where the file system has no locks, it adds a note. */
seam_status output_take_lock(struct seam_output *output, seam_error *error);
void output_release_lock(struct seam_output *output);

/* ---- output_naming.c ---- */

/* Gives the temporary file a name that no file has. False with errno; EEXIST if there is such a file. */
bool output_name_new(struct seam_output *output, const char *path);

/* Gives the temporary file the name of the target. False with errno. Later writes of this output replace the file. */
bool output_take_name(struct seam_output *output);

/* Finds out with the temporary file, which it removes, how files get new names here. False with errno. */
bool output_try_naming(struct seam_output *output);

/* ---- output_temporary.c ---- */

/* Fills the temporary file and syncs it. If that fails, removes it and returns false with errno. */
bool output_fill(struct seam_output *output, const unsigned char *bytes, size_t size);

/* Removes the temporary file. Keeps errno. */
void output_remove_temporary(const struct seam_output *output);

/* Reserves output->room bytes in the temporary file, if that is possible. */
void output_reserve_again(struct seam_output *output);

#endif
