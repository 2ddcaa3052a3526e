#include "structures/kvslot/hashset.h"

#include "structures/map/chained.c"
