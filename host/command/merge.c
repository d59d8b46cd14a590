/* SPDX-License-Identifier: Apache-2.0 */
/* seam merge: joins the results of parts of one run. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/printable.h"
#include "command/arguments.h"
#include "command/command.h"
#include "command/common/failure.h"
#include "command/common/result_kind.h"
#include "command/common/text.h"
#include "command/json.h"
#include "command/output_note.h"
#include "command/report.h"

static void report(const struct arguments *arguments, seam_result *result) {
  uint64_t asked = strtoull(seam_config_get(seam_result_config(result), "chains"), NULL, 10);
  uint64_t missing = asked - seam_result_chains(result);
  struct printable output = printable(arguments->output);
  report_result(result);
  if (missing)
    printf("%s of %s chains are missing: seam %s --config %s --resume --output %s runs them\n",
           text_count((int64_t)missing).text, text_count((int64_t)asked).text,
           is_prediction(result) ? "predict" : "train", output.text, output.text);
  printf("%d files merged, written to %s\n", arguments->file_count, output.text);
}

static seam_status merge(const struct arguments *arguments, seam_output *output, seam_error *error) {
  seam_result *result;
  seam_status status = seam_merge(arguments->files, (size_t)arguments->file_count, &result, error);
  if (status) return status;
  status = seam_output_write(output, result, error);
  if (status == SEAM_OK && arguments->json)
    status = json_result(result, false, arguments->output, error);
  else if (status == SEAM_OK)
    report(arguments, result);
  seam_result_free(result);
  return status;
}

seam_status merge_run(struct arguments *arguments, seam_error *error) {
  seam_output *output;
  if (!arguments->output)
    return fail(error, SEAM_ERROR_USAGE, "seam merge needs --output FILE, the file for the joined result");
  seam_status status = output_open_and_tell(arguments->output, arguments->force, &output, error);
  if (status) return status;
  status = merge(arguments, output, error);
  seam_output_close(output);
  return status;
}
