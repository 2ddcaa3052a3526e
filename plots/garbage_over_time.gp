# Objects retired and not yet freed over the measured time.
load scripts.'/style.gp'
own_x_tics = 0
x_label = 'measured time [s]'
y_unit = unit_of(highest)
y_label = si_name(y_unit).(y_unit > 1 ? ' ' : '').'objects of garbage'
load scripts.'/curves.gp'
