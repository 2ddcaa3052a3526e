/* Where a client stalls: between two operations, since it holds nothing of the server's. Expects STRUCTURE. */
static inline void OP(stall)(struct STRUCTURE *structure, struct worker *worker)
{
	(void)structure;
	worker_sleep_stalled(worker);
}
