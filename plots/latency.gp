# 99th percentile of latency, logarithmic.
load scripts.'/style.gp'
y_unit = unit_of(highest)
y_label = 'p99 latency ['.ns_name(y_unit).']'
load scripts.'/curves.gp'
