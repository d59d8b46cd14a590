/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations: each option at its default, at its limits, just outside them and with garbage; text and JSON there
 * and back; options that depend on each other; and all of this in a locale that writes a decimal comma. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <locale.h>

#include "config/config.h"
#include "config/option.h"
#include "base/did_you_mean.h"
#include "base/json_text.h"
#include "base/printable.h"
#include "support/sample_result.h"

static struct seam_config config;
static seam_error error;

static int defaults(void **state) {
  (void)state;
  config_defaults(&config);
  return 0;
}

static void takes(const char *name, const char *value, const char *printed) {
  if (seam_config_set(&config, name, value, &error)) fail_msg("--%s %s: %s", name, value, error.message);
  assert_string_equal(seam_config_get(&config, name), printed);
}

/* Expects a refusal that names the option and the value and leaves the configuration as it was. */
static void refuses(const char *name, const char *value) {
  struct seam_config before = config;
  char start[128];
  if (!seam_config_set(&config, name, value, &error)) fail_msg("--%s %s was taken", name, value);
  assert_int_equal(error.status, SEAM_ERROR_USAGE);
  snprintf(start, sizeof start, "--%s %.60s", name, *value ? value : "''");
  if (strncmp(error.message, start, strlen(start))) fail_msg("'%s' does not begin with '%s'", error.message, start);
  assert_memory_equal(&before, &config, sizeof config);
}

static void message_has(const char *part) {
  if (!strstr(error.message, part)) fail_msg("'%s' does not say '%s'", error.message, part);
}

/* ---- Single options ---- */

static void defaults_are_those_documented(void **state) {
  (void)state;
  static const char *const design[][2] = {
      {"first", "mlp8"},
      {"second", "mlp8"},
      {"chains", "262144"},
      {"first-chain", "0"},
      {"seed", "1"},
      {"steps", "1000"},
      {"optimizer", "adam"},
      {"lr", "0.01"},
      {"samples", "4"},
      {"loss", "mse"},
      {"input-margin", "0.3"},
      {"output-margin", "0.1"},
      {"input-noise", "0"},
      {"interface-noise", "0"},
      {"init-scale", "1"},
      {"beta", "10"},
      {"draws", "65536"},
      {"cells", "1024"},
      {"task", "train"},
      {"bins", "256"},
      {"range", "-2.5:3.5"},
      {"width-range", "0:2"},
      {"slack-range", "0:1"},
      {"math", "exact"},
      {"backend", "auto"},
      {"device", "0"},
      {"isa", "auto"},
      {"threads", "0"},
      {"slice", "0"},
      {"shard", "1/1"},
      {"checkpoint-every", "0"},
      {"output", "seam.zip"},
      {"histograms", "interface,mapping,response,loss,width,slack,selection,snapshots"}};
  size_t count = sizeof design / sizeof *design;
  for (size_t i = 0; i < count; i++) assert_string_equal(seam_config_get(&config, design[i][0]), design[i][1]);
  const seam_option *option = seam_options();
  for (; option->name; option++) {
    char before[sizeof config.text];
    strcpy(before, seam_config_get(&config, option->name));
    takes(option->name, option->value, before);
    assert_true(*option->limits && *option->help);
  }
  assert_int_equal(option - seam_options(), count);
  assert_null(seam_config_get(&config, "nothing"));
}

static void periods_are_times_or_chains(void **state) {
  (void)state;
  static const char *const taken[][2] = {{"0", "0"},        {"30s", "30s"},     {"10m", "600s"},    {"1.5h", "5400s"},
                                         {"1M", "1000000"}, {"1e6", "1000000"}, {"0.25s", "0.25s"}, {"0s", "0"}};
  static const char *const refused[] = {"", "s", "m", "10x", "-5s", "-5", "1.5", "10 m", "1e30h", "nans", "10ms"};
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
    takes("checkpoint-every", taken[i][0], taken[i][1]);
    takes("checkpoint-every", taken[i][1], taken[i][1]);
  }
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) refuses("checkpoint-every", refused[i]);
}

static void shards_are_read_and_printed(void **state) {
  (void)state;
  static const char *const refused[] = {"",    "3",   "/",   "1/",        "/2",  "0/2",
                                        "3/2", "1/0", "0/0", "1/1000001", "a/b", "-1/2"};
  takes("shard", "3/7", "3/7");
  takes("shard", "1000000/1M", "1000000/1000000");
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) refuses("shard", refused[i]);
}

/* Promise 5: every chain is in exactly one shard, no pair is broken up, and sizes differ by one pair at most. */
static void every_chain_is_in_exactly_one_shard(void **state) {
  (void)state;
  static const uint64_t runs[][3] = {{0, 100, 7},
                                     {0, 14, 7},
                                     {6, 1000001, 16},
                                     {7, 55, 3},
                                     {1, 9, 2},
                                     {UINT64_MAX - 1000, 1000, 13},
                                     {4, INT64_MAX, 1000000}};
  for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
    uint64_t next = runs[i][0], begin, end, size = runs[i][1] / runs[i][2];
    config.first_chain = next;
    config.chains = runs[i][1];
    config.shard.count = runs[i][2];
    for (config.shard.index = 1; config.shard.index <= runs[i][2]; config.shard.index++, next = end) {
      config_shard(&config, &begin, &end);
      assert_true(begin == next && end > begin && end - begin + 2 > size && end - begin <= size + 3);
      assert_true(begin % 2 == 0 || config.shard.index == 1);
    }
    assert_true(next == runs[i][0] + runs[i][1]);
  }
}

static void a_shard_of_nothing_is_refused(void **state) {
  (void)state;
  takes("chains", "4", "4");
  takes("shard", "1/4", "1/4");
  assert_int_equal(seam_config_check(&config, &error), SEAM_ERROR_USAGE);
  message_has("--shard 1/4");
}

static void the_first_difference_is_named(void **state) {
  (void)state;
  static struct seam_config other;
  struct config_difference difference;
  config_defaults(&other);
  other.chains = 7;
  other.first_chain = 9;
  other.threads = 3;
  other.shard.count = 4;
  assert_false(config_differs(&config, &other, &difference));
  other.histograms = 1;
  other.lr = 0.5;
  assert_true(config_differs(&config, &other, &difference));
  assert_string_equal(difference.option, "lr");
  assert_string_equal(difference.values[0], "0.01");
  assert_string_equal(difference.values[1], "0.5");
}

static void extended_chains_hold_both(void **state) {
  (void)state;
  static struct seam_config other;
  config_defaults(&other);
  config.first_chain = 100;
  config.chains = 50;
  other.first_chain = 20;
  other.chains = 10;
  assert_int_equal(config_extend(&config, &other, &error), SEAM_OK);
  assert_true(config.first_chain == 20 && config.chains == 130);
  other.first_chain = UINT64_MAX - 100;
  assert_int_equal(config_extend(&config, &other, &error), SEAM_ERROR_MISMATCH);
  assert_true(config.first_chain == 20 && config.chains == 130);
}

static void whole_numbers_have_limits(void **state) {
  (void)state;
  static const struct {
    const char *name, *lowest, *below, *highest, *above;
  } cases[] = {
      {"chains", "1", "0", "9223372036854775807", "9223372036854775808"},
      {"first-chain", "0", "-1", "18446744073709551614", "18446744073709551615"},
      {"seed", "0", "-1", "18446744073709551615", "18446744073709551616"},
      {"steps", "0", "-1", "2147483647", "2147483648"},
      {"samples", "1", "0", "64", "65"},
      {"bins", "1", "0", "4096", "4097"},
      {"draws", "1", "0", "16777216", "16777217"},
      {"cells", "1", "0", "4096", "4097"},
      {"threads", "0", "-1", "1024", "1025"},
      {"slice", "0", "-1", "1048576", "1048577"},
  };
  static const char *const garbage[] = {"",   " ",  "x",    "1.5", "1x", "1 ",  " 1",   "nan", "inf",
                                        "1e", "e3", ".",    "1,5", "0x", "0xg", "1e-1", "--1", "1e99999999999999999999",
                                        "-0", "1m", "1e3.5"};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    takes(cases[i].name, cases[i].lowest, cases[i].lowest);
    refuses(cases[i].name, cases[i].below);
    takes(cases[i].name, cases[i].highest, cases[i].highest);
    refuses(cases[i].name, cases[i].above);
    for (size_t g = 0; g < sizeof garbage / sizeof *garbage; g++) refuses(cases[i].name, garbage[g]);
  }
}

static void numbers_have_several_forms(void **state) {
  (void)state;
  static const char *const forms[][2] = {{"1e6", "1000000"},
                                         {"1M", "1000000"},
                                         {"1k", "1000"},
                                         {"1K", "1000"},
                                         {"2.5k", "2500"},
                                         {"1G", "1000000000"},
                                         {"2T", "2000000000000"},
                                         {"1.5e1", "15"},
                                         {"1500e-2", "15"},
                                         {"+7", "7"},
                                         {"007", "7"},
                                         {"7.000", "7"},
                                         {".5e1", "5"},
                                         {"0x2a", "42"},
                                         {"0XFFFFFFFFFFFFFFFF", "18446744073709551615"},
                                         {"1.8446744073709551615e19", "18446744073709551615"},
                                         {"9007199254740993", "9007199254740993"}, /* no double has this value */
                                         {"0e999999", "0"}};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) takes("seed", forms[i][0], forms[i][1]);
  refuses("seed", "0x10000000000000000");
  refuses("seed", "1.8446744073709551616e19");
  refuses("seed", "18446744073709551615k");
}

static void real_numbers_have_limits(void **state) {
  (void)state;
  static const char *const positive[] = {"lr", "init-scale", "beta"};
  static const char *const margins[] = {"input-margin", "output-margin"};
  static const char *const noises[] = {"input-noise", "interface-noise"};
  static const char *const garbage[] = {"",      "x",    "nan", "NaN",    "inf", "-inf", "infinity", "-1",
                                        "1e400", "0.1x", "0,1", "0x1p-3", "1e",  " 1",   "1 ",       "-1e-300"};
  for (size_t i = 0; i < 3; i++) {
    takes(positive[i], "5e-324", "5e-324");
    takes(positive[i], "1.7976931348623157e308", "1.7976931348623157e+308");
    refuses(positive[i], "0");
    refuses(positive[i], "1e-400");
    for (size_t g = 0; g < sizeof garbage / sizeof *garbage; g++) refuses(positive[i], garbage[g]);
  }
  for (size_t i = 0; i < 2; i++) {
    takes(margins[i], "0", "0");
    takes(margins[i], "0.49999999999999994", "0.49999999999999994");
    refuses(margins[i], "0.5");
    takes(noises[i], "0", "0");
    takes(noises[i], "-0", "0");
    takes(noises[i], "1e300", "1e+300");
    for (size_t g = 0; g < sizeof garbage / sizeof *garbage; g++) {
      refuses(margins[i], garbage[g]);
      refuses(noises[i], garbage[g]);
    }
  }
}

/* Numbers print as the shortest text that reads back as the same value. */
static void real_numbers_print_shortest_and_read_back(void **state) {
  (void)state;
  static const char *const texts[] = {"0.1",   "0.3",    "10",    "100", "1e+30", "2.5", "0.30000000000000004",
                                      "1e-05", "123456", "0.0001"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) takes("lr", texts[i], texts[i]);
  takes("lr", "2.5k", "2500");
  uint64_t x = 88172645463325252u;
  for (int i = 0; i < 2000; i++) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    double value = (double)(x >> 11) / (double)(x & 0xffff ? x & 0xffff : 1);
    config.lr = value;
    char text[64];
    strcpy(text, seam_config_get(&config, "lr"));
    assert_int_equal(seam_config_set(&config, "lr", text, &error), SEAM_OK);
    assert_true(config.lr == value);
  }
}

static void ranges_are_read_and_refused(void **state) {
  (void)state;
  takes("range", "-2.5:3.5", "-2.5:3.5");
  takes("range", "-1e6:1M", "-1e+06:1e+06");
  takes("range", "0:1", "0:1");
  static const char *const wrong[] = {"",      ":",     "1",    "1:",         ":1",        "1:1", "2:1", "nan:1",
                                      "0:inf", "0:1:2", "0:1x", "-1000001:0", "0:1000001", "0,1", "0;1", "a:b"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) refuses("range", wrong[i]);
  takes("width-range", "0.5:1M", "0.5:1e+06");
  takes("slack-range", "-0:3", "0:3");
  refuses("width-range", "-0.1:1");
  refuses("slack-range", "0.1:1");
  refuses("slack-range", "0:2M");
}

static void names_are_taken_and_others_refused_with_the_right_ones(void **state) {
  (void)state;
  static const struct {
    const char *name, *values[9];
  } cases[] = {
      {"first", {"linear", "logistic", "buffer", "mlp4", "mlp8", "mlp16", "table8", "table16", NULL}},
      {"second", {"linear", "logistic", "buffer", "mlp4", "mlp8", "mlp16", "table8", "table16", NULL}},
      {"optimizer", {"sgd", "adam", "langevin", NULL}},
      {"loss", {"mse", "hinge", NULL}},
      {"math", {"exact", "fast", NULL}},
      {"backend", {"auto", "cpu", "cuda", NULL}},
      {"isa", {"auto", "baseline", "v3", "v4", NULL}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    refuses(cases[i].name, "");
    assert_int_equal(seam_config_set(&config, cases[i].name, "Zebra\n\033[31m", &error), SEAM_ERROR_USAGE);
    assert_null(strpbrk(error.message, "\n\033"));
    for (size_t v = 0; cases[i].values[v]; v++) {
      takes(cases[i].name, cases[i].values[v], cases[i].values[v]);
      refuses(cases[i].name, "zebra");
      message_has(cases[i].values[v]); /* the message lists every right value */
    }
  }
  for (int kind = 0; seam_kinds()[kind]; kind++) assert_string_equal(seam_kinds()[kind], kind_name(kind));
  assert_null(seam_kinds()[KINDS]);
}

static void histograms_are_lists_of_names(void **state) {
  (void)state;
  takes("histograms", "none", "none");
  assert_int_equal(config.histograms, 0);
  takes("histograms", "loss,interface", "interface,loss");
  assert_int_equal(config.histograms, 1 << HISTOGRAM_LOSS | 1 << HISTOGRAM_INTERFACE);
  takes("histograms", "snapshots", "snapshots");
  takes("histograms", "all", "interface,mapping,response,loss,width,slack,selection,snapshots");
  assert_int_equal(config.histograms,
                   (1 << HISTOGRAM_INTERCHANGE) - 1); /* the defaults leave out interchange, the last one */
  takes("histograms", "interchange", "interchange");
  takes("histograms", "interchange,loss", "loss,interchange");
  takes("histograms", "all,loss", "interface,mapping,response,loss,width,slack,selection,snapshots");
  static const char *const all[] = {"all,interchange", "interchange,all"};
  for (size_t i = 0; i < 2; i++) {
    takes("histograms", all[i], "interface,mapping,response,loss,width,slack,selection,snapshots,interchange");
    assert_int_equal(config.histograms, (1 << HISTOGRAM_COMPONENTS) - 1);
  }
  static const char *const wrong[] = {"", ",", "loss,", ",loss", "los", "loss loss", "all,", "none,loss", "Loss"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_int_not_equal(seam_config_set(&config, "histograms", wrong[i], &error), 0);
}

static void devices_are_lists_of_cards(void **state) {
  (void)state;
  static const char *const good[][2] = {{"0", "0"},         {"1023", "1023"}, {"1e1", "10"},   {"all", "all"},
                                        {"0,2,3", "0,2,3"}, {"3,0", "3,0"},   {"0x2,1", "2,1"}};
  static const char *const wrong[][2] = {
      {"", "not a number"},      {"-1", "negative"},        {"1024", "too large"},
      {"0,1024", "too large"},   {"0,", "not a number"},    {",0", "not a number"},
      {"0,,1", "not a number"},  {"0, 1", "not a number"},  {"1.5", "not whole"},
      {"All", "not a number"},   {"all,0", "not a number"}, {"0,all", "not a number"},
      {"1,2,1", "a card twice"}, {"2,0x2", "a card twice"}, {"18446744073709551616", "too large"}};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) takes("device", good[i][0], good[i][1]);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    refuses("device", wrong[i][0]);
    message_has(wrong[i][1]);
  }
  char many[512] = "0";
  for (int k = 1; k < 64; k++) snprintf(many + strlen(many), sizeof many - strlen(many), ",%d", k);
  takes("device", many, many);
  strcat(many, ",64");
  refuses("device", many);
  message_has("names more than 64 cards");
}

static void output_is_a_path(void **state) {
  (void)state;
  char longest[4097];
  memset(longest, 'a', sizeof longest);
  longest[4096] = '\0';
  refuses("output", "");
  refuses("output", longest);
  longest[4095] = '\0';
  takes("output", longest, longest);
}

static void a_misspelt_option_gets_a_suggestion(void **state) {
  (void)state;
  refuses("first", "mpl8");
  message_has("did you mean mlp8?");
  refuses("optimizer", "ADAM");
  message_has("did you mean adam?");
  refuses("first", "hippopotamus");
  assert_null(strstr(error.message, "did you mean"));
  assert_int_equal(seam_config_set(&config, "stpes", "1", &error), SEAM_ERROR_USAGE);
  message_has("--stpes: unknown option; did you mean --steps?");
  refuses("first", "mlp");
  message_has("did you mean mlp4, mlp8 or mlp16?");
  static const char *const parts[][2] = {{"noise", "did you mean --input-noise or --interface-noise?"},
                                         {"margin", "did you mean --input-margin or --output-margin?"},
                                         {"chain", "did you mean --chains or --first-chain?"},
                                         {"OPTIM", "did you mean --optimizer?"},
                                         {"random-seed", "did you mean --seed?"},
                                         {"seedling", "unknown option; seam train --help lists them"},
                                         {"io", "unknown option; seam train --help lists them"}};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    assert_int_equal(seam_config_set(&config, parts[i][0], "1", &error), SEAM_ERROR_USAGE);
    message_has(parts[i][1]);
  }
  assert_int_equal(seam_config_set(&config, "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "1", &error),
                   SEAM_ERROR_USAGE);
  message_has("unknown option");
  static const char *const names[] = {"ab", "abcdef", NULL};
  assert_string_equal(did_you_mean("xy", names, "").text, "");
  assert_string_equal(did_you_mean("", names, "").text, "");
  assert_string_equal(did_you_mean("abcdfe", names, "").text, "abcdef");
}

/* ---- Text of others ---- */

static void prints(const char *text, const char *expected) {
  assert_string_equal(printable(text).text, expected);
  error_set(&error, SEAM_ERROR_IO, "%s", text);
  assert_string_equal(error.message, expected);
}

static void text_of_others_is_made_printable(void **state) {
  (void)state;
  static const char *const whole[] = {"", "runs/a b.zip", "\u00a0\u07ff\u0800 caf\u00e9 \u4e2d\ufffd",
                                      "\U0001f600 \U0010ffff"};
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) prints(whole[i], whole[i]);
  prints("a\x01\n\x1b[31m\x7f", "a???[31m?");
  prints("\xc2\x80 \xc2\x9b\x33m \xc2\x9f", "? ?3m ?");                             /* U+0080, U+009B, U+009F */
  prints("\u200d\u200e\u200f\u2028\u2029\u202a\u202e\u2030", "\u200d??????\u2030"); /* lines and directions */
  prints("\u061b\u061c \u2065\u2066\u2069\u206a", "\u061b? \u2065??\u206a");
  prints("\x9b\x33m \xff\xfe caf\xe9", "?3m ?? caf?");                         /* bytes that begin no character */
  prints("\xc0\x9b \xc1\xbf \xe0\x82\x9b \xf0\x80\x82\x9b", "?? ?? ??? ????"); /* longer forms than needed */
  prints("\xed\xa0\x80 \xf4\x90\x80\x80", "? ?"); /* a surrogate, and the first code after the last */
  prints("\xe4\xb8|\xf0\x9f\x98", "??|???");      /* characters that are cut off */
  char path[5000] = "";
  memset(path, 'x', sizeof path - 1);
  assert_int_equal(strlen(printable(path).text), 4095);
}

/* ---- Options together ---- */

static void fits(void) {
  if (seam_config_check(&config, &error)) fail_msg("%s", error.message);
}

static void clashes(const char *part) {
  assert_int_equal(seam_config_check(&config, &error), SEAM_ERROR_USAGE);
  message_has(part);
}

static void set(const char *name, const char *value) { takes(name, value, value); }

static void ids_end_at_64_bits(void **state) {
  (void)state;
  fits();
  set("first-chain", "18446744073709551614");
  set("chains", "1");
  fits();
  set("chains", "2");
  clashes("--first-chain");
}

/* A shard holds whole pairs of chains if pairs are counted. */
static void pairs_of_chains_stay_whole(void **state) {
  (void)state;
  set("chains", "7");
  set("first-chain", "3");
  fits();
  set("histograms", "interchange");
  clashes("--chains 7: interchange counts pairs of chains");
  set("chains", "8");
  clashes("--first-chain 3");
  message_has("make it even, or leave interchange out of --histograms");
  set("first-chain", "4");
  fits();
}

static void more_than_2_to_the_32_draws_are_refused(void **state) {
  (void)state;
  set("samples", "64");
  set("steps", "67108865");
  fits(); /* training without noise draws nothing */
  set("input-noise", "0.1");
  clashes("--steps 67108865");
  message_has("at most 67108864");
  set("steps", "67108864");
  fits();
  set("input-noise", "0");
  set("interface-noise", "0.1");
  fits();
  set("steps", "67108865");
  clashes("--steps");
}

static void langevin_draws_count_towards_the_limit(void **state) {
  (void)state;
  static const struct {
    const char *first, *second, *most, *over;
  } cases[] = {{"mlp16", "linear", "330382099", "330382100"},
               {"table8", "mlp16", "330382099", "330382100"},
               {"mlp8", "mlp4", "613566756", "613566757"},
               {"table16", "buffer", "1073741824", "1073741825"},
               {"mlp4", "table8", "1073741824", "1073741825"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    set("first", cases[i].first);
    set("second", cases[i].second);
    set("steps", cases[i].over);
    set("optimizer", "sgd");
    fits();
    set("optimizer", "langevin");
    clashes("langevin");
    message_has(cases[i].most);
    set("steps", cases[i].most);
    fits();
  }
  set("first", "buffer");
  set("second", "table8");
  set("steps", "2147483647");
  fits();
}

static void values_must_fit_in_floats(void **state) {
  (void)state;
  static const char *const wrong[][4] = {{"lr", "1e39", "optimizer", "sgd"},
                                         {"lr", "1e38", "optimizer", "adam"},
                                         {"lr", "1e-60", "optimizer", "sgd"},
                                         {"beta", "1e-300", "optimizer", "langevin"},
                                         {"beta", "1e300", "optimizer", "langevin"},
                                         {"init-scale", "1e38", "optimizer", "sgd"},
                                         {"init-scale", "1e-60", "optimizer", "sgd"},
                                         {"init-scale", "1e-25", "optimizer", "langevin"},
                                         {"input-noise", "1e39", "optimizer", "sgd"},
                                         {"interface-noise", "1e39", "optimizer", "sgd"},
                                         {"input-margin", "0.49999999999999994", "optimizer", "sgd"},
                                         {"output-margin", "0.49999999", "optimizer", "sgd"}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    config_defaults(&config);
    assert_int_equal(seam_config_set(&config, wrong[i][0], wrong[i][1], &error), SEAM_OK);
    assert_int_equal(seam_config_set(&config, wrong[i][2], wrong[i][3], &error), SEAM_OK);
    clashes(wrong[i][0]);
  }
  config_defaults(&config);
  set("lr", "1e+30");
  set("init-scale", "1e-25");
  set("output-margin", "0.4999999");
  fits();
}

static void bin_edges_must_differ_as_floats(void **state) {
  (void)state;
  set("range", "0:1e-30"); /* the voltages are tiny, but floats are dense there */
  fits();
  set("range", "1:1.00001");
  clashes("--range");
  set("range", "1:1.00002");
  clashes("--bins"); /* there are only 168 floats for 256 bins */
  set("bins", "64");
  fits();
  set("range", "1:1.000001");
  set("bins", "1"); /* the coarse axes have 64 bins at any --bins */
  clashes("64 bins");
}

/* ---- JSON ---- */

static void json_reads_back_as_the_same_configuration(void **state) {
  (void)state;
  static const char *const other[][2] = {{"first", "table16"},
                                         {"second", "linear"},
                                         {"chains", "9223372036854775807"},
                                         {"first-chain", "9223372036854775808"},
                                         {"seed", "18446744073709551615"},
                                         {"steps", "2147483647"},
                                         {"optimizer", "langevin"},
                                         {"lr", "0.1234567890123456"},
                                         {"samples", "64"},
                                         {"loss", "hinge"},
                                         {"input-margin", "0.1"},
                                         {"output-margin", "0.2"},
                                         {"input-noise", "0.3"},
                                         {"interface-noise", "0.7"},
                                         {"init-scale", "1e-05"},
                                         {"beta", "0.1"},
                                         {"bins", "4096"},
                                         {"range", "-0.1:0.7"},
                                         {"width-range", "0.1:0.7"},
                                         {"slack-range", "0:0.7"},
                                         {"histograms", "loss,slack"},
                                         {"math", "fast"},
                                         {"draws", "16777216"},
                                         {"cells", "4096"},
                                         {"task", "gibbs"}};
  size_t count = sizeof other / sizeof *other;
  for (size_t i = 0; i < count; i++) set(other[i][0], other[i][1]);
  json_t *object = config_to_json(&config);
  assert_non_null(object);
  assert_int_equal(json_object_size(object), count); /* options that say how to run are not recorded */
  char *text = json_dumps(object, 0);
  json_t *again = json_loads(text, 0, NULL);
  struct seam_config copy;
  config_defaults(&copy);
  assert_int_equal(config_from_json(&copy, again, "here", &error), SEAM_OK);
  for (size_t i = 0; i < count; i++) assert_string_equal(seam_config_get(&copy, other[i][0]), other[i][1]);
  assert_true(json_is_string(json_object_get(object, "seed")));
  assert_true(json_is_string(json_object_get(object, "chains")));
  assert_true(json_is_string(json_object_get(object, "first-chain")));
  assert_true(json_is_integer(json_object_get(object, "steps")));
  assert_true(json_is_real(json_object_get(object, "lr")));
  free(text);
  json_decref(again);
  json_decref(object);
}

/* So files with the defaults equal those of versions without these options, and both versions read both. */
static void new_options_are_written_only_with_other_values(void **state) {
  (void)state;
  json_t *object = config_to_json(&config);
  assert_null(json_object_get(object, "width-range"));
  assert_null(json_object_get(object, "slack-range"));
  json_decref(object);
  set("slack-range", "0:2");
  object = config_to_json(&config);
  assert_null(json_object_get(object, "width-range"));
  assert_string_equal(json_string_value(json_object_get(object, "slack-range")), "0:2");
  json_decref(object);
  set("slack-range", "0:1e-43");
  clashes("--slack-range");
}

static seam_status from_text(const char *text) {
  json_t *object = json_loads(text, JSON_DECODE_ANY, NULL);
  assert_non_null(object);
  seam_status status = config_from_json(&config, object, "here.json", &error);
  json_decref(object);
  return status;
}

static void wrong_json_values_are_refused(void **state) {
  (void)state;
  assert_int_equal(from_text("{\"steps\": 1e3, \"lr\": 1, \"seed\": \"0x10\", \"samples\": \"2\", \"threads\": 2}"),
                   SEAM_OK);
  assert_int_equal(config.steps, 1000);
  assert_int_equal(config.seed, 16);
  assert_int_equal(config.samples, 2);
  assert_int_equal(config.threads, 2);
  static const char *const wrong[][2] = {{"{\"steps\": true}", "steps"},
                                         {"{\"steps\": null}", "steps"},
                                         {"{\"steps\": [1]}", "steps"},
                                         {"{\"steps\": {}}", "steps"},
                                         {"{\"steps\": 1.5}", "steps"},
                                         {"{\"steps\": -1}", "steps"},
                                         {"{\"first\": 8}", "first"},
                                         {"{\"range\": [0, 1]}", "range"},
                                         {"{\"first\": \"mlp9\"}", "mlp9"},
                                         {"{\"stpes\": 1}", "did you mean steps"},
                                         {"{\"first_chain\": 1}", "first-chain"},
                                         {"{\"output\": \"a\\u0001b\\n\", \"x\": 1}", "x"}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct seam_config before = config;
    assert_int_equal(from_text(wrong[i][0]), SEAM_ERROR_USAGE);
    message_has("here.json");
    message_has(wrong[i][1]);
    assert_memory_equal(&before, &config, sizeof config);
  }
  assert_int_equal(from_text("[1]"), SEAM_ERROR_FORMAT);
  assert_int_equal(from_text("3"), SEAM_ERROR_FORMAT);
}

/* One card is a JSON number, as in files from before several cards were possible. */
static void devices_are_a_number_or_a_string_in_json(void **state) {
  (void)state;
  static const char *const cases[][2] = {{"3", "3"}, {"0,2", "\"0,2\""}, {"all", "\"all\""}};
  const struct option *option = option_find("device");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    set("device", cases[i][0]);
    json_t *value = option->type->to_json(option, (const char *)&config + option->offset);
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    assert_string_equal(text, cases[i][1]);
    json_t *object = json_pack("{s:o}", "device", value);
    config_defaults(&config);
    assert_int_equal(config_from_json(&config, object, "here", &error), SEAM_OK);
    assert_string_equal(seam_config_get(&config, "device"), cases[i][0]);
    json_decref(object);
    free(text);
  }
}

/* If one entry is bad, the good entries before it are not taken either. */
static void json_with_a_bad_entry_changes_nothing(void **state) {
  (void)state;
  struct seam_config before = config;
  assert_int_equal(from_text("{\"steps\": 7, \"lr\": 0.5, \"bins\": 0}"), SEAM_ERROR_USAGE);
  assert_memory_equal(&before, &config, sizeof config);
}

static seam_status read_file(const char *content, size_t size) {
  char path[] = "/tmp/seam-test-config-XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, content, size), size);
  close(fd);
  seam_status status = seam_config_read(&config, path, &error);
  if (status) message_has(path);
  unlink(path);
  return status;
}

static void configuration_files_are_read_and_refused(void **state) {
  (void)state;
  static const char good[] = "\xef\xbb\xbf{\"first\": \"linear\", \"steps\": 12}\n", *plain = good + 3;
  assert_int_equal(read_file(plain, strlen(plain)), SEAM_OK);
  defaults(state);
  assert_int_equal(read_file(good, strlen(good)), SEAM_OK);
  assert_int_equal(config.first, KIND_LINEAR);
  assert_int_equal(config.steps, 12);
  static const struct {
    const char *content;
    seam_status status;
  } wrong[] = {{"", SEAM_ERROR_FORMAT},
               {"hello", SEAM_ERROR_FORMAT},
               {"{\"steps\": 1", SEAM_ERROR_FORMAT},
               {"{\"steps\": 1} x", SEAM_ERROR_FORMAT},
               {"{\"steps\": 1, \"steps\": 2}", SEAM_ERROR_FORMAT},
               {"{\"seed\": 18446744073709551615}", SEAM_ERROR_FORMAT},
               {"\xef\xbb\xbf", SEAM_ERROR_FORMAT},
               {"\xef\xbb\xbf\xef\xbb\xbf{\"steps\": 1}", SEAM_ERROR_FORMAT},
               {"\xff\xfe{", SEAM_ERROR_FORMAT},
               {"PK", SEAM_ERROR_FORMAT},
               {"PK\003\004 and nothing more", SEAM_ERROR_FORMAT},
               {"{\"steps\": 1, \"bins\": 0}", SEAM_ERROR_USAGE}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_int_equal(read_file(wrong[i].content, strlen(wrong[i].content)), wrong[i].status);
    assert_int_equal(config.steps, 12);
  }
  static char large[(1 << 20) + 1];
  memset(large, ' ', sizeof large);
  assert_int_equal(read_file(large, sizeof large), SEAM_ERROR_FORMAT);
  assert_int_equal(seam_config_read(&config, "/tmp/seam/nowhere", &error), SEAM_ERROR_IO);
  assert_int_equal(seam_config_read(&config, "/tmp", &error), SEAM_ERROR_IO);
}

/* ---- JSON text ---- */

/* Both readers refuse the text, or find the same values. Returns whether they take it. */
static bool read_as_jansson_does(const char *text, size_t size) {
  struct json_fault fault;
  json_t *ours = json_text_read(text, size, &fault), *theirs = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
  if (!ours != !theirs || (ours && !json_equal(ours, theirs)))
    fail_msg("line %d: %s: %.*s", fault.line, fault.text, (int)size, text);
  assert_true(ours || (fault.line >= 1 && *fault.text));
  json_decref(ours);
  json_decref(theirs);
  return ours != NULL;
}

static void json_is_read_as_jansson_reads_it(void **state) {
  (void)state;
  static const char *const texts[] = {"{}",
                                      "[]",
                                      " [ ] ",
                                      "",
                                      " ",
                                      "[1,]",
                                      "[,1]",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "[1 2]",
                                      "[1]]",
                                      "[[1]",
                                      "1",
                                      "\"a\"",
                                      "[01]",
                                      "[-]",
                                      "[-0]",
                                      "[-1]",
                                      "[+1]",
                                      "[1.]",
                                      "[.5]",
                                      "[1.5e]",
                                      "[1e5]",
                                      "[1E+5]",
                                      "[1e-5]",
                                      "[1e400]",
                                      "[-1e400]",
                                      "[9223372036854775807]",
                                      "[9223372036854775808]",
                                      "[-9223372036854775808]",
                                      "[-9223372036854775809]",
                                      "[true,false,null]",
                                      "[True]",
                                      "[nul]",
                                      "[\"\\u00e4\\ud83d\\ude00\"]",
                                      "[\"\\ud83d\"]",
                                      "[\"\\ude00\"]",
                                      "[\"\\ud83d\\u0041\"]",
                                      "[\"\\u0000\"]",
                                      "[\"\\u12\"]",
                                      "[\"\\x\"]",
                                      "[\"\\\"]",
                                      "[\"\\\\\"]",
                                      "[\"\\\"\\/\\b\\f\\n\\r\\t\"]",
                                      "[\"\xc3\xa4\"]",
                                      "[\"\xc3\"]",
                                      "[\"\xc0\x80\"]",
                                      "[\"\xe0\x80\x80\"]",
                                      "[\"\xed\xa0\x80\"]",
                                      "[\"\xf0\x9f\x98\x80\"]",
                                      "[\"\xf4\x90\x80\x80\"]",
                                      "[\"\xff\"]",
                                      "[\"\n\"]",
                                      "[\"",
                                      "{\"a\":1,\"a\":2}",
                                      "{\"a\":1,\"\\u0061\":2}",
                                      "{1:2}",
                                      "{\"a\" 1}",
                                      "[0.1,3.4e38,5e-324,1e-999]",
                                      "/* */[]"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) read_as_jansson_does(texts[i], strlen(texts[i]));
}

/* Every text that a few changed bytes make of one that has everything. */
static void changed_json_is_read_as_jansson_reads_it(void **state) {
  (void)state;
  static const char whole[] =
      "{\"a\": [0, -12, 3.25, 1e3, -4E-2, true, false, null], \"\\u00e4\\n\": {\"\xc3\xb6\": \"x\"},"
      " \"b\": [[], {}, \"\\ud83d\\ude00\\\\\"]}\n";
  static const char bytes[] = "{}[]\",:0123456789.eE+-\\untrfalsd\n \x01\x80\xc3\xbf\xed";
  uint64_t random = 5;
  int taken = 0;
  for (int i = 0; i < 100000; i++) {
    char text[sizeof whole];
    memcpy(text, whole, sizeof whole);
    for (uint64_t k = sample_random(&random, 3); k < 3; k++)
      text[sample_random(&random, sizeof whole - 1)] = bytes[sample_random(&random, sizeof bytes - 1)];
    taken += read_as_jansson_does(text, sizeof whole - 1 - sample_random(&random, 3));
  }
  assert_in_range(taken, 3000, 97000);
}

/* ---- A locale with a decimal comma ---- */

static int comma_locale(void **state) {
  static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8", "es_ES.UTF-8"};
  defaults(state);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (setlocale(LC_ALL, names[i])) return 0;
  if (!system("mkdir -p /tmp/seam-locales && localedef -i de_DE -f UTF-8 /tmp/seam-locales/de_DE.UTF-8 2>/dev/null")) {
    setenv("LOCPATH", "/tmp/seam-locales", 1);
    setlocale(LC_ALL, "de_DE.UTF-8");
  }
  return 0;
}

static int plain_locale(void **state) {
  (void)state;
  setlocale(LC_ALL, "C");
  return 0;
}

static void a_decimal_comma_changes_nothing(void **state) {
  char half[8];
  snprintf(half, sizeof half, "%.1f", 0.5);
  if (strcmp(half, "0,5")) {
    print_message("SKIP: no locale with a decimal comma here\n");
    skip();
  }
  real_numbers_have_limits(state);
  real_numbers_print_shortest_and_read_back(state);
  defaults(state);
  ranges_are_read_and_refused(state);
  defaults(state);
  json_reads_back_as_the_same_configuration(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(defaults_are_those_documented, defaults),
      cmocka_unit_test_setup(periods_are_times_or_chains, defaults),
      cmocka_unit_test_setup(shards_are_read_and_printed, defaults),
      cmocka_unit_test_setup(every_chain_is_in_exactly_one_shard, defaults),
      cmocka_unit_test_setup(a_shard_of_nothing_is_refused, defaults),
      cmocka_unit_test_setup(the_first_difference_is_named, defaults),
      cmocka_unit_test_setup(extended_chains_hold_both, defaults),
      cmocka_unit_test_setup(whole_numbers_have_limits, defaults),
      cmocka_unit_test_setup(numbers_have_several_forms, defaults),
      cmocka_unit_test_setup(real_numbers_have_limits, defaults),
      cmocka_unit_test_setup(real_numbers_print_shortest_and_read_back, defaults),
      cmocka_unit_test_setup(ranges_are_read_and_refused, defaults),
      cmocka_unit_test_setup(names_are_taken_and_others_refused_with_the_right_ones, defaults),
      cmocka_unit_test_setup(histograms_are_lists_of_names, defaults),
      cmocka_unit_test_setup(devices_are_lists_of_cards, defaults),
      cmocka_unit_test_setup(devices_are_a_number_or_a_string_in_json, defaults),
      cmocka_unit_test_setup(output_is_a_path, defaults),
      cmocka_unit_test_setup(a_misspelt_option_gets_a_suggestion, defaults),
      cmocka_unit_test(text_of_others_is_made_printable),
      cmocka_unit_test_setup(ids_end_at_64_bits, defaults),
      cmocka_unit_test_setup(pairs_of_chains_stay_whole, defaults),
      cmocka_unit_test_setup(more_than_2_to_the_32_draws_are_refused, defaults),
      cmocka_unit_test_setup(langevin_draws_count_towards_the_limit, defaults),
      cmocka_unit_test_setup(values_must_fit_in_floats, defaults),
      cmocka_unit_test_setup(bin_edges_must_differ_as_floats, defaults),
      cmocka_unit_test_setup(json_reads_back_as_the_same_configuration, defaults),
      cmocka_unit_test_setup(new_options_are_written_only_with_other_values, defaults),
      cmocka_unit_test_setup(wrong_json_values_are_refused, defaults),
      cmocka_unit_test_setup(json_with_a_bad_entry_changes_nothing, defaults),
      cmocka_unit_test_setup(configuration_files_are_read_and_refused, defaults),
      cmocka_unit_test(json_is_read_as_jansson_reads_it),
      cmocka_unit_test(changed_json_is_read_as_jansson_reads_it),
      cmocka_unit_test_setup_teardown(a_decimal_comma_changes_nothing, comma_locale, plain_locale),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
