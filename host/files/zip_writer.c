/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a zip file in memory, without dates, so that the same members make the same bytes. */
#include "files/zipfile.h"

#include <minizip/zip.h>
#include <stdlib.h>

#include "files/zip_memory.h"

struct zip_writer {
  struct zip_memory memory;
  zipFile zip;
};

struct zip_writer *zip_writer_create(void) {
  struct zip_writer *writer = calloc(1, sizeof *writer);
  if (!writer) return NULL;
  zlib_filefunc64_def calls = zip_memory_calls(&writer->memory);
  writer->zip = zipOpen2_64("", APPEND_STATUS_CREATE, NULL, &calls);
  if (!writer->zip) {
    free(writer);
    return NULL;
  }
  return writer;
}

/* Writes in parts, because minizip counts the bytes of one call in 32 bits. */
static int write_all(zipFile zip, const unsigned char *bytes, size_t size) {
  const size_t most = (size_t)1 << 30;
  int status = ZIP_OK;
  while (size && status == ZIP_OK) {
    size_t part = size < most ? size : most;
    status = zipWriteInFileInZip(zip, bytes, (unsigned)part);
    bytes += part;
    size -= part;
  }
  return status;
}

/* The zip is in memory, so writing fails only when memory is out. */
static seam_status writing_failed(seam_error *error) {
  return error_set(error, SEAM_ERROR_MEMORY,
                   "out of memory: the result cannot be packed; free memory or ask for fewer bins");
}

seam_status zip_writer_add(struct zip_writer *writer, const char *name, const void *head, size_t head_size,
                           const void *body, size_t body_size, seam_error *error) {
  /* A member close to 4 GiB can overflow the 32-bit fields of a plain zip. Smaller members stay plain, for all readers.
   */
  const uint64_t plain = ((uint64_t)1 << 32) - ((uint64_t)1 << 16);
  int zip64 = (uint64_t)head_size + body_size >= plain;
  /* minizip sets date and attributes to zero if there is no zip_fileinfo. */
  int opened =
      zipOpenNewFileInZip64(writer->zip, name, NULL, NULL, 0, NULL, 0, NULL, Z_DEFLATED, Z_DEFAULT_COMPRESSION, zip64);
  if (opened != ZIP_OK) return writing_failed(error);
  int written = write_all(writer->zip, head, head_size);
  if (written == ZIP_OK && body) written = write_all(writer->zip, body, body_size);
  int closed = zipCloseFileInZip(writer->zip);
  if (written != ZIP_OK || closed != ZIP_OK || writer->memory.failed) return writing_failed(error);
  return SEAM_OK;
}

seam_status zip_writer_finish(struct zip_writer *writer, unsigned char **bytes, size_t *size, seam_error *error) {
  int closed = zipClose(writer->zip, NULL);
  writer->zip = NULL;
  if (closed != ZIP_OK || writer->memory.failed) {
    zip_writer_free(writer);
    return writing_failed(error);
  }
  *bytes = writer->memory.bytes;
  *size = writer->memory.size;
  free(writer);
  return SEAM_OK;
}

void zip_writer_free(struct zip_writer *writer) {
  if (!writer) return;
  if (writer->zip) zipClose(writer->zip, NULL);
  free(writer->memory.bytes);
  free(writer);
}
