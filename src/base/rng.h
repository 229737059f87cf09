/* rng.h - random numbers from a seed, or from the system. Not for keys or passwords: those are libsodium's. */
#pragma once

#include "base/arena.h"

#include <stdint.h>

struct rng {
    uint64_t state[2]; /* xoroshiro128+, as published by Blackman and Vigna (public domain) */
};

void rng_seed(struct rng *, uint64_t seed);
void rng_seed_system(struct rng *);
uint64_t rng_next(struct rng *);
/* A number in [0, bound); bound must not be 0. */
uint64_t rng_below(struct rng *, uint64_t bound);
/* 32 hex digits (128 bits): the token of a creation. */
char *rng_token(struct rng *, struct arena *);
