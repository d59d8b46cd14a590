/* SPDX-License-Identifier: Apache-2.0 */
/* What the user should know about the folder of a sweep: the notes of the first point that has any. All files are in
 * one folder, so the others would say the same. */
#include "sweep/sweep.h"

void sweep_take_notes(struct seam_sweep *sweep, uint64_t point, const seam_output *output) {
  if (sweep->note_count > 0 && sweep->noted != point) return;
  sweep->noted = point;
  for (const char *note; sweep->note_count < MOST_SWEEP_NOTES && (note = seam_output_note(output, sweep->note_count));)
    error_set(&sweep->notes[sweep->note_count++], SEAM_OK, "%s", note);
}

const char *seam_sweep_note(const seam_sweep *sweep, size_t index) {
  return index < sweep->note_count ? sweep->notes[index].message : NULL;
}
