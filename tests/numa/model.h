/* What a program says to the model of caches that QEMU runs it in (model.c): by prctl(2). */
#ifndef TESTS_NUMA_MODEL_H
#define TESTS_NUMA_MODEL_H

enum {
	MODEL_CALL = 157,            /* prctl on x86_64 */
	MODEL_OPTION = 0x6e756d61    /* none of the kernel's: it answers EINVAL */
};

enum model_command {
	MODEL_SEAT = 1,    /* the calling thread sits on node ARGUMENT, for good */
	MODEL_GATHER,      /* go on when ARGUMENT threads are here, all at once */
	MODEL_START,       /* count from here on */
	MODEL_STOP         /* and report what ARGUMENT operations took */
};

#endif
