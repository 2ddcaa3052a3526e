# The look of every figure. Expects format and output_file.
#
# Twelve curves stay apart by colour (Okabe and Ito's palette, safe for colour-blind readers), by point and by dash:
# colour and point differ within the first seven, dash and point beyond.

if (format eq 'svg')  set terminal svg size 760,440 dynamic background rgb 'white' font 'Helvetica,Arial,sans-serif,13' noenhanced
if (format eq 'pdf')  set terminal pdfcairo size 5.6in,3.3in font 'DejaVu Sans,8' noenhanced linewidth 0.8
if (format eq 'png')  set terminal pngcairo size 1520,880 font 'DejaVu Sans,19' noenhanced linewidth 1.8 background rgb 'white'
if (format eq 'tikz') set terminal tikz size 14cm,8cm noenhanced
set output output_file

small_font = format eq 'png' ? ',15' : format eq 'pdf' ? ',6.5' : format eq 'svg' ? ',11' : ''
point_size = format eq 'png' ? 1.5 : format eq 'pdf' ? 0.45 : 0.7
palette_colours = '#0072B2 #D55E00 #009E73 #CC79A7 #E69F00 #56B4E9 #000000'
array point_kind[12] = [7, 5, 9, 11, 13, 15, 2, 6, 4, 8, 10, 12]
do for [i = 1:12] {
	dash = i > 7 ? 2 : 1
	set linetype i linecolor rgb word(palette_colours, (i - 1) % 7 + 1) linewidth 1.8 \
		dashtype dash pointtype point_kind[i] pointsize point_size
}
limit_colour = '#777777'

set border 3 linecolor rgb '#444444'
set tics nomirror out scale 0.6 textcolor rgb '#222222'
set grid ytics linecolor rgb '#dddddd' linewidth 0.5
unset key
set lmargin at screen 0.105
set rmargin at screen 0.70
set tmargin at screen 0.865
set bmargin at screen 0.17
