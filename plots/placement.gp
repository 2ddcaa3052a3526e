# The machine in nested boxes, in the shape in which it was laid out; PUs with a worker are coloured.
# Expects machine_width, machine_top, machine_height, pu_width, and a data file of kind, corners, label and worker.
load scripts.'/style.gp'
set border 0
unset xtics
unset ytics
unset grid
set lmargin at screen 0.02
set rmargin at screen 0.98
set bmargin at screen 0.03
wide = (narrow ? 4.0 / 3 : 760.0 / 440) * 0.96 / (0.88 - subtitles * line_height)
height = machine_height - machine_top
span = machine_width > height * wide ? machine_width : height * wide
set xrange [(machine_width - span) / 2 : (machine_width + span) / 2]
set yrange [machine_top + (height + span / wide) / 2 : machine_top + (height - span / wide) / 2]

# Letters shrink with the machine; where a PU has no room for two words, its worker stands alone.
scale = (narrow ? 480 : 760) * 0.96 / span
shrunk = scale < 1 ? scale : 1
box_font = format eq 'tikz' ? '\tiny' : format eq 'dumb' ? '' : sprintf(',%.1f', shrunk * (format eq 'png' ? (narrow ? 13 : 15) : format eq 'pdf' ? (narrow ? 5 : 7) : (narrow ? 9 : 11)))
pu_text(label, worker) = !strlen(worker) ? label : scale < 1.3 ? worker : label.': '.worker
array box_colour[6] = [0xf3f3f3, 0xfdf3dc, 0xe3f3ee, 0xffffff, 0xffffff, 0x0072b2]
fill(kind) = box_colour[int(kind) + 1]
plot data_file using (($2 + $4) / 2):(($3 + $5) / 2):2:4:3:5:(fill($1)) with boxxyerror fillstyle solid 1 border rgb '#888888' linecolor rgb variable, \
	data_file using ($1 < 3 ? $2 + 6 : NaN):($3 + 11):6 with labels left noenhanced font box_font textcolor rgb '#222222', \
	data_file using ($1 > 3 ? ($2 + $4) / 2 : NaN):(($3 + $5) / 2):(pu_text(strcol(6), strcol(7))):($1 == 5 ? 0xffffff : 0x222222) with labels noenhanced font box_font textcolor rgb variable
