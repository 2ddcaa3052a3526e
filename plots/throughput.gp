# Operations per second against threads.
load scripts.'/style.gp'
y_unit = highest >= 1e9 ? 1e9 : highest >= 1e6 ? 1e6 : highest >= 1e3 ? 1e3 : 1
y_label = (y_unit == 1e9 ? 'G' : y_unit == 1e6 ? 'M' : y_unit == 1e3 ? 'k' : '').' ops/s, all threads'
ideal(x) = NaN
load scripts.'/scaling.gp'
