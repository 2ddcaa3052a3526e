# Rows and columns of coloured fields, each with its text; viridis-like colours that also rank in grey.
load scripts.'/style.gp'
has_above = 0
column_font = ''
text_font = small_font
name_room = 40
load scripts.'/fields.gp'
