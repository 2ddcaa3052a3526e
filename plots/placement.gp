# PUs as fields; those that a worker sat on are coloured.
load scripts.'/style.gp'
has_above = 1
load scripts.'/fields.gp'
