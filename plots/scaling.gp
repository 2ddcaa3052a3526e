# Something against threads: a curve and its interval band per series, labelled at its end; node and SMT boundaries.
# Expects the words of a .def file, y_label, y_unit and ideal(x).

set label 1 title_text at screen 0.02, screen 0.965 noenhanced
set label 2 workload_text at screen 0.02, screen 0.915 noenhanced textcolor rgb '#555555' font small_font
if (strlen(workload_more)) {
	set label 4 workload_more at screen 0.02, screen 0.873 noenhanced textcolor rgb '#555555' font small_font
	set tmargin at screen 0.835
}
if (strlen(limits_text)) set label 3 limits_text at screen 0.02, screen 0.025 noenhanced textcolor rgb limit_colour font small_font

set xlabel 'threads' offset 0, 0.3
set ylabel y_label offset 0.8, 0
if (is_log) set logscale x 2
set xrange [is_log ? 0.92 : (most_threads == 1 ? 0.5 : 1 - 0.04 * most_threads) : most_threads * (is_log ? 1.06 : 1.03)]
if (y_is_log) set logscale y
set yrange [y_low / y_unit : y_high / y_unit]

do for [i = 1:marks] {
	set arrow from first mark_x[i], graph 0 to first mark_x[i], graph 1 nohead linecolor rgb '#999999' dashtype 3 back
	set label mark_text[i] at first mark_x[i], graph 0.99 right rotate by 90 offset character -0.6, 0 noenhanced \
		textcolor rgb '#777777' font small_font
}
do for [i = 1:series] {
	set arrow from first end_x[i], end_y[i] / y_unit to graph 1.03, graph label_at[i] nohead linewidth 0.5 \
		linecolor rgb (i > curves ? limit_colour : word(palette_colours, (i - 1) % 7 + 1))
	set label name[i] at graph 1.04, graph label_at[i] left noenhanced font small_font \
		textcolor rgb (i > curves ? limit_colour : word(palette_colours, (i - 1) % 7 + 1))
}

# Room for the longest name beside the frame.
set rmargin at screen (longest_name > 55 ? 0.5 : 0.955 - 0.0083 * longest_name)

plot ideal(x) with lines linecolor rgb '#bbbbbb' dashtype 2, \
	for [i = 1:curves] data_file index i - 1 using 1:($3 / y_unit):($4 / y_unit) with filledcurves linetype i fillstyle transparent solid 0.18 noborder, \
	for [i = 1:curves] data_file index i - 1 using 1:($2 / y_unit):($3 / y_unit):($4 / y_unit) with yerrorbars linetype i linewidth 0.8 dashtype 1 pointtype 0, \
	for [i = 1:curves] data_file index i - 1 using 1:($2 / y_unit) with linespoints linetype i, \
	for [i = curves + 1:series] data_file index i - 1 using 1:($2 / y_unit) with lines linecolor rgb limit_colour linewidth 1.2 dashtype 4
