# PUs as fields; those that a worker sat on are coloured.
load scripts.'/style.gp'
has_above = 1
name_room = 40
load scripts.'/fields.gp'
