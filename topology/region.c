#include "topology/region.h"

#include <errno.h>
#include <linux/mman.h>
#include <numaif.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "topology/kernel_file.h"

#define THP_FOLDER "/sys/kernel/mm/transparent_hugepage/"

void node_set_add(struct node_set *set, unsigned os_index)
{
	set->count += !node_set_has(set, os_index);
	set->words[os_index / NODE_SET_WORD_BITS] |= 1ul << os_index % NODE_SET_WORD_BITS;
}

bool node_set_has(const struct node_set *set, unsigned os_index)
{
	return set->words[os_index / NODE_SET_WORD_BITS] >> os_index % NODE_SET_WORD_BITS & 1;
}

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

bool page_kind_is_reserved(const struct page_kind *kind)
{
	return kind->pages == MEMORY_PAGES_HUGE2M || kind->pages == MEMORY_PAGES_HUGE1G;
}

static int page_kind_find_thp(struct page_kind *kind, struct fault *fault)
{
	char enabled[64];
	uint64_t bytes;

	if (kernel_file_read(enabled, sizeof(enabled), THP_FOLDER "enabled") <= 0 ||
	    kernel_file_number(&bytes, THP_FOLDER "hpage_pmd_size"))
		return fault_set(fault, -ENOTSUP,
				 "pages=thp: this kernel has no transparent huge pages");
	if (strstr(enabled, "[never]"))
		return fault_set(fault, -ENOTSUP,
				 "pages=thp: transparent huge pages are switched off; as root: "
				 "echo madvise >" THP_FOLDER "enabled");
	if (prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 1)
		return fault_set(fault, -ENOTSUP,
				 "pages=thp: switched off for this process (PR_SET_THP_DISABLE)");
	kind->unit_bytes = bytes;
	return 0;
}

/* Pages that are missing must be found out by asking, not by SIGBUS: MADV_POPULATE_WRITE asks. */
static bool page_kind_can_populate(void)
{
	char *const probe = region_reserve(page_bytes(), page_bytes());
	bool can;

	if (!probe)
		return false;
	can = !mprotect(probe, page_bytes(), PROT_READ | PROT_WRITE) &&
	      !madvise(probe, page_bytes(), MADV_POPULATE_WRITE);
	munmap(probe, page_bytes());
	return can;
}

static int page_kind_find_hugetlb(const char *name, unsigned kib, unsigned suggested,
				  struct page_kind *kind, struct fault *fault)
{
	uint64_t free_pages;

	if (kernel_file_number(&free_pages,
			       "/sys/kernel/mm/hugepages/hugepages-%ukB/free_hugepages", kib))
		return fault_set(fault, -ENOTSUP, "pages=%s: this machine has no pages of %u kB",
				 name, kib);
	if (!free_pages)
		return fault_set(fault, -ENOMEM,
				 "pages=%s: no page of %u kB is free; as root: echo %u "
				 ">/sys/kernel/mm/hugepages/hugepages-%ukB/nr_hugepages",
				 name, kib, suggested, kib);
	if (!page_kind_can_populate())
		return fault_set(fault, -ENOTSUP, "pages=%s needs Linux 5.14 or later", name);
	kind->unit_bytes = (size_t)kib * 1024;
	return 0;
}

int page_kind_find(enum memory_pages pages, struct page_kind *kind, struct fault *fault)
{
	struct page_kind found = { .pages = pages, .unit_bytes = page_bytes() };
	int error = 0;

	switch (pages) {
	case MEMORY_PAGES_BASE: break;
	case MEMORY_PAGES_THP: error = page_kind_find_thp(&found, fault); break;
	case MEMORY_PAGES_HUGE2M:
		error = page_kind_find_hugetlb("huge2m", 2048, 1024, &found, fault);
		break;
	case MEMORY_PAGES_HUGE1G:
		error = page_kind_find_hugetlb("huge1g", 1048576, 4, &found, fault);
		break;
	}
	if (!error)
		*kind = found;
	return error;
}

char *region_reserve(size_t bytes, size_t align_bytes)
{
	const size_t page = page_bytes();
	const size_t room = bytes + align_bytes;
	char *const start =
		mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (start == MAP_FAILED)
		return NULL;
	const size_t before = -(uintptr_t)start & (align_bytes - 1);
	const size_t used = (before + bytes + page - 1) & ~(page - 1);

	if (before)
		munmap(start, before);
	if (room > used)
		munmap(start + used, room - used);
	return start + before;
}

int home_policy(const struct home *home, const struct topology *topology, struct node_set *nodes)
{
	*nodes = (struct node_set){ .count = 0 };
	if (home->kind == HOME_SPREAD) {
		*nodes = *home->spread;
		return MPOL_INTERLEAVE;
	}
	if (home->kind != HOME_NODE)
		return MPOL_DEFAULT;
	node_set_add(nodes, topology_node(topology, home->node)->os_index);
	/* Not MPOL_PREFERRED: that goes to another node before it reclaims page cache. */
	return MPOL_BIND;
}

/* Return: 0, or the errno of the refusal: what is read back later decides. */
static int region_set_policy(const struct region *region, const struct topology *topology)
{
	struct node_set nodes;
	const int mode = home_policy(&region->home, topology, &nodes);

	if (mode == MPOL_DEFAULT)
		return 0;
	/* The kernel reads one bit less than it is told. */
	if (mbind(region->base, region->bytes, mode, nodes.words, NODE_SET_NODES + 1, 0))
		return errno;
	return 0;
}

static int region_open_hugetlb(struct region *region, const struct topology *topology)
{
	const int size = region->kind.pages == MEMORY_PAGES_HUGE2M ? MAP_HUGE_2MB : MAP_HUGE_1GB;

	if (mmap(region->base, region->bytes, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_HUGETLB | size, -1, 0) == MAP_FAILED)
		return -ENOMEM;
	region->refused = region_set_policy(region, topology);
	if (region->home.kind == HOME_TURNS)
		return 0;
	return madvise(region->base, region->bytes, MADV_POPULATE_WRITE) ? -ENOMEM : 0;
}

static int region_open_ordinary(struct region *region, const struct topology *topology)
{
	const int advice = region->kind.pages == MEMORY_PAGES_THP ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;

	/* Refused by kernels without transparent huge pages alone, which need no telling. */
	madvise(region->base, region->bytes, advice);
	region->refused = region_set_policy(region, topology);
	return mprotect(region->base, region->bytes, PROT_READ | PROT_WRITE) ? -ENOMEM : 0;
}

int region_open(struct region *region, const struct topology *topology)
{
	int error;

	if (!region->is_reserved) {
		region->base =
			region_reserve(region->bytes + page_bytes(), region->kind.unit_bytes);
		if (!region->base)
			return -ENOMEM;
	}
	error = page_kind_is_reserved(&region->kind) ? region_open_hugetlb(region, topology)
						     : region_open_ordinary(region, topology);
	if (error && region->is_reserved) /* nothing, and no hole for others to map */
		mmap(region->base, region->bytes, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
	else if (error)
		region_close(region);
	return error;
}

int region_touch(const struct region *region, size_t unit)
{
	char *const start = region->base + unit * region->kind.unit_bytes;

	if (page_kind_is_reserved(&region->kind))
		return madvise(start, region->kind.unit_bytes, MADV_POPULATE_WRITE) ? -ENOMEM : 0;
	/* Each base page: where no huge page was to be had, its first touch brings in just one. */
	for (size_t i = 0; i < region->kind.unit_bytes; i += page_bytes())
		*(volatile char *)(start + i) = 0;
	return 0;
}

void region_close(struct region *region)
{
	munmap(region->base, region->bytes + page_bytes());
}
