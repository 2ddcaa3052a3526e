# The look of every figure. Expects format, columns, stem, title_text and the lines of the subtitle.
#
# Twelve curves stay apart by colour (Okabe and Ito's palette, safe for colour-blind readers), by point and by dash:
# colour and point differ within the first seven, dash and point beyond.

narrow = columns == 1
if (!exists('tall')) tall = 1    # how many times as high as other figures
tikz_height = sprintf('%.2fcm', (narrow ? 6.5 : 10) * tall)
if (format eq 'svg')  set terminal svg size (narrow ? 480 : 760),(narrow ? 360 : 440) * tall dynamic background rgb 'white' font 'Helvetica,Arial,sans-serif,'.(narrow ? '11' : '13') noenhanced
if (format eq 'pdf' && !narrow)  set terminal pdfcairo size 6.9in,4 * tall font 'DejaVu Sans,8.5' noenhanced linewidth 0.8
if (format eq 'pdf' && narrow)   set terminal pdfcairo size 3.35in,2.55 * tall font 'DejaVu Sans,6' noenhanced linewidth 0.6
if (format eq 'png')  set terminal pngcairo size (narrow ? 1005 : 1520),(narrow ? 765 : 880) * tall font 'DejaVu Sans,'.(narrow ? '16' : '19') noenhanced linewidth 1.8 background rgb 'white'
if (format eq 'tikz' && !narrow) set terminal tikz size 17.5cm,@tikz_height font '\small' noenhanced
if (format eq 'tikz' && narrow)  set terminal tikz size 8.5cm,@tikz_height font '\scriptsize' noenhanced
if (format eq 'dumb') set terminal dumb size 110,32 * tall noenhanced
set output stem.'.'.(format eq 'tikz' ? 'tex' : format eq 'dumb' ? 'txt' : format)

is_drawn = format ne 'dumb'
small_font = format eq 'png' ? (narrow ? ',13' : ',15') : format eq 'pdf' ? (narrow ? ',5' : ',7') : format eq 'svg' ? (narrow ? ',9' : ',11') : format eq 'tikz' ? (narrow ? '\tiny' : '\footnotesize') : ''
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
if (is_drawn) set grid ytics linecolor rgb '#dddddd' linewidth 0.5
unset key
set lmargin at screen 0.105 + 0.03 * narrow
set rmargin at screen 0.70
set bmargin at screen 0.17 / tall

# Title, subtitle, and what room they leave.
line_height = (narrow ? 0.045 : 0.042) / tall
title_height = 1 - 0.035 / tall
set label 1 title_text at screen 0.02, screen title_height noenhanced
do for [i = 1:subtitles] {
	set label 10 + i subtitle[i] at screen 0.02, screen title_height - 0.008 / tall - i * line_height noenhanced \
		textcolor rgb '#555555' font small_font
}
set tmargin at screen 1 - 0.09 / tall - subtitles * line_height

# Numbers with a unit that keeps them short; what is measured in bytes or ns has its own names.
unit_of(x) = x >= 1e9 ? 1e9 : x >= 1e6 ? 1e6 : x >= 1e3 ? 1e3 : 1
si_name(unit) = unit == 1e9 ? 'G' : unit == 1e6 ? 'M' : unit == 1e3 ? 'k' : ''
ns_name(unit) = unit == 1e9 ? 's' : unit == 1e6 ? 'ms' : unit == 1e3 ? (format eq 'tikz' ? 'us' : 'µs') : 'ns'

# What most figures have on their axes; a figure's own file says otherwise.
if (!exists('x_label')) x_label = 'threads'
x_unit = 1
own_x_tics = 1
y_unit = 1
ideal(x) = NaN
is_law = 0
law(i, n) = NaN
