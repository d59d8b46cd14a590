/* SPDX-License-Identifier: Apache-2.0 */
/* seam info: prints what this machine and this build have, or how a result was made. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "command/arguments.h"
#include "command/command.h"
#include "command/common/text.h"
#include "command/json.h"
#include "command/report.h"

enum { MOST_DEVICES = 64 };

static void print_machine(const seam_device *devices, size_t count) {
  const char *unavailable = seam_cuda_unavailable();
  printf("seam %s\n\nDevices:\n", seam_version());
  for (size_t i = 0; i < count; i++)
    printf("  %-5s %d  %s (%s)\n", devices[i].backend, devices[i].index, printable(devices[i].name).text,
           printable(devices[i].detail).text);
  if (unavailable) printf("  cuda    not available: %s\n", printable(unavailable).text);
  printf("\nMPI: %s\n", seam_mpi() ? printable(seam_mpi()).text : "not built in");
  printf("\nKinds:\n ");
  for (const char *const *kind = seam_kinds(); *kind; kind++) printf(" %s", *kind);
  putchar('\n');
}

static seam_status machine_json(const seam_device *devices, size_t count, seam_error *error) {
  json_t *object = json_event("info"), *list = json_array(), *kinds = json_array();
  const char *unavailable = seam_cuda_unavailable();
  for (size_t i = 0; i < count; i++) {
    json_t *device = json_object();
    json_object_set_new(device, "backend", json_text(devices[i].backend));
    json_object_set_new(device, "index", json_integer(devices[i].index));
    json_object_set_new(device, "name", json_text(devices[i].name));
    json_object_set_new(device, "detail", json_text(devices[i].detail));
    json_array_append_new(list, device);
  }
  for (const char *const *kind = seam_kinds(); *kind; kind++) json_array_append_new(kinds, json_text(*kind));
  json_object_set_new(object, "version", json_text(seam_version()));
  json_object_set_new(object, "devices", list);
  json_object_set_new(object, "cuda_unavailable", unavailable ? json_text(unavailable) : json_null());
  json_object_set_new(object, "mpi", seam_mpi() ? json_text(seam_mpi()) : json_null());
  json_object_set_new(object, "kinds", kinds);
  return json_line(object, error);
}

static seam_status machine(const struct arguments *arguments, seam_error *error) {
  seam_device devices[MOST_DEVICES];
  size_t count = seam_devices(devices, MOST_DEVICES);
  if (count > MOST_DEVICES) count = MOST_DEVICES;
  if (arguments->json) return machine_json(devices, count, error);
  print_machine(devices, count);
  return SEAM_OK;
}

static void print_coverage(const seam_result *result) {
  const uint64_t *ranges;
  size_t count = seam_result_coverage(result, &ranges);
  for (size_t i = 0; i < count; i++)
    printf("%s[%" PRIu64 ", %" PRIu64 ")", i ? " " : "  ids       ", ranges[2 * i], ranges[2 * i + 1]);
  putchar('\n');
}

static void print_histograms(const seam_result *result) {
  const seam_histogram *histogram;
  for (size_t i = 0; (histogram = seam_result_histogram_at(result, i)); i++) {
    printf("  %-14s ", printable(histogram->name).text);
    for (int axis = 0; axis < histogram->axis_count; axis++)
      printf("%s%s (%" PRId64 ")", axis ? " x " : "", printable(histogram->axes[axis].name).text,
             histogram->axes[axis].bins);
    putchar('\n');
  }
}

static void print_file(seam_result *result, const char *file) {
  seam_run run = seam_result_run(result);
  printf("%s: by seam %s on %s%s%s, %s, in %s\n", printable(file).text, printable(run.version).text,
         printable(run.backend).text, *run.isa ? " " : "", printable(run.isa).text, printable(run.device).text,
         text_time(run.seconds).text);
  report_result(result);
  print_coverage(result);
  printf("\nHistograms (bins):\n");
  print_histograms(result);
  printf("\nConfiguration:\n");
  report_config(seam_result_config(result));
}

seam_status info_run(struct arguments *arguments, seam_error *error) {
  if (!arguments->files[0]) return machine(arguments, error);
  seam_result *result = NULL;
  seam_status status = seam_result_read(arguments->files[0], &result, error);
  if (status) return status;
  if (arguments->json)
    status = json_file(result, arguments->files[0], error);
  else
    print_file(result, arguments->files[0]);
  seam_result_free(result);
  return status;
}
