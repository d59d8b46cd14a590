/* SPDX-License-Identifier: Apache-2.0 */
/* The examples in help and man pages. They work when run in this order in an empty folder. */
#include "command/examples.h"

#include <stddef.h>

const struct example examples[] = {
    {"train", "seam train --first buffer --second buffer --chains 100k --steps 300", "write seam.zip"},
    {"train", "seam train --config seam.zip --seed 2 --output again.zip", "the same with other random numbers"},
    {"train", "seam train --config seam.zip --chains 200k --resume --checkpoint-every 10m",
     "twice as many chains: run those that seam.zip lacks, and save every ten minutes"},
    {"predict", "seam predict --first buffer --second buffer --chains 10k --output pairs.zip",
     "what selection alone would leave"},
    {"predict", "seam predict --config pairs.zip --beta 10 --output gibbs.zip",
     "the same, with pairs weighed by their loss"},
    {"sweep", "echo '{\"task\": \"train\", \"grid\": {\"steps\": [1, 10, 100]}}' >steps.json",
     "a plan of three points"},
    {"sweep", "seam sweep steps.json --dry-run", "what it would run, and how long that would take"},
    {"sweep", "seam sweep steps.json",
     "run the plan, or what is missing of it: a file for each point, and steps/index.csv"},
    {"show", "seam show seam.zip", "the chains that work"},
    {"show", "seam show seam.zip --outcome inverter", "the inverters among them"},
    {"plot", "seam plot seam.zip --output interface.png", "the interface as a picture"},
    {"plot", "seam plot seam.zip --figure all --log --width 85mm --output all.pdf", "all figures, a column wide"},
    {"plot", "seam plot seam.zip pairs.zip --output both.svg", "training beside selection, and their ratio"},
    {"plot", "seam plot steps/*.zip --output steps.pdf --figure interface,margins",
     "a sweep's points beside one another"},
    {"compare", "seam compare seam.zip again.zip", "do two seeds differ?"},
    {"compare", "seam compare seam.zip pairs.zip --output where.zip", "training and selection, and where they differ"},
    {"compare", "seam plot where.zip", "the same, as a picture: where.png"},
    {"merge", "seam train --chains 20k --steps 100 --shard 1/2 --output part1.zip", "on one machine"},
    {"merge", "seam train --chains 20k --steps 100 --shard 2/2 --output part2.zip", "on another"},
    {"merge", "seam merge --output whole.zip part1.zip part2.zip", "as if it had been one run"},
    {"info", "seam info", "what this machine has"},
    {"info", "seam info seam.zip", "how a result was made"},
    {"bench", "seam bench --first mlp4 --second mlp4 --chains 4k --repeat 3", "chain-steps a second"},
    {NULL, NULL, NULL}};
