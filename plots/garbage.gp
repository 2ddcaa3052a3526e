# Objects retired and not yet freed, at the worst moment; logarithmic.
load scripts.'/style.gp'
y_label = 'objects of garbage, at most'
load scripts.'/curves.gp'
