# A waterfall: each rung from the rate before it to its own, on a logarithmic axis, with the interval of its factor.
load scripts.'/style.gp'
longest = 1
do for [i = 1:rungs] { if (strlen(rung[i]) > longest) { longest = strlen(rung[i]) } }
name_max = narrow ? 36 : 60
longest = longest > name_max ? name_max : longest
set lmargin at screen 0.03 + (narrow ? 0.0105 : 0.0078) * longest
set rmargin at screen narrow ? 0.78 : 0.82
set logscale x 10
set xlabel 'ops/s'.(narrow ? '' : '; beside each rung its factor and 95 '.(format eq 'tikz' ? '\%' : '%').' interval') offset 0, 0.3
set xtics 1, (narrow ? 100 : 10)
set format x '%.0s %c'
set yrange [rungs + 0.6 : 0.4]
set ytics ('' 1)
do for [i = 1:rungs] { set ytics add ((strlen(rung[i]) > name_max ? rung[i][1:name_max - 3].'...' : rung[i]) i) font small_font }
unset grid
if (is_drawn) set grid xtics linecolor rgb '#dddddd' linewidth 0.5
set style fill solid 0.85 noborder
set offsets graph 0.02, graph 0.02, 0, 0
do for [i = 1:rungs] { set label factor[i] at graph 1.015, first i left noenhanced font small_font }
colour(from, to) = to >= from ? 0x0072B2 : 0xD55E00
half = 0.32
plot data_file using 3:1:(0.97 * ($2 < $3 ? $2 : $3)):(1.03 * ($2 < $3 ? $3 : $2)):($1 - half):($1 + half):(colour($2, $3)) with boxxyerror linecolor rgb variable, \
	data_file using 3:1:4:5 with xerrorbars linecolor rgb '#222222' linewidth 1.2 pointtype 0, \
	data_file using 3:($1 + half):(0):(1 - 2 * half) every ::0::(rungs - 2) with vectors nohead linecolor rgb '#888888' dashtype 3
