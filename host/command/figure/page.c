/* SPDX-License-Identifier: Apache-2.0 */
/* The page that a figure is drawn on, as PNG, SVG or PDF, and its text. */
#include "command/figure/page.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/common/colour.h"
#include "command/common/failure.h"

static const double points_per_inch = 72, dots_per_inch = 300;
static const double room_for_two = 340; /* points (120 mm) */

const struct rgb ink = {0.1, 0.1, 0.1}, faint_ink = {0.45, 0.45, 0.45};

/* ---- The formats ---- */

struct bytes {
  unsigned char *data;
  size_t size, room;
};

static cairo_status_t append(void *closure, const unsigned char *data, unsigned length) {
  struct bytes *bytes = closure;
  if (bytes->size + length > bytes->room) {
    size_t room = 2 * (bytes->size + length);
    unsigned char *grown = realloc(bytes->data, room);
    if (!grown) return CAIRO_STATUS_NO_MEMORY;
    bytes->data = grown;
    bytes->room = room;
  }
  memcpy(bytes->data + bytes->size, data, length);
  bytes->size += length;
  return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *create_png(struct bytes *bytes, double width, double height, const char *description) {
  (void)bytes, (void)description; /* finish_png uses them */
  double scale = dots_per_inch / points_per_inch;
  cairo_surface_t *surface =
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(width * scale), (int)ceil(height * scale));
  cairo_surface_set_device_scale(surface, scale, scale);
  return surface;
}

static cairo_surface_t *create_svg(struct bytes *bytes, double width, double height, const char *description) {
  (void)description; /* finish_svg inserts it */
  cairo_surface_t *surface = cairo_svg_surface_create_for_stream(append, bytes, width, height);
  cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PT);
  return surface;
}

/* The file has no date, so that the same counts make the same bytes. */
static cairo_surface_t *create_pdf(struct bytes *bytes, double width, double height, const char *description) {
  cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(append, bytes, width, height);
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "");
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, description);
  return surface;
}

static const unsigned char *find(const struct bytes *bytes, const char *text) {
  size_t length = strlen(text);
  for (size_t i = 0; i + length <= bytes->size; i++)
    if (!memcmp(bytes->data + i, text, length)) return bytes->data + i;
  return NULL;
}

/* Inserts `text` at a place in the file. */
static cairo_status_t insert(struct bytes *bytes, size_t at, const void *text, size_t length) {
  cairo_status_t status = append(bytes, text, (unsigned)length); /* makes room */
  if (status) return status;
  memmove(bytes->data + at + length, bytes->data + at, bytes->size - length - at);
  memcpy(bytes->data + at, text, length);
  return CAIRO_STATUS_SUCCESS;
}

enum { PNG_HEAD = 33, CHUNK_HEAD = 8, CHUNK_SUM = 4 }; /* signature and IHDR; length and kind; CRC-32 */

static void put_big_endian(unsigned char *at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = (unsigned char)(value >> (24 - 8 * i));
}

static uint32_t crc_of(const unsigned char *bytes, size_t size) {
  uint32_t crc = UINT32_MAX;
  for (size_t i = 0; i < size; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return ~crc;
}

/* A chunk "tEXt" keeps the description. It holds Latin-1 only, so other characters become question marks. */
static cairo_status_t describe_png(struct bytes *bytes, const char *description) {
  static const char key[] = "tEXtDescription"; /* its final 0 separates the key from the text */
  size_t length = strlen(description), size = CHUNK_HEAD / 2 + sizeof key + length + CHUNK_SUM;
  unsigned char *chunk = malloc(size), *text = chunk ? chunk + CHUNK_HEAD / 2 + sizeof key : NULL;
  if (!chunk) return CAIRO_STATUS_NO_MEMORY;
  put_big_endian(chunk, (uint32_t)(sizeof key - CHUNK_HEAD / 2 + length));
  memcpy(chunk + CHUNK_HEAD / 2, key, sizeof key);
  for (size_t i = 0; i < length; i++) text[i] = (unsigned char)(description[i] & 0x80 ? '?' : description[i]);
  put_big_endian(text + length, crc_of(chunk + CHUNK_HEAD / 2, sizeof key + length));
  cairo_status_t status = insert(bytes, PNG_HEAD, chunk, size);
  free(chunk);
  return status;
}

static cairo_status_t finish_png(cairo_surface_t *surface, struct bytes *bytes, const char *description) {
  cairo_status_t status = cairo_surface_write_to_png_stream(surface, append, bytes);
  return status ? status : describe_png(bytes, description);
}

static cairo_status_t finish_pdf(cairo_surface_t *surface, struct bytes *bytes, const char *description) {
  (void)bytes, (void)description;
  cairo_surface_finish(surface);
  return cairo_surface_status(surface);
}

/* An element "desc" keeps the description, since a comment cannot hold "--". */
static cairo_status_t finish_svg(cairo_surface_t *surface, struct bytes *bytes, const char *description) {
  static const struct {
    char character;
    const char *text;
  } escapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}};
  struct bytes text = {0};
  cairo_status_t status = finish_pdf(surface, bytes, description);
  if (status == CAIRO_STATUS_SUCCESS) status = append(&text, (const unsigned char *)"<desc>", 6);
  for (const char *c = description; *c && status == CAIRO_STATUS_SUCCESS; c++) {
    const char *shown = (const char[]){*c, 0};
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
      if (*c == escapes[i].character) shown = escapes[i].text;
    status = append(&text, (const unsigned char *)shown, (unsigned)strlen(shown));
  }
  if (status == CAIRO_STATUS_SUCCESS) status = append(&text, (const unsigned char *)"</desc>\n", 8);
  const unsigned char *element = status ? NULL : find(bytes, "<svg"), *end = NULL;
  if (element) end = memchr(element, '\n', bytes->size - (size_t)(element - bytes->data));
  if (end) status = insert(bytes, (size_t)(end + 1 - bytes->data), text.data, text.size);
  free(text.data);
  return status;
}

static void begin_pdf_page(cairo_surface_t *surface, double width, double height) {
  cairo_surface_show_page(surface);
  cairo_pdf_surface_set_size(surface, width, height);
}

struct format {
  const char *suffix;
  cairo_surface_t *(*create)(struct bytes *bytes, double width, double height, const char *description);
  void (*begin_page)(cairo_surface_t *surface, double width, double height); /* NULL if the format has one page only */
  cairo_status_t (*finish)(cairo_surface_t *surface, struct bytes *bytes, const char *description);
};

static const struct format formats[] = {{".png", create_png, NULL, finish_png},
                                        {".svg", create_svg, NULL, finish_svg},
                                        {".pdf", create_pdf, begin_pdf_page, finish_pdf}};

const struct format *format_of(const char *path) {
  size_t length = strlen(path);
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    size_t suffix = strlen(formats[i].suffix);
    if (length > suffix && !strcmp(path + length - suffix, formats[i].suffix)) return &formats[i];
  }
  return NULL;
}

/* ---- Drawing ---- */

seam_status figure_out_of_memory(seam_error *error) {
  return fail(error, SEAM_ERROR_MEMORY, "out of memory for the figure: close other programs");
}

static seam_status cairo_failed(cairo_status_t status, seam_error *error) {
  /* libpng and FreeType do not say why they fail. */
  if (status != CAIRO_STATUS_INVALID_SIZE) return figure_out_of_memory(error);
  return fail(error, SEAM_ERROR_USAGE, "the figure cannot be drawn at this size (%s): choose another --width",
              cairo_status_to_string(status));
}

/* Text is not hinted, so that it is equally wide in every format. */
static void choose_font(cairo_t *cairo) {
  cairo_font_options_t *options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_set_font_options(cairo, options);
  cairo_font_options_destroy(options);
}

/* Cairo has letters of its own where no font is installed, and boxes for the other characters. A font may lack some of
 * them, too: its glyph 0 is a box. */
static seam_status check_font(cairo_t *cairo, seam_error *error) {
  static const char on_axes[] = "0u₀₁⁻⁰¹²³⁴⁵⁶⁷⁸⁹×−";
  cairo_glyph_t *glyphs = NULL;
  int count = 0, boxes = 0;
  cairo_status_t status = cairo_scaled_font_text_to_glyphs(cairo_get_scaled_font(cairo), 0, 0, on_axes, -1, &glyphs,
                                                           &count, NULL, NULL, NULL);
  if (status) return cairo_failed(status, error);
  for (int i = 0; i < count; i++) boxes += glyphs[i].index == 0;
  cairo_glyph_free(glyphs);
  if (boxes == 0) return SEAM_OK;
  return fail(error, SEAM_ERROR_BACKEND,
              "no installed font has all characters of the axes: install DejaVu Sans, the package "
              "fonts-dejavu-core on Debian and Ubuntu, dejavu-sans-fonts on Fedora");
}

/* The parts of a document on one page. */
struct sheet {
  const struct document *document;
  int first, count;
  double width, height; /* known after drawing */
};

static seam_status draw_parts(struct page *page, const struct sheet *sheet, seam_error *error) {
  const struct document *document = sheet->document;
  seam_status status = SEAM_OK;
  for (int i = 0; i < sheet->count && status == SEAM_OK; i++) {
    status = document->draw(page, document->user, sheet->first + i, error);
    page->y += page->size;
  }
  if (status == SEAM_OK) document->end(page, document->user);
  return status;
}

static seam_status draw_on(cairo_surface_t *surface, struct sheet *sheet, seam_error *error) {
  struct page page = {.cairo = cairo_create(surface), .wide = sheet->width >= room_for_two};
  page.size = page.wide ? 8 : 7;
  page.left = page.y = 0.6 * page.size;
  page.width = sheet->width - 2 * page.left;
  choose_font(page.cairo);
  cairo_set_source_rgb(page.cairo, 1, 1, 1);
  cairo_paint(page.cairo);
  page_font(&page, 1, false);
  seam_status status = check_font(page.cairo, error);
  if (status == SEAM_OK) status = draw_parts(&page, sheet, error);
  sheet->height = page.y + page.left;
  if (status == SEAM_OK && page.no_memory) status = figure_out_of_memory(error);
  if (status == SEAM_OK && cairo_status(page.cairo)) status = cairo_failed(cairo_status(page.cairo), error);
  cairo_destroy(page.cairo);
  return status;
}

static seam_status measure(struct sheet *sheet, seam_error *error) {
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
  seam_status status = draw_on(surface, sheet, error);
  cairo_surface_destroy(surface);
  return status;
}

/* Draws page after page. The first page creates *surface. */
static seam_status draw_sheets(const struct format *format, double width, const struct document *document,
                               struct bytes *bytes, cairo_surface_t **surface, double *height, seam_error *error) {
  int each = format->begin_page ? 1 : document->parts;
  for (int first = 0; first < document->parts; first += each) {
    struct sheet sheet = {document, first, each, width, 0};
    seam_status status = measure(&sheet, error);
    if (status) return status;
    if (first > 0)
      format->begin_page(*surface, width, sheet.height);
    else
      *surface = format->create(bytes, width, sheet.height, document->description);
    *height = sheet.height;
    status = draw_on(*surface, &sheet, error);
    if (status) return status;
  }
  return SEAM_OK;
}

bool format_has_pages(const struct format *format) { return format->begin_page != NULL; }

seam_status page_render(const struct format *format, double width, const struct document *document,
                        struct drawing *drawing, seam_error *error) {
  struct bytes bytes = {0};
  cairo_surface_t *surface = NULL;
  *drawing = (struct drawing){0};
  seam_status status = draw_sheets(format, width, document, &bytes, &surface, &drawing->height, error);
  cairo_status_t finished = status ? CAIRO_STATUS_SUCCESS : format->finish(surface, &bytes, document->description);
  if (finished) status = cairo_failed(finished, error);
  cairo_surface_destroy(surface);
  if (status) {
    free(bytes.data);
    return status;
  }
  drawing->bytes = bytes.data;
  drawing->size = bytes.size;
  return SEAM_OK;
}

/* ---- Text ---- */

void page_colour(struct page *page, struct rgb colour, double opacity) {
  cairo_set_source_rgba(page->cairo, colour.red, colour.green, colour.blue, opacity);
}

/* DejaVu Sans has the superscripts, and Debian installs it with fontconfig. If it is missing, Cairo takes another,
 * which check_font looks at. */
void page_font(struct page *page, double factor, bool bold) {
  cairo_select_font_face(page->cairo, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                         bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(page->cairo, factor * page->size);
}

double page_text_width(struct page *page, const char *text) {
  cairo_text_extents_t extents;
  cairo_text_extents(page->cairo, text, &extents);
  return extents.x_advance;
}

void page_font_within(struct page *page, double factor, const char *text, double room) {
  page_font(page, factor, false);
  double width = page_text_width(page, text);
  if (width > room) page_font(page, factor * room / width, false);
}

static double half_a_capital(struct page *page) {
  cairo_text_extents_t extents;
  cairo_text_extents(page->cairo, "H", &extents);
  return extents.height / 2;
}

void page_text(struct page *page, double x, double y, double align, const char *text) {
  cairo_move_to(page->cairo, x - align * page_text_width(page, text), y + half_a_capital(page));
  cairo_show_text(page->cairo, text);
}

void page_text_up(struct page *page, double x, double y, const char *text) {
  cairo_save(page->cairo);
  cairo_translate(page->cairo, x, y);
  cairo_rotate(page->cairo, -acos(-1) / 2);
  page_text(page, 0, 0, CENTRED, text);
  cairo_restore(page->cairo);
}

static bool is_within_character(const char *at) { return ((unsigned char)*at & 0xc0) == 0x80; }

/* Text that is not UTF-8 may be cut anywhere. */
size_t text_within(const char *text, size_t most) {
  enum { LONGEST_CHARACTER = 4 };
  size_t length = strnlen(text, most + 1), cut = most;
  if (length <= most) return length;
  while (cut > 0 && most - cut < LONGEST_CHARACTER - 1 && is_within_character(text + cut)) cut--;
  return is_within_character(text + cut) ? most : cut;
}

enum { LONGEST_LINE = 1024, LONGEST_PIECE = 500 };

/* The length of the first piece of `text` that is not broken: up to a blank or a comma, and at most LONGEST_PIECE. */
static size_t piece_of(const char *text) {
  size_t length = strcspn(text, " ,");
  length += text[length] == ',';
  return length <= LONGEST_PIECE ? length : text_within(text, LONGEST_PIECE);
}

/* Moves the next line from *text to `line`. Returns false if there is none. */
static bool take_line(struct page *page, const char **text, char line[LONGEST_LINE]) {
  bool gap = false;
  for (line[0] = '\0'; **text;) {
    char longer[LONGEST_LINE];
    size_t piece = piece_of(*text);
    int length = snprintf(longer, sizeof longer, "%s%s%.*s", line, gap ? " " : "", (int)piece, *text);
    if (*line && (length >= LONGEST_LINE || page_text_width(page, longer) > page->width)) break;
    memcpy(line, longer, sizeof longer);
    gap = (*text)[piece] == ' ';
    *text += piece + gap;
  }
  return *line;
}

static double line_height(struct page *page) {
  cairo_font_extents_t font;
  cairo_font_extents(page->cairo, &font);
  return font.height;
}

void page_paragraph(struct page *page, const char *text) {
  char line[LONGEST_LINE];
  double height = line_height(page);
  for (; take_line(page, &text, line); page->y += height)
    page_text(page, page->left, page->y + height / 2, LEFT_ALIGNED, line);
}

double page_paragraph_height(struct page *page, const char *text) {
  char line[LONGEST_LINE];
  double height = 0;
  while (take_line(page, &text, line)) height += line_height(page);
  return height;
}
