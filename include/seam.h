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

/* Calls read, print and compute numbers in a floating-point state of their own (round to nearest, subnormal numbers
 * kept), and give the caller's back when they return and while they call a function of the caller. Calls that run,
 * read, write or compare results need 192 KiB of stack, and return SEAM_ERROR_USAGE on a thread that has less. */

/* The status of a call. The value is also the exit code of the command line. */
typedef enum seam_status {
  SEAM_OK = 0,
  SEAM_ERROR_INTERNAL = 1, /* a promise of this library was broken: please report it */
  SEAM_ERROR_USAGE = 2,    /* an unknown option, kind or value, or a combination that makes no sense */
  SEAM_ERROR_EXISTS = 3,   /* the output exists and may not be replaced */
  SEAM_ERROR_IO = 4,       /* a file cannot be read or written */
  SEAM_ERROR_LOCKED = 5,   /* another run writes the same output */
  SEAM_ERROR_FORMAT = 6,   /* a file is truncated, damaged, forged, or not a result of seam */
  SEAM_ERROR_MISMATCH = 7, /* a result of another arithmetic revision or schema, or results that do not compare */
  SEAM_ERROR_MEMORY = 8,   /* out of memory, on the host or the device */
  SEAM_ERROR_BACKEND = 9,  /* the backend, instruction set, device or pair of kinds is not available here */
  SEAM_ERROR_DEVICE = 10,  /* a device failed during the run */
  SEAM_INTERRUPTED = 130   /* cancelled; the result holds what was counted before */
} seam_status;

/* Filled by every call that fails: one line of printable UTF-8, without a newline, naming the thing and the
 * remedy. */
typedef struct seam_error {
  seam_status status;
  char message[512];
} seam_error;

/* The version of the library, "MAJOR.MINOR.PATCH". */
SEAM_API const char *seam_version(void);

/* How the library was built; no clock and no path is in it. */
typedef struct seam_build {
  const char *version;
  const char *commit;      /* of the source, "" if unknown; ends with "-dirty" if git told that files had changed */
  const char *compiler;    /* "gcc 12.2.0" */
  const char *isas;        /* instruction sets of the CPU backend, separated by blanks; what --isa takes */
  const char *cuda;        /* the toolkit's version, "13.0"; NULL if built without CUDA */
  const char *mpi;         /* the MPI library, NULL for none */
  int arithmetic_revision; /* raised whenever exact results change */
} seam_build;

SEAM_API seam_build seam_build_info(void);

/* ---- Configuration: the options of the command line, by the same names ---- */

typedef struct seam_config seam_config;

/* One option: its long name without the dashes, its default as text, its limits and its meaning in a few words. */
typedef struct seam_option {
  const char *name;
  const char *tasks;  /* the tasks that use it (train, predict, gibbs), separated by blanks; NULL: all */
  const char *value;  /* the default */
  const char *limits; /* "0 to 2147483647", "mse or hinge", ... */
  const char *help;
} seam_option;

/* The options in the order of their documentation, ended by one whose name is NULL. */
SEAM_API const seam_option *seam_options(void);

/* Whether one of `tasks`, separated by blanks, uses the option. */
SEAM_API int seam_option_heeded(const seam_option *option, const char *tasks);

/* The names of the component kinds, ended by NULL. */
SEAM_API const char *const *seam_kinds(void);

/* Returns a configuration with all defaults, or NULL if no memory is left. */
SEAM_API seam_config *seam_config_create(void);
SEAM_API void seam_config_free(seam_config *config);

/* Sets option `name` from its text. Numbers take 1e6 and 1M alike. On SEAM_ERROR_USAGE
 * the message names the option, the value and what would be right, and the configuration stays as it was. */
SEAM_API seam_status seam_config_set(seam_config *config, const char *name, const char *value, seam_error *error);

/* Returns the value of option `name` as text, which seam_config_set turns into the same value. The text is valid until
 * the next call on this configuration. Returns NULL for an unknown name. */
SEAM_API const char *seam_config_get(seam_config *config, const char *name);

/* Sets options from a JSON file {"first": "mlp8", "steps": 1000, ...} or from a result file, to run the same
 * again. */
SEAM_API seam_status seam_config_read(seam_config *config, const char *path, seam_error *error);

/* Checks that the options fit together and that no random draw would reach 2^32. */
SEAM_API seam_status seam_config_check(const seam_config *config, seam_error *error);

/* ---- Training ---- */

typedef struct seam_result seam_result;

typedef struct seam_progress {
  uint64_t chains;             /* to be counted in this run */
  uint64_t chains_done;        /* counted until now */
  double chain_steps;          /* trained until now, unfinished chains included; for a prediction, pairs counted */
  double seconds;              /* since the run began */
  const char *backend;         /* "cpu" or "cuda" */
  const char *isa;             /* instruction set of the CPU backend, "" elsewhere */
  const char *device;          /* the name of the processor or of each card, as in "2 x NVIDIA L4, NVIDIA H100" */
  const char *trouble;         /* why the last checkpoint could not be written, else ""; the run goes on */
  int ranks;                   /* processes that count, 1 unless seam_ranks_join found others */
  const uint64_t *rank_chains; /* counted until now by each */
} seam_progress;

/* What a progress function asks for. */
enum {
  SEAM_CONTINUE = 0,
  SEAM_STOP = 1,      /* and so is every number that is not in this list */
  SEAM_CHECKPOINT = 2 /* write to the output what is counted, and go on */
};

/* Called on the thread that called seam_train, about ten times a second and once at the end. After SEAM_STOP the run
 * ends within one slice of steps, and the result covers the chains that were finished. After SEAM_CHECKPOINT another
 * thread writes the checkpoint; a call without an output has none. */
typedef int (*seam_progress_function)(const seam_progress *progress, void *user);

/* Trains and counts chains [first-chain, first-chain + chains), or the part of them that belongs to `shard`. On SEAM_OK
 * and SEAM_INTERRUPTED, *result holds what was counted, and the caller frees it with seam_result_free. The same is true
 * on SEAM_ERROR_DEVICE and SEAM_ERROR_MEMORY if chains were counted before the failure. Otherwise *result is NULL.
 * `progress` may be NULL. */
SEAM_API seam_status seam_train(const seam_config *config, seam_progress_function progress, void *user,
                                seam_result **result, seam_error *error);

/* Predicts instead of training: draws one first component for each of those chain ids and `draws` second components
 * from the priors, and tries every first with every second. The counts are of pairs that work, and the coverage is of
 * first components. With `task` "gibbs" every pair counts as its weight exp(-beta·L) instead, where L is the loss with
 * one training voltage for each level and no noise. All else is as for seam_train. Options that only training uses have
 * no effect. */
SEAM_API seam_status seam_predict(const seam_config *config, seam_progress_function progress, void *user,
                                  seam_result **result, seam_error *error);

typedef struct seam_output seam_output;

/* As seam_train, but runs only the chains that *result lacks and adds them to it. So the counts are the same to the
 * bit, no matter how a run was cut or interrupted. If *result is NULL, it runs all chains. At each checkpoint-every,
 * and when `progress` returns SEAM_CHECKPOINT, it writes what was counted so far to `output`, unless that is NULL,
 * while the run goes on; the last write is the caller's. Returns SEAM_ERROR_MISMATCH if *result has other values of
 * options that decide the counts; the message names the first. A result that the caller gave stays the caller's and is
 * complete, whatever the status. */
SEAM_API seam_status seam_train_resume(const seam_config *config, seam_output *output, seam_progress_function progress,
                                       void *user, seam_result **result, seam_error *error);

/* The same for seam_predict. */
SEAM_API seam_status seam_predict_resume(const seam_config *config, seam_output *output,
                                         seam_progress_function progress, void *user, seam_result **result,
                                         seam_error *error);

/* ---- Several processes as one ---- */

/* How many processes mpirun or srun started together, as the environment says, and which of them this one is. 1 if
 * nothing of the kind started it, or if the library was built without MPI. Starts nothing. */
SEAM_API int seam_ranks_launched(int *rank);

/* Joins the processes (ranks) that mpirun or srun started together with this one. *rank is 0 if this process leads them
 * or is alone. It is alone if nothing of the kind started it, or if the library was built without MPI. From then on all
 * ranks count each run of rank 0, with the same counts to the bit. The other ranks call seam_ranks_serve and nothing
 * else. Runs are then made on this thread, one at a time. A caller that has started MPI itself also ends it.
 * SEAM_ERROR_BACKEND in a child of a process that has begun Open MPI: it cannot begin there. Where MPI fails in another
 * way, as for the second command of one mpirun, it prints its own errors and ends the process. MPI waits for all ranks,
 * without end if one never joins. */
SEAM_API seam_status seam_ranks_join(int *rank, seam_error *error);

/* Compares what the ranks were told, because rank 0 decides for all. Either all ranks call it after seam_ranks_join, or
 * none. It compares the options of `config`, which may be NULL, but for backend, device, isa, threads and slice; and
 * `words`, which may be NULL: names and values in turn, ended by NULL, with the same names on all ranks. `failure` is
 * what has failed on this rank already, or NULL. If there is a difference, every rank gets the same SEAM_ERROR_USAGE,
 * which names the option, two ranks and both values, or the rank that failed. If all ranks failed in the same way,
 * SEAM_OK. */
SEAM_API seam_status seam_ranks_agree(seam_config *config, const char *const *words, const seam_error *failure,
                                      seam_error *error);

/* Takes part in the runs of rank 0 until rank 0 leaves. Only rank 0 handles interrupts, and it tells the others. */
SEAM_API void seam_ranks_serve(void);

/* The same, with this rank's own backend, device, isa, threads and slice: those of `own`, unless it is NULL. `own` must
 * stay as it is until the call returns. */
SEAM_API void seam_ranks_serve_as(const seam_config *own);

/* The last call on every rank, also after a failure. Later runs use this process alone. If a rank was lost, it does not
 * return: it ends the other ranks and this process. */
SEAM_API void seam_ranks_leave(void);

/* The MPI library that this library was built with, NULL for none. */
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
  int64_t bins;             /* regular: without flow; category: the number of categories */
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
  const int64_t *values; /* NULL if the cells are reals */
  const double *reals;   /* NULL in a result, which holds only counts */
} seam_histogram;

SEAM_API void seam_result_free(seam_result *result);

/* The number of chains with this outcome; the four outcomes add up to seam_result_chains. For a prediction, the number
 * of pairs; they add up to seam_result_chains times `draws`. Under the Gibbs law, 2^20 times the sum of the weights:
 * buffer has the pairs with u1 > u0, inverter the others, and fail the difference to a weight of 1 for every pair with
 * a finite first component. */
SEAM_API int64_t seam_result_count(const seam_result *result, seam_outcome outcome);

/* The number of chains that the result covers. */
SEAM_API uint64_t seam_result_chains(const seam_result *result);

/* Gives the half-open ranges [ranges[2k], ranges[2k+1]) of chain ids, ascending, and returns their number. */
SEAM_API size_t seam_result_coverage(const seam_result *result, const uint64_t **ranges);

/* The result's histograms, by index from 0 or by name; NULL after the last, and for a histogram that the run
 * did not fill. They live as long as the result. */
SEAM_API const seam_histogram *seam_result_histogram_at(const seam_result *result, size_t index);
SEAM_API const seam_histogram *seam_result_histogram(const seam_result *result, const char *name);

/* The configuration that made the result; it lives as long as the result. */
SEAM_API seam_config *seam_result_config(seam_result *result);

typedef struct seam_run {
  const char *version; /* of the library that ran it */
  const char *backend, *isa, *device;
  double seconds;     /* wall time of all parts of the run together */
  double chain_steps; /* chains counted times steps; for a prediction, pairs */
} seam_run;

SEAM_API seam_run seam_result_run(const seam_result *result);

/* The estimates of a prediction. Members that cannot be known are NAN: errors need the histogram `pairs` and 64
 * components or more, entropies need the histograms `components` and `interface`. */
typedef struct seam_prediction {
  int weighed;                         /* 1 under the Gibbs law: a pair counts as its weight exp(-beta·L); 0 if it
                                          counts 1 when it works */
  uint64_t first, second;              /* the number of first and of second components */
  double acceptance, acceptance_error; /* the chance that a random pair works, or the mean weight, and its standard
                                          error */
  double buffer, buffer_error;         /* the share of buffers among pairs that work */
  double first_variance,
      second_variance;      /* zeta1 and zeta2, the variances over components of the share of partners
                               that fit: acceptance_error^2 is slightly above zeta1/first + zeta2/second */
  double effective_pairs;   /* independent pairs that would give the same error of the acceptance; NAN for weights */
  double outside;           /* share of first components with u outside the range, which work with none */
  double peak[2];           /* (u0, u1) of the most frequent interface of pairs that work, V */
  double peak_entropy[2];   /* at the peak, over 3 x 3 bins, nats: ln of the share of first components,
                               and ln of the share of second components that work with them */
  double slope[2][2];       /* [component][axis] of these entropies, nats/V; at a peak the two balance */
  double mean_entropy[2];   /* the mean of each entropy over the bins of pairs that work */
  double interface_entropy; /* the entropy of the interface's distribution over bins, nats */
} seam_prediction;

/* Fills in the estimates and returns 1; for a result of training it returns 0 and fills in nothing. */
SEAM_API int seam_result_prediction(const seam_result *result, seam_prediction *prediction);

/* Reads a result file and checks all of it. If it cannot be trusted, returns SEAM_ERROR_IO, SEAM_ERROR_FORMAT or
 * SEAM_ERROR_MISMATCH, and *result is NULL. */
SEAM_API seam_status seam_result_read(const char *path, seam_result **result, seam_error *error);

/* Joins the results of disjoint parts of one run. The parts need not be the whole run. Returns SEAM_ERROR_MISMATCH if
 * options that decide the counts differ or a chain was counted twice; the message names the files and the first
 * difference. */
SEAM_API seam_status seam_merge(const char *const *paths, size_t count, seam_result **result, seam_error *error);

/* Claims an output file before the work: locks it against a second writer, refuses it if it exists and `replace` is 0,
 * and tries to write. So the user learns at once, not after hours, that the result cannot be written there. The output
 * holds the folder itself: it is written there even if the folder gets another name or the process another working
 * folder. Symbolic links are followed. Where the target is a link to a file that does not exist, SEAM_ERROR_EXISTS if
 * `replace` is 0. SEAM_ERROR_EXISTS also if an earlier run left a whole result in PATH.seam-partial, because it could
 * not rename it; the message names that file. */
SEAM_API seam_status seam_output_open(const char *path, int replace, seam_output **output, seam_error *error);

/* The same for a run that continues the result at `path`: *before is that result, read under the lock, which the run
 * will replace; or NULL if there is no file. If an earlier run left a whole result in PATH.seam-partial that covers
 * more than the file at `path`, *before is that one, and the run gives it its name; SEAM_ERROR_EXISTS if the two cannot
 * be compared, and from the run if its options are others. */
SEAM_API seam_status seam_output_resume(const char *path, seam_output **output, seam_result **before,
                                        seam_error *error);

/* What the user should know about the output, one line each, by index from 0; NULL after the last. There are none on
 * most file systems. A line says what is not protected where the file system has no locks, or no way to refuse to
 * replace a file; once a run with this output has begun, also that the disk may have too little room; and after
 * the last write, where the file is if its folder was moved. They live as long as the output. */
SEAM_API const char *seam_output_note(const seam_output *output, size_t index);

/* Writes the whole result or nothing: temporary file, fsync, rename, fsync of the folder. If a file appeared at the
 * target meanwhile and `replace` was 0, the result is kept beside it under the name in the message, with
 * SEAM_ERROR_EXISTS. A file that is replaced passes on its mode, and its owner if this process may give files away.
 * After SEAM_ERROR_IO the call may be repeated. */
SEAM_API seam_status seam_output_write(seam_output *output, const seam_result *result, seam_error *error);

/* Writes other bytes, for example a figure, in the same way. */
SEAM_API seam_status seam_output_write_bytes(seam_output *output, const unsigned char *bytes, size_t size,
                                             seam_error *error);

/* Releases the lock. NULL is allowed. */
SEAM_API void seam_output_close(seam_output *output);

/* ---- Sweeps: many runs by one plan ---- */

typedef struct seam_sweep seam_sweep;

/* Reads a plan, a JSON file {"task": "train", "options": {"steps": 1000}, "grid": {"lr": [0.01, 0.02], "seed": {"from":
 * 1, "to": 9, "points": 9}}, "folder": "NAME"}, and checks the configuration of every point. The task is train, predict
 * or gibbs. The grid is the product of its axes in the order written; the last one changes fastest. An axis is an
 * option, or "pair" (two kinds, "mlp8:buffer"). A range has a "scale", linear or log. "folder" is relative to the
 * plan's folder; if it is left out, it is the plan's name without .json. {"seeds": "own"} gives each point a seed of
 * its own: the option's, plus the FNV-1a hash (64 bits) of the name of the point's file, modulo 2^64. On
 * SEAM_ERROR_USAGE the message names the key, the value and what would be right. */
SEAM_API seam_status seam_sweep_open(const char *path, seam_sweep **sweep, seam_error *error);
SEAM_API void seam_sweep_close(seam_sweep *sweep);

/* Takes another folder than the plan's, relative to the working folder. Call it before the files are read. */
SEAM_API seam_status seam_sweep_set_folder(seam_sweep *sweep, const char *folder, seam_error *error);
SEAM_API const char *seam_sweep_folder(const seam_sweep *sweep);
SEAM_API uint64_t seam_sweep_points(const seam_sweep *sweep);

typedef struct seam_sweep_point {
  const char *file;      /* the name of its file in the folder */
  seam_config *config;   /* both are valid until the next call on this sweep */
  uint64_t chains, left; /* the chains of the point, and those that its file lacks, if seam_sweep_look has read it */
  double work;           /* the work of all its chains, in operations; comparable for the same kinds and optimizer */
} seam_sweep_point;

SEAM_API seam_sweep_point seam_sweep_point_at(seam_sweep *sweep, uint64_t index);

/* The same, and reads the point's file if it exists. The file must have the configuration of its point: else
 * SEAM_ERROR_MISMATCH, and the message names the difference. With `replace`, a file that has other options or is
 * damaged counts as absent. */
SEAM_API seam_status seam_sweep_look(seam_sweep *sweep, uint64_t index, int replace, seam_sweep_point *point,
                                     seam_error *error);

typedef struct seam_sweep_progress {
  uint64_t points, points_done; /* files that are complete, including those that existed */
  uint64_t point;               /* the first point that is being counted, from 0; `points` if none is */
  const char *file;             /* the name of its file; "" if none is being counted */
  seam_progress whole;          /* the progress of all that the files lacked at the start */
  double fraction;              /* the share of the work that is done, including what existed */
  double seconds_left;          /* NAN while it is unknown */
} seam_sweep_progress;

/* As seam_progress_function; a checkpoint is of every running point. It is also called while the existing files are
 * read. */
typedef int (*seam_sweep_progress_function)(const seam_sweep_progress *progress, void *user);

/* Reads the existing files and runs what they lack. Each point is run as by seam_output_resume and seam_train_resume or
 * seam_predict_resume, but the next point starts as soon as workers have nothing left to do. Keeps index.csv and
 * index.jsonl in the folder, with the fractions and acceptances of every point that has counted something and their 95%
 * intervals.
 *
 * A failure that concerns one point (memory, its options, its file, a backend without its kinds) does not end the
 * sweep: the other points are run, and the status is that of the first point that failed. A failure of the disk or of a
 * device ends it, after the other running points are written. With SEAM_SWEEP_FAIL_FAST every failure does. */
SEAM_API seam_status seam_sweep_run(seam_sweep *sweep, int flags, seam_sweep_progress_function progress, void *user,
                                    seam_error *error);

enum {
  SEAM_SWEEP_REPLACE = 1, /* files that have other options or are damaged count as absent */
  SEAM_SWEEP_FAIL_FAST = 2
};

/* A point that could not be run. The message names its file. */
typedef struct seam_sweep_failure {
  uint64_t point;
  seam_error error;
} seam_sweep_failure;

/* The number of points that failed in the last seam_sweep_run, and the first 100 of them; NULL after the last. They are
 * valid until the next call on this sweep. */
SEAM_API uint64_t seam_sweep_failures(const seam_sweep *sweep);
SEAM_API const seam_sweep_failure *seam_sweep_failure_at(const seam_sweep *sweep, uint64_t index);

/* What the user should know about the files of the sweep, as seam_output_note says it of the first point that has
 * notes; those of the others are alike. They live as long as the sweep. */
SEAM_API const char *seam_sweep_note(const seam_sweep *sweep, size_t index);

/* ---- Comparison: how far apart two results are ---- */

typedef struct seam_comparison seam_comparison;

typedef enum seam_distance_kind {
  SEAM_TOTAL_VARIATION,
  SEAM_JENSEN_SHANNON,           /* this and the next two in nats */
  SEAM_KULLBACK_LEIBLER,         /* of A from B: the mean over A of ln A/B; half a count more in every cell */
  SEAM_KULLBACK_LEIBLER_REVERSE, /* of B from A */
  SEAM_DISTANCES
} seam_distance_kind;

enum { SEAM_PERMUTATIONS = 200 };

/* The distance of two samples, with its interval. Two samples of the same law have a distance above 0 by chance; 200
 * permutations of the pooled counts show how large it is. Pairs share components, so they cannot be permuted. Their
 * noise is taken from the differences between random halves of the blocks of first and of second components, and is
 * added 200 times to the pooled shares. A member that cannot be known is NAN: all but `value` if the samples share
 * random draws (seam_comparison_shared). */
typedef struct seam_distance {
  double value;
  double chance, chance_95; /* mean and 95% point of the permutations */
  double excess;            /* value - chance */
  double low, high;         /* 95% interval for the distance of the laws over these cells: from excess - 1.96 standard
                               errors to value + 1.96 standard errors, because sampling adds between nothing and `chance`
                               to it. The errors are by the delta method, for pairs by a jackknife over the blocks */
  double p;                 /* (1 + permutations that reach the value) / 201, so 1/201 is the least */
} seam_distance;

/* Distances over cells of nearly equal mass, (effective entries of A + of B)/400 of them, and no more than one for 16
 * of the effective entries of a prediction, but 16 to 1024. */
typedef struct seam_compared {
  const char *name;    /* of the histogram */
  int64_t rows;        /* the distance is the mean over this many rows (levels, probes, steps), weighted by entries */
  int64_t cells;       /* of all rows */
  const char *unit[2]; /* of the entries: "chains"; for predictions "pairs", "weighed pairs" or "first components" */
  int64_t entries[2];
  double effective[2]; /* the number of independent entries that would have the same noise. For chains: their number in
                          the rows. For pairs: from their scatter over 64 cells; NAN if too few pairs work */
  int independent;     /* 0: a chain has several entries, so only value, chance and excess are known, unless chains are
                          matched (seam_paired_compare) */
  seam_distance distance[SEAM_DISTANCES];
} seam_compared;

/* A share of the chains. For a prediction, the errors are those of seam_prediction. It is NAN if there are no chains.
 */
typedef struct seam_fraction {
  const char *name, *of; /* "buffer", "pass"; as in files, "pass" is the name of works */
  double value[2], error[2];
  double difference;       /* A - B, in units of its standard error; NAN if that is not known */
  double difference_error; /* this standard error; for chains that of the pooled fraction. NAN if the samples share
                              random draws (seam_comparison_shared) */
} seam_fraction;

/* Compares the chains of `outcome` ("works", "buffer", "inverter", "fail" or "all") of two results. For a
 * prediction these are pairs that work; "all" is its first components, which have the law of untrained chains, and
 * "fail" is refused. A Gibbs law takes only "all". Returns SEAM_ERROR_MISMATCH if a result cannot tell the outcome, if
 * the interfaces have other bins or one was not counted, and, unless `anyway`, if kinds, margins or priors differ; the
 * message names each. The results may be freed before the comparison. */
SEAM_API seam_status seam_compare(const seam_result *a, const seam_result *b, const char *outcome, int anyway,
                                  seam_comparison **comparison, seam_error *error);
SEAM_API void seam_comparison_free(seam_comparison *comparison);

/* ---- Matched chains: the same seed and ids under two configurations ---- */

/* Chains with the same seed and id begin alike, so their differences are small, and a paired test finds differences
 * that independent samples hide. It needs the counts of both configurations for the same small blocks of chains. The
 * blocks are independent; within a block the chains keep their partners. */
typedef struct seam_paired seam_paired;

enum { SEAM_FEWEST_BLOCKS = 64, SEAM_MOST_BLOCKS = 1024 };

/* Adds a block: two results of training with the same seed and the same chains, which no earlier block has. *paired is
 * NULL before the first block. All results of a side have the same options but first-chain and chains. The results may
 * be freed. On SEAM_ERROR_MISMATCH nothing is added, and the message says why; after another error only
 * seam_paired_free is allowed. */
SEAM_API seam_status seam_paired_add(seam_paired **paired, const seam_result *a, const seam_result *b,
                                     seam_error *error);

/* As seam_compare, of all blocks together. A permutation swaps A and B in about half of the blocks. Intervals and
 * errors of differences leave out one block at a time (jackknife). So p and the intervals are known for every
 * histogram, also where a chain has several entries. SEAM_ERROR_USAGE if there are fewer than SEAM_FEWEST_BLOCKS
 * blocks. */
SEAM_API seam_status seam_paired_compare(const seam_paired *paired, const char *outcome, int anyway,
                                         seam_comparison **comparison, seam_error *error);
SEAM_API void seam_paired_free(seam_paired *paired);

/* The number of blocks that seam_paired_compare compared; 0 for a comparison of seam_compare. */
SEAM_API int seam_comparison_blocks(const seam_comparison *comparison);

/* By index from 0, NULL after the last. The first compared histogram is always the interface. The others are those that
 * both results have with the same axes; there are none if one result is a prediction. */
SEAM_API const seam_compared *seam_comparison_histogram_at(const seam_comparison *comparison, size_t index);
SEAM_API const seam_fraction *seam_comparison_fraction_at(const seam_comparison *comparison, size_t index);

/* Maps over the bins of (u0, u1): log_ratio is ln of (A's share of the bin's cell / B's share), with half a count added
 * to each, or NAN in bins where neither counted anything; log_ratio_error is its standard error, NAN where it is not
 * known. There are no maps if a sample is empty. */
SEAM_API const seam_histogram *seam_comparison_map_at(const seam_comparison *comparison, size_t index);

/* The number of chains that both results drew with the same seed and id, or for two predictions the number of such
 * components. If it is above 0, the samples are not independent: p, the intervals, the errors of differences and the
 * distances by chance are NAN, unless seam_paired_compare matched the chains. A training and a prediction never share
 * draws. */
SEAM_API uint64_t seam_comparison_shared(const seam_comparison *comparison);

/* The configuration of the first result (side 0) or of the second; it lives as long as the comparison. */
SEAM_API seam_config *seam_comparison_config(seam_comparison *comparison, int side);

/* The outcomes that were compared, as seam_compare was told; "works" also if it was told "pass", which is the old word.
 */
SEAM_API const char *seam_comparison_outcome(const seam_comparison *comparison);

/* Deprecated: the name of seam_comparison_outcome in 0.1. 0.2 will not have it. */
#define seam_comparison_slice seam_comparison_outcome

/* Returns the whole comparison as the text of one JSON object, with null for NAN, or NULL if no memory is left. The
 * caller frees it with free(). */
SEAM_API char *seam_comparison_record(const seam_comparison *comparison);

/* Writes the record and the maps as seam_output_write does a result. */
SEAM_API seam_status seam_output_write_comparison(seam_output *output, const seam_comparison *comparison,
                                                  seam_error *error);

/* Reads what seam_output_write_comparison wrote, and checks all of it. Returns the statuses of seam_result_read. */
SEAM_API seam_status seam_comparison_read(const char *path, seam_comparison **comparison, seam_error *error);

/* Whether the file says that it is a comparison. A caller who takes results as well then knows which reader to call. */
SEAM_API int seam_is_comparison(const char *path);

/* ---- What this machine has ---- */

typedef struct seam_device {
  const char *backend; /* "cpu" or "cuda" */
  int index;           /* what --device takes; 0 for the CPU */
  char name[128];
  char detail[256];       /* instruction sets and threads; or architecture, multiprocessors and memory */
  char bus[32];           /* PCI address, "0000:17:00.0", as other tools name the card; "" for the CPU */
  int compute_capability; /* 10 * major + minor, 90 for 9.0; these three are 0 for the CPU and if unknown */
  int multiprocessors;
  uint32_t clock_khz; /* greatest clock of the multiprocessors, in kHz */
} seam_device;

/* The threads of the cpu backend. */
typedef struct seam_threads {
  int threads;    /* of this process */
  int on_host;    /* of all ranks of this host together */
  int cores;      /* that this host has */
  char limit[64]; /* what allows fewer threads than cores, as in "SLURM_CPUS_PER_TASK"; "" for nothing */
} seam_threads;

/* How many threads a run of `config` takes. With threads 0 it is the smallest of: the cores that the process may use,
 * cpu.max and cpu.cfs_quota_us of its control groups (rounded up), SLURM_CPUS_PER_TASK, SLURM_CPUS_ON_NODE, NCPUS,
 * NSLOTS, LSB_DJOB_NUMPROC, OMP_NUM_THREADS and OMP_THREAD_LIMIT. Ranks of one host divide what is for all of them.
 * No count depends on it. */
SEAM_API seam_threads seam_threads_of(const seam_config *config);

/* Fills at most `capacity` devices and returns how many there are. The CPU is always the first. */
SEAM_API size_t seam_devices(seam_device *devices, size_t capacity);

/* Why CUDA cannot be used here ("no driver: ...", "built without nvcc"), or NULL if it can. */
SEAM_API const char *seam_cuda_unavailable(void);

/* The floating-point operations of one chain-step of this configuration: forward, backward and update. A fused
 * multiply-add counts as two. tanh and the logistic function count as the operations that they take here. */
SEAM_API double seam_flops_per_chain_step(const seam_config *config);

/* Measures the fused multiply-add rate of one core with the configuration's instruction set, in flop/s; 0 if the
 * instruction set has no such instruction. Takes about 0.2 s. */
SEAM_API double seam_core_peak(const seam_config *config);

#ifdef __cplusplus
}
#endif

#endif
