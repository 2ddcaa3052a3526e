# Three numbers of each row, and long names: in one column the scale of the colours leaves them its room.
load scripts.'/style.gp'
has_above = 0
name_room = narrow ? 43 : 48
if (narrow) { colour_label = '' }
load scripts.'/fields.gp'
