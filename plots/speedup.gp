# Multiples of the same variant's median on one thread. The bands leave out the uncertainty of that median.
load scripts.'/style.gp'
y_label = 'speed-up over one thread'
ideal(x) = x
load scripts.'/curves.gp'
