#include "structures/reclaim/urcu.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "structures/reclaim/membarrier.h"

/* A call_rcu thread, bound to one PU. */
struct urcu_helper {
	struct call_rcu_data *data;
	struct rcu_head greeting;    /* its first callback, by which it introduces itself */
	sem_t greeted;
	int pu;                      /* the kernel's number */
	int thread_id;               /* of the kernel */
};

struct reclaim {
	/* Not the lock first: to ThreadSanitizer the domain's address stands for its grace periods
	 * (liburcu_released()), and the unlock of a mutex there would forget them. */
	unsigned helpers_count;
	pthread_mutex_t lock;        /* of the helpers, while workers attach */
	struct urcu_helper *helpers; /* one for each worker at most */
	unsigned workers;
	bool in_batches;
	struct reclaim_thread *threads[];
};

/* How often this thread is registered with the flavour; it may be attached to several instances. */
static _Thread_local unsigned urcu_registered;

static void urcu_register(void)
{
	if (urcu_registered++ == 0) {
		rcu_register_thread();
		rcu_thread_offline();
	}
}

static void urcu_unregister(void)
{
	if (--urcu_registered == 0)
		rcu_unregister_thread();
}

void urcu_visit(struct reclaim *domain)
{
	urcu_register();
	rcu_thread_online();
	/* Its call_rcu() goes to a helper that is there: the library would start one more. */
	if (domain->helpers_count)
		set_thread_call_rcu_data(domain->helpers[0].data);
}

void urcu_leave(void)
{
	set_thread_call_rcu_data(NULL);
	rcu_thread_offline();
	urcu_unregister();
}

int urcu_create(const struct setup *setup, struct reclaim **result)
{
	struct reclaim *domain;

#if NUMAMARK_RECLAIM_URCU_MEMB || NUMAMARK_RECLAIM_URCU_BP
	/* liburcu would fall back to full fences: another flavour under this one's name. */
	if (membarrier_register())
		return -ENOTSUP;
#endif
	domain = memory_shared(setup->memory,
			       sizeof(*domain) + setup->workers * sizeof(*domain->threads));
	if (!domain)
		return -ENOMEM;
	domain->helpers =
		memory_shared(setup->memory, setup->workers * sizeof(*domain->helpers));
	if (!domain->helpers)
		return -ENOMEM;    /* what was got goes with memory_destroy() */
	domain->workers = setup->workers;
	domain->in_batches = setup->frees_in_batches;
	for (unsigned i = 0; i < domain->workers; i++) {
		struct reclaim_thread *const thread =
			memory_thread(setup->memory, i, sizeof(*thread));

		if (!thread || limbo_init(&thread->limbo, setup, i, sizeof(struct urcu_bag)))
			return -ENOMEM;
		thread->domain = domain;
		domain->threads[i] = thread;
	}
	pthread_mutex_init(&domain->lock, NULL);
	*result = domain;
	return 0;
}

/* Bags that helpers gave back since the last time: some to be freed, some empty. */
static void urcu_take_returned(struct reclaim_thread *thread)
{
	struct limbo_bag *bag;

	/* relaxed: a guess that saves a locked operation; the exchange below decides. */
	if (!load_relaxed(&thread->returned))
		return;
	/* acquire: the bags as the helper left them; pairs with the release in urcu_return(). */
	bag = exchange_acquire(&thread->returned, NULL);
	while (bag) {
		struct limbo_bag *const next = bag->next;

		if (bag->count)
			limbo_ripen(&thread->limbo, bag);
		else
			limbo_spare(&thread->limbo, bag);
		bag = next;
	}
}

void urcu_destroy(struct reclaim *domain)
{
	rcu_barrier();    /* every bag is back with its worker after this */
	for (unsigned i = 0; i < domain->workers; i++) {
		urcu_take_returned(domain->threads[i]);
		limbo_destroy(&domain->threads[i]->limbo);
	}
	for (unsigned i = 0; i < domain->helpers_count; i++) {
		struct urcu_helper *const helper = &domain->helpers[i];
#if NUMAMARK_URCU_LEAVES_HELPERS_UNJOINED
		const pthread_t ended = get_call_rcu_thread(helper->data);

		call_rcu_data_free(helper->data);
		pthread_join(ended, NULL);
#else
		call_rcu_data_free(helper->data);
#endif
		sem_destroy(&helper->greeted);
	}
	pthread_mutex_destroy(&domain->lock);
}

/*
 * The first callback of a helper, run by the helper. liburcu binds a helper to the PU asked for
 * only after its 256th grace period, and tells nobody its thread id: both are done here.
 */
static void urcu_greet(struct rcu_head *head)
{
	struct urcu_helper *const helper = caa_container_of(head, struct urcu_helper, greeting);
	cpu_set_t *const set = CPU_ALLOC((size_t)helper->pu + 1);

	if (set) {
		const size_t size = CPU_ALLOC_SIZE((size_t)helper->pu + 1);

		CPU_ZERO_S(size, set);
		CPU_SET_S((size_t)helper->pu, size, set);
		/* A refusal is seen by whoever reads the affinity of the helpers back. */
		sched_setaffinity(0, size, set);
		CPU_FREE(set);
	}
	helper->thread_id = (int)syscall(SYS_gettid);
	sem_post(&helper->greeted);
}

/* The helper for a PU; one made for it now is still to be greeted. */
static struct urcu_helper *urcu_find_helper(struct reclaim *domain, int pu, bool *is_new)
{
	struct urcu_helper *helper = NULL;

	pthread_mutex_lock(&domain->lock);
	for (unsigned i = 0; i < domain->helpers_count && !helper; i++)
		if (domain->helpers[i].pu == pu || i + 1 == HELPERS_MAX)
			helper = &domain->helpers[i];
	*is_new = !helper;
	if (!helper) {
		helper = &domain->helpers[domain->helpers_count++];
		helper->pu = pu;
		sem_init(&helper->greeted, 0, 0);
		helper->data = create_call_rcu_data(0, pu);
	}
	pthread_mutex_unlock(&domain->lock);
	return helper;
}

int urcu_attach(struct reclaim *domain, struct context *context)
{
	struct reclaim_thread *const thread = domain->threads[context->worker];
	bool is_new;

	limbo_attach(&thread->limbo, context);
	context->reclaim = thread;
	urcu_register();
	thread->helper = urcu_find_helper(domain, sched_getcpu(), &is_new);
	if (!is_new)
		return 0;
	urcu_online(thread);
	call_rcu(&thread->helper->greeting, urcu_greet);
	urcu_offline(thread);
	while (sem_wait(&thread->helper->greeted))
		;    /* interrupted by a signal */
	return 0;
}

void urcu_detach(struct reclaim_thread *thread)
{
	limbo_detach(&thread->limbo);
	urcu_unregister();
}

/* Only while online: a thread may be attached to several instances, and each has its own
 * helpers. */
void urcu_online(struct reclaim_thread *thread)
{
	rcu_thread_online();
	set_thread_call_rcu_data(thread->helper->data);
}

void urcu_offline(struct reclaim_thread *thread)
{
	set_thread_call_rcu_data(NULL);
	liburcu_released(thread->domain);
	rcu_thread_offline();
}

struct garbage urcu_garbage(struct reclaim *domain)
{
	struct garbage sum = { 0 };

	for (unsigned i = 0; i < domain->workers; i++) {
		const struct reclaim_thread *const thread = domain->threads[i];
		/* acquire: as in limbo_sum_freed(); pairs with the release in
		 * urcu_return(). */
		const uint64_t freed = load_acquire(&thread->freed);

		limbo_sum(&thread->limbo.counts, &sum);
		sum.outstanding -= freed;
	}
	return sum;
}

unsigned urcu_helpers(struct reclaim *domain, struct helper *helpers)
{
	unsigned count;

	pthread_mutex_lock(&domain->lock);
	count = domain->helpers_count;
	for (unsigned i = 0; i < count; i++)
		helpers[i] = (struct helper){ domain->helpers[i].thread_id, "call_rcu" };
	pthread_mutex_unlock(&domain->lock);
	return count;
}

/* Run by a helper after a grace period: nobody can reach what is in the bag. */
static void urcu_return(struct rcu_head *head)
{
	struct limbo_bag *const bag = &caa_container_of(head, struct urcu_bag, head)->limbo;
	struct reclaim_thread *thread;

	liburcu_acquired(bag);
	thread = caa_container_of(bag->owner, struct reclaim_thread, limbo);
	liburcu_acquired(thread->domain);
	if (thread->domain->in_batches) {
		limbo_free_objects(bag, NULL);
		/* release: who sees an object freed sees it retired; pairs with the acquire in
		 * urcu_garbage(). */
		fetch_add_release(&thread->freed, bag->count);
		bag->count = 0;
	}
	/* relaxed: only compared; the owner takes all at once, so no bag can come and go meanwhile
	 * with its `next` changed unseen. */
	bag->next = load_relaxed(&thread->returned);
	/* release: hands over the bag and the end of all sections that might have met its objects;
	 * pairs with the acquire in urcu_take_returned(). */
	while (!cas_weak_release(&thread->returned, &bag->next, bag))
		;
}

void urcu_seal(struct reclaim_thread *thread)
{
	struct limbo_bag *const sealed = limbo_seal(&thread->limbo);

	if (sealed) {
		liburcu_released(sealed);
		call_rcu(&((struct urcu_bag *)sealed)->head, urcu_return);
	}
	urcu_take_returned(thread);
}

void urcu_flush(struct reclaim_thread *thread)
{
	/* The last bag stays open while there is no memory: the next retire would find none. */
	if (limbo_reserve(&thread->limbo))
		urcu_seal(thread);
	else
		urcu_take_returned(thread);
	limbo_free_ripe(&thread->limbo, UINT64_MAX);
}
