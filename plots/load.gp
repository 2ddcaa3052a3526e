# 99th percentile of latency, from the intended start, against the rate at which operations arrive; logarithmic.
load scripts.'/style.gp'
own_x_tics = 0
x_unit = unit_of(x_high)
x_label = si_name(x_unit).' ops/s arriving, all threads'
y_unit = unit_of(highest)
y_label = 'p99 latency ['.ns_name(y_unit).']'
load scripts.'/curves.gp'
