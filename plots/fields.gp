# Coloured fields. Expects rows, cells, their names, scale_high, x_label, colour_label and a data file of column, row,
# value (below 0: text without a field) and text; name_room, letters that a row's name has room for at most; has_above,
# column_font and text_font.
longest = 1
do for [i = 1:rows] {
	rest = row_name[i]
	while (strlen(rest)) {
		broken = strstrt(rest, "\n")
		line = broken ? broken - 1 : strlen(rest)
		longest = line > longest ? line : longest
		rest = rest[line + 2:*]
	}
}
set lmargin at screen 0.03 + (!narrow ? 0.009 : format eq 'tikz' ? 0.0145 : 0.0115) * (longest > name_room ? name_room : longest)
set rmargin at screen strlen(colour_label) ? 0.86 : 0.97
set xrange [0.5 : cells + 0.5]
set yrange [(rows > 5 ? rows : 5) + 0.5 : 0.5]
set palette defined (0 '#f7fbff', 0.35 '#9ecae1', 0.7 '#4292c6', 1 '#08519c')
set cbrange [0 : scale_high]
set xlabel x_label offset 0, 0.3
set border 0
set tics scale 0
unset grid
set xtics ('' 1)
set ytics ('' 1)
# What tics carry is a format.
literal(text) = strstrt(text, '%') ? text[1:strstrt(text, '%')].'%'.literal(text[strstrt(text, '%') + 1:*]) : text
do for [i = 1:cells] { if (strlen(column_name[i])) { set xtics add (literal(column_name[i]) i) font column_font } }
do for [i = 1:rows] { if (strlen(row_name[i])) { set ytics add (literal(row_name[i]) i) font small_font } }
if (strlen(colour_label)) { set colorbox; set cblabel colour_label } else { unset colorbox }
half = 0.48
# Texts that would run into each other are left out; TeX has no letters small enough for those beside the fields.
bare_room = format ne 'tikz' || !narrow
shown(text, value) = value < 0 && !bare_room ? '' : format eq 'tikz' && strstrt(text, '%') ? text[1:strstrt(text, '%') - 1].'\\%'.text[strstrt(text, '%') + 1:*] : text
has_room = cells <= (narrow && !has_above ? 6 : 20)
plot data_file using ($3 < 0 ? NaN : $1):2:($1 - half):($1 + half):($2 - half):($2 + half):3 with boxxyerror fillstyle solid 1 noborder linecolor palette, \
	data_file using 1:2:(has_room ? shown(strcol(4), $3) : ''):($3 > 0.55 * scale_high ? 0xffffff : 0x222222) with labels offset 0,(has_above ? -0.5 : 0) noenhanced font text_font textcolor rgb variable, \
	data_file using 1:2:(has_room ? strcol(5) : ''):($3 > 0.55 * scale_high ? 0xffffff : 0x222222) with labels offset 0,0.5 noenhanced font text_font textcolor rgb variable
