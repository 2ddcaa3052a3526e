# Bytes per element, with tables and payloads, as filled.
load scripts.'/style.gp'
y_unit = 1
y_label = 'bytes per element'
ideal(x) = NaN
load scripts.'/scaling.gp'
