/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a zip file that are not contents, as its specification (PKWARE's APPNOTE) lays them out. */
#ifndef SEAM_ZIP_FORMAT_H
#define SEAM_ZIP_FORMAT_H

#include <stdint.h>

/* Signatures. */
enum {
  ZIP_HEADER = 0x04034b50,
  ZIP_ENTRY = 0x02014b50,
  ZIP_DESCRIPTION = 0x08074b50,
  ZIP_END = 0x06054b50,
  ZIP64_END = 0x06064b50,
  ZIP64_LOCATOR = 0x07064b50
};

/* How a member is packed. */
enum { ZIP_STORED = 0, ZIP_DEFLATED = 8 };

/* Flags. The checksum and the sizes of a member with ZIP_DESCRIBED stand once more behind its contents. */
enum { ZIP_ENCRYPTED = 1, ZIP_DESCRIBED = 8 };

/* What a reader must know, times 10. */
enum { ZIP_VERSION = 20, ZIP64_VERSION = 45 };

/* The kind of extra field that holds numbers of 64 bits. */
enum { ZIP64_EXTRA = 1 };

/* Stands for a number that does not fit into 32 bits. It is in the extra field: first the size, then the packed size,
 * then the position, each only if it does not fit. */
#define ZIP_ELSEWHERE UINT32_MAX

/* 1980-01-01: years since 1980, month, day. */
enum { ZIP_DATE = 0 << 9 | 1 << 5 | 1 };

/* What stands both before a member and in its entry. */
struct __attribute__((packed)) zip_about {
  uint16_t version, flags, method, time, date;
  uint32_t checksum, packed, size;
  uint16_t name_size, extra_size;
};

/* Before each member. The name, the extra fields and the packed contents follow. */
struct __attribute__((packed)) zip_header {
  uint32_t signature;
  struct zip_about about;
};

/* In the directory, for each member. The name, the extra fields and a comment follow. */
struct __attribute__((packed)) zip_entry {
  uint32_t signature;
  uint16_t made_by;
  struct zip_about about;
  uint16_t comment_size, disk, internal;
  uint32_t external, position;
};

struct __attribute__((packed)) zip_extra {
  uint16_t kind, size;
};

/* Right after the directory, if a number of the end does not fit. */
struct __attribute__((packed)) zip64_end {
  uint32_t signature;
  uint64_t rest; /* bytes of this record that follow */
  uint16_t made_by, version;
  uint32_t disk, directory_disk;
  uint64_t members_here, members, directory_size, directory;
};

struct __attribute__((packed)) zip64_locator {
  uint32_t signature, disk;
  uint64_t end; /* position of zip64_end */
  uint32_t disks;
};

/* The last bytes of a file. */
struct __attribute__((packed)) zip_end {
  uint32_t signature;
  uint16_t disk, directory_disk, members_here, members;
  uint32_t directory_size, directory;
  uint16_t comment_size;
};

#endif
