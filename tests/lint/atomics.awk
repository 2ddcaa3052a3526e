# Prints each atomic operation or fence that no comment explains: on its line, or on one of the four
# lines above. Definitions of such functions (structures/common/atomic*.h) are not given to this
# script.
BEGIN {
	name_start = "(^|[^A-Za-z0-9_])"
	order = "_(relaxed|consume|acquire|release|acq_rel|seq_cst)[a-z0-9_]*"
	verb = "(load|store|exchange|cas(_weak|_strong)?|fetch_[a-z]+|(add|sub|or|and)_fetch)"
	operation = name_start verb order " *\\("
	standard = name_start "(atomic|__atomic|__sync)_[a-z_]+ *\\("
	fence = name_start "((smp_|cmm_smp_)?mb|fence(_[a-z_]+)?|__builtin_ia32_mfence) *\\("
}

FNR == 1 {
	commented = -5
	in_comment = 0
}

{
	line = $0
	if (in_comment || line ~ /\/\*|\/\//)
		commented = FNR
	code = strip(line)
}

code ~ operation || code ~ standard || code ~ fence {
	if (FNR - commented > 4)
		printf "%s:%d: %s\n", FILENAME, FNR, line
}

# The code of a line, without what stands in comments; keeps track of comments over several lines.
function strip(text,    kept, at) {
	kept = ""
	while (text != "") {
		if (in_comment) {
			at = index(text, "*/")
			if (!at)
				return kept
			text = substr(text, at + 2)
			in_comment = 0
		} else {
			at = index(text, "/*")
			if (!at) {
				sub(/\/\/.*/, "", text)
				return kept text
			}
			kept = kept substr(text, 1, at - 1)
			text = substr(text, at + 2)
			in_comment = 1
		}
	}
	return kept
}
