# Medians with their intervals, the scaling law through them where it describes them, and its knee.
load scripts.'/style.gp'
load data_file[1:strlen(data_file) - 4].'.laws'
y_unit = unit_of(highest)
y_label = si_name(y_unit).' ops/s, all threads'

law(i, n) = rate[i] > 0 ? rate[i] * n / (1 + contention[i] * (n - 1) + coherency[i] * n * (n - 1)) / y_unit : NaN
do for [i = 1:curves] {
	if (knee[i] > x_low && knee[i] <= x_high) {
		set arrow from first knee[i], law(i, knee[i]) to first knee[i], graph 0 nohead dashtype 3 linecolor rgb word(palette_colours, (i - 1) % 7 + 1)
		set label sprintf('knee %.0f', knee[i]) at first knee[i], graph 0.03 left rotate by 90 offset character 0.6, 0 \
			noenhanced font small_font textcolor rgb word(palette_colours, (i - 1) % 7 + 1)
	}
}
note_text = 'points: medians with 95 % intervals; lines: the law, where it describes them'.(strlen(note_text) ? '; '.note_text : '')
if (format eq 'tikz') note_text = 'points: medians with 95 \% intervals; lines: the law, where it describes them'
is_law = 1
load scripts.'/curves.gp'
