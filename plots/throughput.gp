# Operations per second against threads.
load scripts.'/style.gp'
y_unit = unit_of(highest)
y_label = si_name(y_unit).' ops/s, all threads'
load scripts.'/curves.gp'
