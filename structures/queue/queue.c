#include "structures/queue/queue.h"

const struct family queue_family = {
	.name = "queue",
	.operations = (const char *const[]){ "enqueue", "dequeue", NULL },
	.effects = (const char *const[]){ "enqueued", "dequeued", NULL },
	.refusals = (const char *const[]){ "full", "empty", NULL },
	.default_mix = "enqueue:50,dequeue:50",
	.insert = QUEUE_ENQUEUE,
	.remove = QUEUE_DEQUEUE,
	.scan = FAMILY_NONE,
	.consume = QUEUE_DEQUEUE,
	.keeps_keys = false,
};
