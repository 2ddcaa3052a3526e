#include "structures/kvslot/sharded.h"

#include "structures/map/sharded.c"
