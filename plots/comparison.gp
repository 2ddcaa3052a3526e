# Ratios with their intervals: full where the comparison decided, hollow where it could not; the band is no change.
load scripts.'/style.gp'
stats data_file using 3 every ::0::(rows - 1) nooutput
least = STATS_min
stats data_file using 4 every ::0::(rows - 1) nooutput
most = STATS_max
longest = 1
do for [i = 1:rows] { if (strlen(row_name[i]) > longest) { longest = strlen(row_name[i]) } }
set lmargin at screen 0.03 + (narrow ? 0.0105 : 0.0078) * (longest > 66 ? 66 : longest)
set rmargin at screen 0.96
set yrange [rows + 0.6 : 0.4]
set ytics ('' 1)
do for [i = 1:rows] { set ytics add (row_name[i][1:66] i) font small_font }
set logscale x 2
set xlabel 'new / base (ops/s, logarithmic); above 1 is a gain' offset 0, 0.3
unset grid
if (is_drawn) set grid xtics linecolor rgb '#dddddd' linewidth 0.5
set object rectangle from first 0.95, graph 0 to first 1.05, graph 1 behind fillcolor rgb '#eeeeee' fillstyle solid noborder
set arrow from first 1, graph 0 to first 1, graph 1 nohead linecolor rgb '#777777' dashtype 3
if (strlen(note_text)) set label 9 note_text at screen 0.02, screen 0.025 noenhanced textcolor rgb limit_colour font small_font
set xrange [(least < 0.9 ? least : 0.9) / 1.05 : (most > 1.1 ? most : 1.1) * 1.05]
colour(ratio, decided) = decided < 1 ? 0x777777 : ratio >= 1 ? 0x0072B2 : 0xD55E00
plot data_file using 2:1:3:4:(colour($2, $5)) every ::0::(rows - 1) with xerrorbars linecolor rgb variable linewidth 1.5 pointtype 0, \
	data_file using 2:1:(colour($2, $5)) every ::0::(rows - 1) with points pointtype 6 pointsize 1.3 * point_size linecolor rgb variable, \
	data_file using ($5 > 0 ? $2 : NaN):1:(colour($2, $5)) every ::0::(rows - 1) with points pointtype 7 pointsize 1.3 * point_size linecolor rgb variable
