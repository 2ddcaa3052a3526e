/*
 * A model of caches on several NUMA nodes: a plugin that QEMU's user emulation loads, and nothing
 * else does.
 *
 * What it counts is modelled, and called so: lines that a node had to fetch because another node
 * had written them. Caches are private to a thread and without bounds, so that a line is missing
 * for one reason alone: someone else has written it. A directory knows who holds each line and who
 * wrote it last. No time passes in it.
 *
 * Threads say by prctl(2) which node they sit on (see model.h); only those are modelled. They run
 * one at a time, in turns of about a hundred instructions, whose lengths a generator with a fixed
 * seed draws: as many cores would interleave, and so that counts hardly differ from run to run. On
 * few real cores they would instead each run for milliseconds on end, and share nothing meanwhile.
 * A thread in a system call has no turn.
 *
 * The declarations below are those few of QEMU's documented plugin interface, version 1, that this
 * file needs ("QEMU TCG Plugins" in QEMU's developer manual); the header itself is not packaged.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/numa/model.h"

#define EXPORTED __attribute__((visibility("default")))

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;

enum { QEMU_PLUGIN_CB_NO_REGS = 0, QEMU_PLUGIN_MEM_RW = 3 };

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   void (*callback)(uint64_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  void (*callback)(unsigned, void *), int flags,
					  void *cookie);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      void (*callback)(unsigned, uint32_t, uint64_t, void *),
				      int flags, int accesses, void *cookie);
void qemu_plugin_register_vcpu_syscall_cb(uint64_t id,
					  void (*callback)(uint64_t, unsigned, int64_t, uint64_t,
							   uint64_t, uint64_t, uint64_t, uint64_t,
							   uint64_t, uint64_t, uint64_t));
void qemu_plugin_register_vcpu_syscall_ret_cb(uint64_t id,
					      void (*callback)(uint64_t, unsigned, int64_t,
							       int64_t));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
bool qemu_plugin_mem_is_store(uint32_t access);
void qemu_plugin_outs(const char *text);
EXPORTED int qemu_plugin_install(uint64_t id, const struct qemu_info_t *info, int count,
				 char **words);

EXPORTED extern int qemu_plugin_version;
int qemu_plugin_version = 1;

enum {
	THREADS_MAX = 1024,    /* of the program, by QEMU's number */
	SEATS_MAX = 64,        /* modelled ones: bits of a word */
	NODES_MAX = 16,
	LINE_LOG2 = 6,
	LINES_LOG2 = 21,       /* that the directory has room for */
	TURN_LEAST = 32, TURN_SPREAD = 128    /* instructions */
};

struct line {
	uint64_t number;       /* 0: none */
	uint64_t holders;      /* seats */
	unsigned writer;       /* seat + 1; 0: nobody that is modelled */
};

static struct line *directory;

/* Seats: the first has number 0. What follows up to the lock is changed by the thread that has the
 * turn, or under the lock. */
static uint64_t seats_of_node[NODES_MAX];
static unsigned node_of_seat[SEATS_MAX];
static unsigned seats;
static int seat_of_thread[THREADS_MAX];    /* seat + 1; 0: not modelled */
static int64_t left[SEATS_MAX];            /* instructions of this turn */

static bool is_counting;
static uint64_t accesses, misses, transfers, invalidations;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turns[SEATS_MAX];
static bool is_ready[SEATS_MAX];           /* wants to run */
static bool is_gathering[SEATS_MAX];       /* waits for others to be here */
static unsigned gathered;
static int holder = -1;                    /* of the turn */
static uint64_t random_state = 1;

/* --- turns ----------------------------------------------------------------------------------- */

static int64_t draw_turn(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return TURN_LEAST + (int64_t)(random_state >> 33) % TURN_SPREAD;
}

/* With the lock: the next seat that wants to run has the turn. */
static void pass_turn(int from)
{
	holder = -1;
	for (unsigned i = 1; i <= seats; i++) {
		const unsigned seat = ((unsigned)from + i) % seats;

		if (!is_ready[seat])
			continue;
		holder = (int)seat;
		left[seat] = draw_turn();
		pthread_cond_signal(&turns[seat]);
		return;
	}
}

/* With the lock: wait for the turn. */
static void await_turn(int seat)
{
	is_ready[seat] = !is_gathering[seat];
	if (holder < 0 && is_ready[seat]) {
		holder = seat;
		left[seat] = draw_turn();
	}
	while (holder != seat)
		pthread_cond_wait(&turns[seat], &lock);
}

static int seat_of(unsigned thread)
{
	return thread < THREADS_MAX ? seat_of_thread[thread] - 1 : -1;
}

static void on_block(unsigned thread, void *cookie)
{
	const int seat = seat_of(thread);

	if (seat < 0)
		return;
	left[seat] -= (int64_t)(intptr_t)cookie;
	if (left[seat] > 0)
		return;
	pthread_mutex_lock(&lock);
	pass_turn(seat);
	await_turn(seat);
	pthread_mutex_unlock(&lock);
}

/* --- the directory --------------------------------------------------------------------------- */

static struct line *find_line(uint64_t number)
{
	const uint64_t mask = (UINT64_C(1) << LINES_LOG2) - 1;
	uint64_t at = (number * 0x9e3779b97f4a7c15u) >> (64 - LINES_LOG2);

	for (uint64_t probes = 0; probes <= mask; probes++, at = (at + 1) & mask) {
		if (!directory[at].number)
			directory[at].number = number;
		if (directory[at].number == number)
			return &directory[at];
	}
	fprintf(stderr, "model: more lines than the directory has room for\n");
	abort();
}

static void on_access(unsigned thread, uint32_t access, uint64_t address, void *cookie)
{
	const int seat = seat_of(thread);

	(void)cookie;
	if (seat < 0)
		return;
	struct line *const line = find_line(address >> LINE_LOG2);
	const uint64_t mine = UINT64_C(1) << seat;
	const unsigned node = node_of_seat[seat];

	accesses += is_counting;
	misses += is_counting && !(line->holders & mine);
	if (!(line->holders & seats_of_node[node]) && line->writer &&
	    node_of_seat[line->writer - 1] != node)
		transfers += is_counting;
	line->holders |= mine;
	if (!qemu_plugin_mem_is_store(access))
		return;
	invalidations += is_counting && (line->holders & ~seats_of_node[node]);
	line->holders = mine;
	line->writer = (unsigned)seat + 1;
}

static void on_translation(uint64_t id, struct qemu_plugin_tb *tb)
{
	const size_t count = qemu_plugin_tb_n_insns(tb);

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS,
					     (void *)(intptr_t)count);
	for (size_t i = 0; i < count; i++)
		qemu_plugin_register_vcpu_mem_cb(qemu_plugin_tb_get_insn(tb, i), on_access,
						 QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, NULL);
}

/* --- what the program says ------------------------------------------------------------------- */

static void take_seat(unsigned thread, uint64_t node)
{
	if (thread >= THREADS_MAX || seat_of_thread[thread] || seats == SEATS_MAX ||
	    node >= NODES_MAX) {
		fprintf(stderr, "model: no seat on node %" PRIu64 "\n", node);
		abort();
	}
	pthread_cond_init(&turns[seats], NULL);
	node_of_seat[seats] = (unsigned)node;
	seats_of_node[node] |= UINT64_C(1) << seats;
	seat_of_thread[thread] = (int)++seats;
}

/* When the last of them is here, all are ready: none has begun before another could. */
static void gather(int seat, uint64_t count)
{
	is_gathering[seat] = true;
	if (++gathered < count)
		return;
	for (unsigned i = 0; i < seats; i++) {
		is_ready[i] |= is_gathering[i];
		is_gathering[i] = false;
	}
	gathered = 0;
}

static void report(uint64_t operations)
{
	char text[256];
	const double per = operations ? (double)operations : 1;

	snprintf(text, sizeof(text),
		 "{\"operations\": %" PRIu64 ", \"transfers_per_op\": %.4f, "
		 "\"invalidations_per_op\": %.4f, \"misses_per_op\": %.4f, "
		 "\"accesses_per_op\": %.1f}\n",
		 operations, (double)transfers / per, (double)invalidations / per,
		 (double)misses / per, (double)accesses / per);
	qemu_plugin_outs(text);
}

static void obey(unsigned thread, uint64_t command, uint64_t argument)
{
	if (command == MODEL_SEAT)
		take_seat(thread, argument);
	if (command == MODEL_GATHER && seat_of(thread) >= 0)
		gather(seat_of(thread), argument);
	if (command == MODEL_START)
		accesses = misses = transfers = invalidations = 0;
	if (command == MODEL_STOP)
		report(argument);
	if (command == MODEL_START || command == MODEL_STOP)
		is_counting = command == MODEL_START;
}

/* The turn goes to another before the call may block. */
static void on_call(uint64_t id, unsigned thread, int64_t number, uint64_t a1, uint64_t a2,
		    uint64_t a3, uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8)
{
	const int seat = seat_of(thread);

	(void)id, (void)a4, (void)a5, (void)a6, (void)a7, (void)a8;
	pthread_mutex_lock(&lock);
	if (seat >= 0)
		is_ready[seat] = false;
	if (number == MODEL_CALL && a1 == MODEL_OPTION)
		obey(thread, a2, a3);
	if (seat >= 0)
		pass_turn(seat);
	pthread_mutex_unlock(&lock);
}

static void on_return(uint64_t id, unsigned thread, int64_t number, int64_t result)
{
	const int seat = seat_of(thread);

	(void)id, (void)number, (void)result;
	if (seat < 0)
		return;
	pthread_mutex_lock(&lock);
	await_turn(seat);
	pthread_mutex_unlock(&lock);
}

int qemu_plugin_install(uint64_t id, const struct qemu_info_t *info, int count, char **words)
{
	(void)info, (void)count, (void)words;
	directory = calloc((size_t)1 << LINES_LOG2, sizeof(*directory));
	if (!directory)
		return 1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_vcpu_syscall_cb(id, on_call);
	qemu_plugin_register_vcpu_syscall_ret_cb(id, on_return);
	return 0;
}
