# Rows and columns of coloured fields, each with its text; viridis-like colours that also rank in grey.
load scripts.'/style.gp'
has_above = 0
name_room = 40
load scripts.'/fields.gp'
