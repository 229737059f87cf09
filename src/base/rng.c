#include "base/rng.h"

#include "base/str.h"

#include <stdlib.h>
#include <sys/random.h>

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = (*x += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

void rng_seed(struct rng *r, uint64_t seed)
{
    r->state[0] = splitmix(&seed);
    r->state[1] = splitmix(&seed);
}

void rng_seed_system(struct rng *r)
{
    if (getrandom(r->state, sizeof r->state, 0) != (ssize_t)sizeof r->state)
        abort();
}

static uint64_t rotate(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

uint64_t rng_next(struct rng *r)
{
    uint64_t a = r->state[0], b = r->state[1], result = a + b;
    b ^= a;
    r->state[0] = rotate(a, 24) ^ b ^ (b << 16);
    r->state[1] = rotate(b, 37);
    return result;
}

uint64_t rng_below(struct rng *r, uint64_t bound)
{
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound, x;
    do
        x = rng_next(r);
    while (x >= limit);
    return x % bound;
}

char *rng_token(struct rng *r, struct arena *a)
{
    uint64_t x[2] = {rng_next(r), rng_next(r)};
    return str_hex(a, x, sizeof x);
}
