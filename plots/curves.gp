# Curves with their interval bands, labelled at their ends; boundaries of nodes and SMT.
# Expects the words of a .def file, style.gp, and of the figure's own file at least y_label.

if (strlen(note_text)) set label 9 note_text at screen 0.02, screen 0.025 noenhanced textcolor rgb limit_colour font small_font

set xlabel x_label offset 0, 0.3
set ylabel y_label offset (format eq 'tikz' ? -1.5 : 0.8), 0
if (!own_x_tics) set xtics autofreq
if (x_is_log) set logscale x (own_x_tics ? 2 : 10)
low = x_low / x_unit
high = x_high / x_unit
set xrange [x_is_log ? low / 1.08 : (low == high ? low / 2 : low - 0.04 * (high - low)) : high * (x_is_log ? 1.06 : 1.03)]
if (y_is_log) set logscale y
set yrange [y_low / y_unit : y_high / y_unit]

do for [i = 1:marks] {
	set arrow from first mark_x[i], graph 0 to first mark_x[i], graph 1 nohead linecolor rgb '#999999' dashtype 3 back
	set label mark_text[i] at first mark_x[i], graph 0.99 right rotate by 90 offset character -0.6, 0 noenhanced \
		textcolor rgb '#777777' font small_font
}
colour_of(i) = i > curves ? limit_colour : word(palette_colours, (i - 1) % 7 + 1)
do for [i = 1:series] {
	if (is_drawn) { set arrow from first end_x[i] / x_unit, end_y[i] / y_unit to graph 1.03, graph label_at[i] nohead \
		linewidth 0.5 linecolor rgb colour_of(i) }
	if (is_drawn && strlen(name_rest[i])) { set label name_rest[i] at graph 1.04, graph label_at[i] left offset character 1, -0.85 \
		noenhanced font small_font textcolor rgb colour_of(i) }
	set label (is_drawn ? name[i] : sprintf('%c %s', 64 + point_kind[(i - 1) % 12 + 1], name[i].' '.name_rest[i])) at graph 1.04, graph label_at[i] left noenhanced font small_font textcolor rgb colour_of(i)
}

# Room for the longest name beside the frame.
name_width = format eq 'tikz' ? (narrow ? 0.0145 : 0.0092) : narrow ? 0.0108 : 0.0083
set rmargin at screen (longest_name * name_width > 0.455 ? 0.5 : 0.955 - name_width * longest_name)

band = is_drawn ? 1 : 0
plot ideal(x) with lines linecolor rgb '#bbbbbb' dashtype 2, \
	for [i = 1:curves * band] data_file index i - 1 using ($1 / x_unit):($3 / y_unit):($4 / y_unit) with filledcurves linetype i fillstyle transparent solid 0.18 noborder, \
	for [i = 1:curves * band] data_file index i - 1 using ($1 / x_unit):($2 / y_unit):($3 / y_unit):($4 / y_unit) with yerrorbars linetype i linewidth 0.8 dashtype 1 pointtype 0, \
	for [i = 1:curves * !is_law] data_file index i - 1 using ($1 / x_unit):($2 / y_unit) with linespoints linetype i, \
	for [i = 1:curves * is_law] data_file index i - 1 using ($1 / x_unit):($2 / y_unit) with points linetype i, \
	for [i = 1:curves * is_law] law(i, x) with lines linetype i, \
	for [i = curves + 1:series] data_file index i - 1 using ($1 / x_unit):($2 / y_unit) with lines linecolor rgb limit_colour linewidth 1.2 dashtype 4
