# Latency by percentile: the abscissa is 1 / (1 - quantile), so that each nine takes as much room.
load scripts.'/style.gp'
x_label = 'percentile'
y_unit = unit_of(highest)
y_label = 'latency ['.ns_name(y_unit).']'
load scripts.'/nines.gp'
load scripts.'/curves.gp'
