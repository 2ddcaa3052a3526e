# Objects retired and not yet freed, at the worst moment; logarithmic.
load scripts.'/style.gp'
y_unit = 1
y_label = 'objects of garbage, at most'
ideal(x) = NaN
load scripts.'/scaling.gp'
