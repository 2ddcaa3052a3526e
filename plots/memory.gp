# Bytes per element, with tables and payloads, as filled.
load scripts.'/style.gp'
y_label = 'bytes per element'
load scripts.'/curves.gp'
