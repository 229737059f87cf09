/* banned.h - functions this project does not call; each becomes an unknown name that says so.
 *
 * The build includes this file before every source. It includes libc's own headers first, so that their declarations
 * stand, and only calls in our code fail. What to use instead stands beside each name. */
#pragma once

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define strcpy(...)    banned_use_buf_or_arena
#define strcat(...)    banned_use_buf
#define sprintf(...)   banned_use_buf_addf
#define vsprintf(...)  banned_use_buf_addf
#define strtok(...)    banned_use_str_split
#define gmtime(...)    banned_use_time_iso
#define localtime(...) banned_use_time_iso
#define atoi(...)      banned_use_str_to_int
#define rand(...)      banned_use_rng
#define system(...)    banned_no_shell
#define popen(...)     banned_no_shell
#define signal(...)    banned_use_sigaction
#undef alloca
#define alloca(...) banned_use_arena
