/* SPDX-License-Identifier: Apache-2.0 */
/* The list of component kinds: X(enumerator, name, family, size, parameters). Each family is a file of this folder. */
#ifndef SEAM_LIST_H
#define SEAM_LIST_H

/* clang-format off */
#define COMPONENT_KINDS(X)             \
  X(LINEAR,   linear,   linear,    0,  1) \
  X(LOGISTIC, logistic, logistic,  0,  2) \
  X(BUFFER,   buffer,   buffer,    0,  4) \
  X(MLP4,     mlp4,     mlp,       4, 13) \
  X(MLP8,     mlp8,     mlp,       8, 25) \
  X(MLP16,    mlp16,    mlp,      16, 49) \
  X(TABLE8,   table8,   table,     8,  8) \
  X(TABLE16,  table16,  table,    16, 16)
/* clang-format on */

#define COMPONENT_ENUMERATOR(kind, name, family, size, parameters) KIND_##kind,
enum component_kind { COMPONENT_KINDS(COMPONENT_ENUMERATOR) KINDS };
#undef COMPONENT_ENUMERATOR

/* The largest number of parameters of any kind, and of values per voltage that a forward pass saves. */
enum { MAX_PARAMETERS = 49, MAX_SAVED = 16 };

#endif
