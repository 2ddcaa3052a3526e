# Resident memory over the measured time.
load scripts.'/style.gp'
own_x_tics = 0
x_label = 'measured time [s]'
y_unit = highest >= 2**30 ? 2**30 : highest >= 2**20 ? 2**20 : 2**10
y_label = 'resident memory ['.(y_unit == 2**30 ? 'GiB' : y_unit == 2**20 ? 'MiB' : 'KiB').']'
load scripts.'/curves.gp'
