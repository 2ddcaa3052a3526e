# One event per operation; its name stands in the title.
load scripts.'/style.gp'
y_label = 'events per operation'
load scripts.'/curves.gp'
