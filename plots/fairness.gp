# Jain's index of the threads' rates.
load scripts.'/style.gp'
y_label = "fairness (Jain's index)"
ideal(x) = 1
load scripts.'/curves.gp'
