/* SPDX-License-Identifier: Apache-2.0 */
/* The public C API of libseam: configure, train with progress and cancellation, read counts, write and read results. */
#ifndef SEAM_H
#define SEAM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SEAM_API __attribute__((visibility("default")))
#else
#define SEAM_API
#endif

/* What a call came to. The value is also the exit code of the command line. */
typedef enum seam_status {
  SEAM_OK = 0,
  SEAM_ERROR_INTERNAL = 1, /* a promise of this library was broken: please report it */
  SEAM_ERROR_USAGE = 2,    /* an unknown option, kind or value, or a combination that cannot be */
  SEAM_ERROR_EXISTS = 3,   /* the output exists and was not to be replaced */
  SEAM_ERROR_IO = 4,       /* a file cannot be read or written */
  SEAM_ERROR_LOCKED = 5,   /* another run writes the same output */
  SEAM_ERROR_FORMAT = 6,   /* a file is truncated, damaged, forged, or no result of seam */
  SEAM_ERROR_MISMATCH = 7, /* a result of another arithmetic revision or schema, or results that do not compare */
  SEAM_ERROR_MEMORY = 8,   /* memory is out, on the host or the device */
  SEAM_ERROR_BACKEND = 9,  /* the backend, instruction set, device or pair of kinds is not to be had here */
  SEAM_ERROR_DEVICE = 10,  /* a device failed during the run */
  SEAM_INTERRUPTED = 130   /* cancelled; what was counted until then is in the result */
} seam_status;

/* Filled by every call that fails: one line, without a newline, naming the thing and the remedy. */
typedef struct seam_error {
  seam_status status;
  char message[512];
} seam_error;

/* The version of the library, "MAJOR.MINOR.PATCH". */
SEAM_API const char *seam_version(void);

/* How the library was built; no clock and no path is in it. */
typedef struct seam_build {
  const char *version;
  const char *commit;   /* of its source, "" where that was not under git; "-dirty" ends it where files had changed */
  const char *compiler; /* "gcc 12.2.0" */
  const char *isas;     /* instruction sets of the CPU backend, separated by blanks; what --isa takes */
  const char *cuda;     /* the toolkit's version, "13.0"; NULL where built without */
  const char *mpi;      /* the MPI, NULL for none */
  int arithmetic_revision; /* raised whenever exact results change */
} seam_build;

SEAM_API seam_build seam_build_info(void);

/* ---- Configuration: the options of the command line, by the same names ---- */

typedef struct seam_config seam_config;

/* One option: its long name without the dashes, its default as text, its limits and its meaning in a few words. */
typedef struct seam_option {
  const char *name;
  const char *tasks;  /* that heed it, of train, predict and gibbs, separated by blanks; NULL: all */
  const char *value;  /* the default */
  const char *limits; /* "0 to 2147483647", "mse or hinge", ... */
  const char *help;
} seam_option;

/* The options in the order of their documentation, ended by one whose name is NULL. */
SEAM_API const seam_option *seam_options(void);

/* Whether one of `tasks`, separated by blanks, heeds the option. */
SEAM_API int seam_option_heeded(const seam_option *option, const char *tasks);

/* The names of the component kinds, ended by NULL. */
SEAM_API const char *const *seam_kinds(void);

/* A configuration holding every default; NULL when memory is out. */
SEAM_API seam_config *seam_config_create(void);
SEAM_API void seam_config_free(seam_config *config);

/* Sets option `name` from its text. Numbers take 1e6 and 1M alike. SEAM_ERROR_USAGE names the option, the value and
 * what would be right, and leaves the configuration as it was. */
SEAM_API seam_status seam_config_set(seam_config *config, const char *name, const char *value, seam_error *error);

/* The value of option `name` as text that seam_config_set takes back to the same value; valid until the next call on
 * this configuration. NULL for an unknown name. */
SEAM_API const char *seam_config_get(seam_config *config, const char *name);

/* Sets options from a JSON file {"first": "mlp8", "steps": 1000, ...} or from a result file, whose run is then to be
 * run again. */
SEAM_API seam_status seam_config_read(seam_config *config, const char *path, seam_error *error);

/* Checks what no single option can: that options fit together and no random draw would reach 2^32. */
SEAM_API seam_status seam_config_check(const seam_config *config, seam_error *error);

/* ---- Training ---- */

typedef struct seam_result seam_result;

typedef struct seam_progress {
  uint64_t chains;             /* to be counted in this run */
  uint64_t chains_done;        /* counted until now */
  double chain_steps;          /* trained until now, unfinished chains included; of a prediction, pairs counted */
  double seconds;              /* since the run began */
  const char *backend;         /* "cpu" or "cuda" */
  const char *isa;             /* instruction set of the CPU backend, "" elsewhere */
  const char *device;          /* the own name of the processor or of each card, as in "2 x NVIDIA L4, NVIDIA H100" */
  const char *trouble;         /* why the last checkpoint could not be written, "" where it could; the run goes on */
  int ranks;                   /* processes that count, 1 unless seam_ranks_join found others */
  const uint64_t *rank_chains; /* counted until now by each */
} seam_progress;

/* Called on the thread that called seam_train, about ten times a second and once at the end. Not zero cancels: the run
 * ends within one slice of steps and the result covers the chains finished until then. */
typedef int (*seam_progress_function)(const seam_progress *progress, void *user);

/* Trains and counts chains [first-chain, first-chain + chains), or those of them that fall to `shard`. On SEAM_OK and
 * SEAM_INTERRUPTED *result holds what was counted and is freed by seam_result_free; so it does on SEAM_ERROR_DEVICE and
 * SEAM_ERROR_MEMORY where chains were counted before the failure; else it is NULL. `progress` may be NULL. */
SEAM_API seam_status seam_train(const seam_config *config, seam_progress_function progress, void *user,
                                seam_result **result, seam_error *error);

/* Counts instead of training: draws first components, one for each of those chain ids, and `draws` second ones from
 * the priors, and tries every first with every second. What works is counted in pairs; the coverage is of first
 * components. With `task` "gibbs" every pair counts as its weight exp(-beta·L) instead, the loss L that of one training
 * voltage a level without noise. Else as seam_train. Options of training alone have no effect. */
SEAM_API seam_status seam_predict(const seam_config *config, seam_progress_function progress, void *user,
                                  seam_result **result, seam_error *error);

typedef struct seam_output seam_output;

/* As seam_train, but of those chains only the ones that *result lacks, to which they are added, so that the counts come
 * out the same to the bit however a run was cut or interrupted; where *result is NULL that is all of them. Every
 * checkpoint-every what was counted until then is written to `output`, unless it is NULL, while the run goes on; the
 * last write is the caller's. SEAM_ERROR_MISMATCH where *result has other options that fix the counts; the message
 * names the first. A result that was given stays the caller's, and whole, whatever the call comes to. */
SEAM_API seam_status seam_train_resume(const seam_config *config, seam_output *output, seam_progress_function progress,
                                       void *user, seam_result **result, seam_error *error);

/* The same of seam_predict. */
SEAM_API seam_status seam_predict_resume(const seam_config *config, seam_output *output,
                                         seam_progress_function progress, void *user, seam_result **result,
                                         seam_error *error);

/* ---- Several processes as one ---- */

/* Joins the processes that mpirun or srun started together with this one: its *rank is 0 where it leads them, or is
 * alone, as it is where nothing of the kind started it or the library was built without MPI. From then on every run of
 * rank 0 is of all, with the same counts to the bit; the others call seam_ranks_serve and nothing else. Runs are then
 * made on this thread, one at a time. Where the caller has begun MPI itself, it ends it, too. */
SEAM_API seam_status seam_ranks_join(int *rank, seam_error *error);

/* Takes part in what rank 0 runs until that leaves. Rank 0 alone heeds interrupts, and tells the others. */
SEAM_API void seam_ranks_serve(void);

/* The last call on every rank, also after a failure; later runs are of this process alone. Does not return where a rank
 * was lost: it ends the others and this process. */
SEAM_API void seam_ranks_leave(void);

/* The MPI that the library was built with, NULL for none. */
SEAM_API const char *seam_mpi(void);

/* ---- Results ---- */

typedef enum seam_outcome { SEAM_BUFFER, SEAM_INVERTER, SEAM_FAIL, SEAM_DIVERGED, SEAM_OUTCOMES } seam_outcome;

typedef enum seam_axis_type {
  SEAM_AXIS_REGULAR,         /* equal bins over [lower, upper) */
  SEAM_AXIS_CATEGORY_STRING, /* names */
  SEAM_AXIS_CATEGORY_INT,    /* numbers */
  SEAM_AXIS_BOOLEAN          /* false, true */
} seam_axis_type;

typedef struct seam_axis {
  seam_axis_type type;
  const char *name;
  const char *label;
  int64_t bins;             /* regular: without flow; categories: how many */
  double lower, upper;      /* regular only */
  int flow;                 /* regular only: an underflow bin stands first and an overflow bin last */
  const char *const *names; /* category_string only */
  const int64_t *numbers;   /* category_int only */
} seam_axis;

enum { SEAM_MAX_AXES = 4 };

/* Counts, or real numbers, in C order, flow bins included: extent(axis) = bins + 2·flow. */
typedef struct seam_histogram {
  const char *name;
  const char *label;
  int axis_count;
  seam_axis axes[SEAM_MAX_AXES];
  int64_t cells;         /* the product of the extents */
  const int64_t *values; /* NULL where there are reals */
  const double *reals;   /* NULL in a result, which holds counts alone */
} seam_histogram;

SEAM_API void seam_result_free(seam_result *result);

/* How many chains had this outcome; all four add up to seam_result_chains. Of a prediction: how many pairs; they add up
 * to seam_result_chains times `draws`. Under the Gibbs law: 2^20 times the weights of the pairs, where buffer and
 * inverter mean u1 > u0 and not, and fail what all pairs of finite first components lack to weights of 1. */
SEAM_API int64_t seam_result_count(const seam_result *result, seam_outcome outcome);

/* How many chains the result covers. */
SEAM_API uint64_t seam_result_chains(const seam_result *result);

/* Half-open ranges [ranges[2k], ranges[2k+1]) of chain ids, ascending; returns how many there are. */
SEAM_API size_t seam_result_coverage(const seam_result *result, const uint64_t **ranges);

/* The result's histograms, by index from 0 or by name; NULL past the last and for one the run did not fill. They live
 * as long as the result. */
SEAM_API const seam_histogram *seam_result_histogram_at(const seam_result *result, size_t index);
SEAM_API const seam_histogram *seam_result_histogram(const seam_result *result, const char *name);

/* The configuration that made the result; it lives as long as the result. */
SEAM_API seam_config *seam_result_config(seam_result *result);

typedef struct seam_run {
  const char *version; /* of the library that ran it */
  const char *backend, *isa, *device;
  double seconds;     /* wall time, of all its parts together */
  double chain_steps; /* chains counted times steps; of a prediction, pairs */
} seam_run;

SEAM_API seam_run seam_result_run(const seam_result *result);

/* What counting pairs predicts of an interface under selection. Members that cannot be known are NAN: errors need the
 * histogram `pairs` and 64 components or more, entropies `components` and `interface`. */
typedef struct seam_prediction {
  int weighed;                            /* 1: the Gibbs law, by which a pair counts as its weight exp(-beta·L) rather
                                             than as whether it works */
  uint64_t first, second;                 /* components drawn of each */
  double acceptance, acceptance_error;    /* the chance that a random pair works, or the mean weight, and its standard
                                             error */
  double buffer, buffer_error;            /* the share of buffers among pairs that work */
  double first_variance, second_variance; /* zeta1 and zeta2, over components of the share of partners that fit:
                                             acceptance_error^2 is zeta1/first + zeta2/second, and a little */
  double effective_pairs;   /* so many independent pairs would tell the acceptance as well; NAN of weights */
  double outside;           /* share of first components with u beyond the range: never accepted */
  double peak[2];           /* (u0, u1) of the most frequent interface of pairs that work, V */
  double peak_entropy[2];   /* there, over 3 x 3 bins, nats: ln of the share of first components, and of
                               the share of seconds that work with them */
  double slope[2][2];       /* [component][axis] of these, nats/V: at a peak they balance */
  double mean_entropy[2];   /* the mean of both over the bins of pairs that work */
  double interface_entropy; /* of the distribution over bins itself */
} seam_prediction;

/* 0, and nothing filled, where the result is of training. */
SEAM_API int seam_result_prediction(const seam_result *result, seam_prediction *prediction);

/* Reads a result file and checks all of it. SEAM_ERROR_IO, SEAM_ERROR_FORMAT or SEAM_ERROR_MISMATCH, with *result
 * NULL, where it cannot be trusted. */
SEAM_API seam_status seam_result_read(const char *path, seam_result **result, seam_error *error);

/* Joins the results of disjoint parts of one run, whose chains need not be all of it. SEAM_ERROR_MISMATCH where options
 * that fix the counts differ or a chain was counted twice; the message names the files and the first such. */
SEAM_API seam_status seam_merge(const char *const *paths, size_t count, seam_result **result, seam_error *error);

/* Claims an output file before the work: locks it against a second writer, refuses it where it exists and `replace` is
 * 0, and tries to write, so that nobody learns after an hour that the result cannot be kept. */
SEAM_API seam_status seam_output_open(const char *path, int replace, seam_output **output, seam_error *error);

/* The same for a run that takes up what stands at `path`: *before is that result, read under the lock and to be
 * replaced, or NULL where there is no file. */
SEAM_API seam_status seam_output_resume(const char *path, seam_output **output, seam_result **before,
                                        seam_error *error);

/* Writes the whole result or nothing: temporary file, fsync, rename, fsync of the folder. If a file appeared at the
 * target meanwhile and `replace` was 0, the result is kept beside it under the name in the message, with
 * SEAM_ERROR_EXISTS. */
SEAM_API seam_status seam_output_write(seam_output *output, const seam_result *result, seam_error *error);

/* Writes what the caller made of a result, a figure, in the same way. */
SEAM_API seam_status seam_output_write_bytes(seam_output *output, const unsigned char *bytes, size_t size,
                                             seam_error *error);

/* Releases the lock. NULL is allowed. */
SEAM_API void seam_output_close(seam_output *output);

/* ---- Sweeps: many runs by one plan ---- */

typedef struct seam_sweep seam_sweep;

/* Reads a plan, a JSON file {"task": "train", "options": {"steps": 1000}, "grid": {"lr": [0.01, 0.02], "seed": {"from":
 * 1, "to": 9, "points": 9}}, "folder": "NAME"}, and checks the configuration of every point. The task is train, predict
 * or gibbs. The grid is the product of its axes, options or "pair" (of kinds, "mlp8:buffer"), in the order written and
 * the last the fastest; a range has a "scale", linear or log. The folder is named from the plan's own; left out it is
 * the plan's name without .json. SEAM_ERROR_USAGE names the key, the value and what would be right. */
SEAM_API seam_status seam_sweep_open(const char *path, seam_sweep **sweep, seam_error *error);
SEAM_API void seam_sweep_close(seam_sweep *sweep);

SEAM_API const char *seam_sweep_folder(const seam_sweep *sweep);
SEAM_API uint64_t seam_sweep_points(const seam_sweep *sweep);

/* Reads the files that there are, of which each must be of its point's configuration: SEAM_ERROR_MISMATCH names the
 * difference. With `replace` files of others, and damaged ones, count as absent. */
SEAM_API seam_status seam_sweep_look(seam_sweep *sweep, int replace, seam_error *error);

typedef struct seam_sweep_point {
  const char *file;      /* its name in the folder */
  seam_config *config;   /* both are valid until the next call on this sweep */
  uint64_t chains, left; /* that it asks for, and of these what its file lacked when it was looked at */
  double work;           /* of all its chains, in operations: comparable where kinds and optimizer are the same */
} seam_sweep_point;

SEAM_API seam_sweep_point seam_sweep_point_at(seam_sweep *sweep, uint64_t index);

typedef struct seam_sweep_progress {
  uint64_t points, points_done; /* whole files, those found included */
  uint64_t point;               /* the first that is being counted, from 0; `points` where none is */
  const char *file;             /* its name, "" then */
  seam_progress whole;          /* of what the files lacked in the beginning */
  double fraction;              /* of the work of all points, what was found included */
  double seconds_left;          /* NAN while that cannot be told */
} seam_sweep_progress;

/* As seam_progress_function; while files are looked at, too. */
typedef int (*seam_sweep_progress_function)(const seam_sweep_progress *progress, void *user);

/* Looks, and runs what the files lack, each as seam_output_resume and seam_train_resume or seam_predict_resume do, but
 * the next point is begun as soon as workers have nothing left to do. Keeps index.csv and index.jsonl in the folder, of
 * every point with something counted: fractions and acceptances with their 95% intervals. Where a point fails the
 * others in hand are kept, and the sweep ends. */
SEAM_API seam_status seam_sweep_run(seam_sweep *sweep, int replace, seam_sweep_progress_function progress, void *user,
                                    seam_error *error);

/* ---- Comparison: how far apart two results are ---- */

typedef struct seam_comparison seam_comparison;

typedef enum seam_distance_kind {
  SEAM_TOTAL_VARIATION,
  SEAM_JENSEN_SHANNON,           /* this and the next two in nats */
  SEAM_KULLBACK_LEIBLER,         /* of A from B: the mean over A of ln A/B; half a count more in every cell */
  SEAM_KULLBACK_LEIBLER_REVERSE, /* of B from A */
  SEAM_DISTANCES
} seam_distance_kind;

/* A distance of two samples, and how sure it is. Sampling alone keeps the distance of two samples of one law above
 * 0; how far is told by 200 permutations of the pooled counts. Pairs share components, so that they cannot be permuted:
 * their noise is that between random halves of the blocks of first, and of second components, added 200 times to the
 * pooled shares. A member that cannot be known is NAN. */
typedef struct seam_distance {
  double value;
  double chance, chance_95; /* of the permutations: mean and 95% point */
  double excess;            /* value - chance */
  double low, high;         /* 95% interval of the laws' distance over these cells: excess - 1.96 standard errors (delta
                               method; of pairs a jackknife over the blocks) to value + 1.96, for sampling adds between
                               nothing and `chance` to it */
  double p;                 /* (1 + permutations that reach the value) / 201 */
} seam_distance;

/* Distances over cells of nearly equal mass, (effective entries of A + of B)/400 of them, and no more than one for 16
 * of the effective entries of a prediction, but 16 to 1024. */
typedef struct seam_compared {
  const char *name; /* of the histogram */
  int64_t rows;     /* the distance is the mean over so many rows (levels, probes, steps), weighed by their entries */
  int64_t cells;    /* of all rows */
  const char *unit[2]; /* of the entries: "chains"; of predictions "pairs", "weighed pairs" or "first components" */
  int64_t entries[2];
  double effective[2]; /* so many independent entries would tell as much: of chains their number in those rows; of pairs
                          by their scatter over 64 cells, and NAN where too few work to tell */
  int independent;     /* 0: a chain has several entries, so only value, chance and excess are known */
  seam_distance distance[SEAM_DISTANCES];
} seam_compared;

/* A share of the chains; of a prediction, with the errors of seam_prediction. Where there are none it is NAN. */
typedef struct seam_fraction {
  const char *name, *of; /* "buffer", "pass" */
  double value[2], error[2];
  double difference; /* A - B in standard errors of it: of chains the pooled fraction's */
} seam_fraction;

/* Compares the chains of `outcome` ("pass", "buffer", "inverter", "fail" or "all") of two results. Of a prediction that
 * is pairs that work; "all" is then its first components, whose law is that of untrained chains, and "fail" is refused.
 * A Gibbs law takes "all" alone. SEAM_ERROR_MISMATCH for outcomes that a result cannot tell, where the interfaces have
 * other bins or one counted none, and, unless `force`, where they are of other kinds, margins or priors; the message
 * names each. The results may be freed before the comparison. */
SEAM_API seam_status seam_compare(const seam_result *a, const seam_result *b, const char *outcome, int force,
                                  seam_comparison **comparison, seam_error *error);
SEAM_API void seam_comparison_free(seam_comparison *comparison);

/* By index from 0, NULL past the last. The first compared histogram is always the interface; the others are those that
 * both results hold with the same axes, and none where one is a prediction. */
SEAM_API const seam_compared *seam_comparison_histogram_at(const seam_comparison *comparison, size_t index);
SEAM_API const seam_fraction *seam_comparison_fraction_at(const seam_comparison *comparison, size_t index);

/* Maps over the bins of (u0, u1): log_ratio, ln of A's share of the bin's cell over B's, half a count more in each, and
 * log_ratio_error, its standard error. None where a sample is empty. */
SEAM_API const seam_histogram *seam_comparison_map_at(const seam_comparison *comparison, size_t index);

/* How many chains both results drew alike, by seed and id, or of two predictions how many components: such samples are
 * not independent. Trainings and predictions draw apart. */
SEAM_API uint64_t seam_comparison_shared(const seam_comparison *comparison);

/* The configuration of the first result (side 0) or of the second; it lives as long as the comparison. */
SEAM_API seam_config *seam_comparison_config(seam_comparison *comparison, int side);

/* The outcomes that were compared, as seam_compare was told. */
SEAM_API const char *seam_comparison_outcome(const seam_comparison *comparison);

/* Deprecated: the name of seam_comparison_outcome until 0.1. It goes with 0.2. */
#define seam_comparison_slice seam_comparison_outcome

/* All of it as the text of one JSON object, null for NAN; freed by free(). NULL when memory is out. */
SEAM_API char *seam_comparison_record(const seam_comparison *comparison);

/* Writes the record and the maps as seam_output_write does a result. */
SEAM_API seam_status seam_output_write_comparison(seam_output *output, const seam_comparison *comparison,
                                                  seam_error *error);

/* Reads what seam_output_write_comparison wrote, and checks all of it. Statuses are those of seam_result_read. */
SEAM_API seam_status seam_comparison_read(const char *path, seam_comparison **comparison, seam_error *error);

/* Whether the file claims to be one, so that a caller who takes results, too, knows by what to read it. */
SEAM_API int seam_is_comparison(const char *path);

/* ---- What this machine has ---- */

typedef struct seam_device {
  const char *backend; /* "cpu" or "cuda" */
  int index;           /* what --device takes; 0 for the CPU */
  char name[128];
  char detail[256];       /* instruction sets and threads; or architecture, multiprocessors and memory */
  char bus[32];           /* PCI address, "0000:17:00.0", by which other tools know the card; "" for the CPU */
  int compute_capability; /* 10 * major + minor, 90 for 9.0; these three are 0 for the CPU and where unknown */
  int multiprocessors;
  uint32_t clock_khz; /* greatest clock of the multiprocessors, in kHz */
} seam_device;

/* Fills at most `capacity` devices and returns how many there are. The CPU is always the first. */
SEAM_API size_t seam_devices(seam_device *devices, size_t capacity);

/* Why CUDA cannot be used here ("no driver: ...", "built without nvcc"), or NULL where it can. */
SEAM_API const char *seam_cuda_unavailable(void);

/* Floating-point operations of one chain-step of this configuration, counting a fused multiply-add as two, forward,
 * backward and update, and tanh or the logistic function as the operations they take here. */
SEAM_API double seam_flops_per_chain_step(const seam_config *config);

/* Measures the fused multiply-add rate of one core with the configuration's instruction set, in flop/s; 0 where the
 * instruction set has no such instruction. Takes about 0.2 s. */
SEAM_API double seam_core_peak(const seam_config *config);

#ifdef __cplusplus
}
#endif

#endif
