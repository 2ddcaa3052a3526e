# 99th percentile of latency, logarithmic.
load scripts.'/style.gp'
y_unit = highest >= 1e9 ? 1e9 : highest >= 1e6 ? 1e6 : highest >= 1e3 ? 1e3 : 1
y_label = 'p99 latency ['.(y_unit == 1e9 ? 's' : y_unit == 1e6 ? 'ms' : y_unit == 1e3 ? 'µs' : 'ns').']'
ideal(x) = NaN
load scripts.'/scaling.gp'
