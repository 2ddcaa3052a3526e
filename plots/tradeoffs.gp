# Blocks of coloured fields, as high as their rows need; a line above each block says what was measured.
# Expects block_row and block_title.
rows_high = rows * (columns != 1 ? 26.0 : format eq 'tikz' ? 40.0 : 28.0) + 0.3 * (columns == 1 ? 360 : 440)
tall = rows_high / (columns == 1 ? 360 : 440)
tall = tall < 1 ? 1 : tall
load scripts.'/style.gp'
# In two lines: what a variant is, and what is wrong with it; in one column in as many as there are parts.
split(text, at) = at ? text[1:at - 1]."\n".text[at + 1:*] : text
do for [i = 1:rows] {
	row_name[i] = split(row_name[i], is_drawn ? strstrt(row_name[i], narrow ? ' ' : ' (') : 0)
	colon = narrow ? strstrt(row_name[i], ': ') : 0
	row_name[i] = split(row_name[i], colon ? colon + 1 : 0)
}
do for [i = 1:cells] { column_name[i] = split(column_name[i], strstrt(column_name[i], ' ')) }
title_max = !narrow ? 130 : format eq 'tikz' ? 72 : 100
do for [i = 1:blocks] {
	what = strlen(block_title[i]) > title_max ? block_title[i][1:title_max - 3].'...' : block_title[i]
	set label 100 + i what at screen 0.02, first block_row[i] left noenhanced font small_font
}
text_font = !narrow ? small_font : format eq 'png' ? ',11' : format eq 'pdf' ? ',4.2' : format eq 'svg' ? ',8' : small_font
column_font = text_font
has_above = 0
name_room = 48
load scripts.'/fields.gp'
