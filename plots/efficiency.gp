# Speed-up by the number of threads. The bands leave out the uncertainty of the median on one thread.
load scripts.'/style.gp'
y_label = 'efficiency (speed-up / threads)'
ideal(x) = 1
load scripts.'/curves.gp'
