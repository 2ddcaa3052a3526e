# Counts test cases from what ctest leaves behind, one line each: verdict, test, case, reason;
# separated by tabs.
#
#   awk -f tests/tally.awk CONSOLE LastTest.log
#
# CONSOLE is what ctest printed: it alone knows of time-outs, skips and programs that would not
# start. LastTest.log has the output of each test, where cmocka programs (and tests/script.sh) name
# their cases. A test that names none counts as one case; a case begun and never ended, and a test
# that failed though all its cases passed, count as failed.
BEGIN {
	OFS = "\t"
}

FNR == 1 {
	file++
}

file == 1 && /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: [^ ]+ / {
	name = $0
	sub(/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: /, "", name)
	verdict = name
	sub(/ .*/, "", name)
	sub(/^[^ ]+ /, "", verdict)
	status[name] = "passed"
	if (verdict ~ /\*\*\*/)
		status[name] = verdict ~ /\*\*\*Skipped/ ? "skipped" : "failed"
	if (match(verdict, /\*\*\*[A-Za-z ]+/))
		ending[name] = substr(verdict, RSTART + 3, RLENGTH - 3)
	gsub(/ *$/, "", ending[name])
	order[++tests] = name
}

file == 1 {
	next
}

/^[0-9]+\/[0-9]+ Testing: / {
	current = $0
	sub(/^[0-9]+\/[0-9]+ Testing: /, "", current)
	in_output = group = 0
	running = said = ""
}

/^Output:$/ && !in_output && current != "" {
	in_output = 1
	next
}

!in_output {
	next
}

/^<end of output>$/ {
	end_case("failed", ending[current] == "" ? "ended early" : ending[current])
	said_last[current] = said
	in_output = 0
	current = ""
	next
}

/^\[==========\] Running/ {
	group++
	next
}

/\[ RUN      \] / {
	end_case("failed", "did not end")
	running = after("[ RUN      ] ")
	said = ""
	next
}

running != "" && ends_with("[       OK ] " running) { end_case("passed", ""); next }
running != "" && ends_with("[  SKIPPED ] " running) { end_case("skipped", said); next }
running != "" && ends_with("[  FAILED  ] " running) { end_case("failed", said); next }
running != "" && ends_with("[  ERROR   ] " running) { end_case("failed", said); next }

/\[  FAILED  \] GROUP SETUP/ {
	running = "group_setup"
	end_case("failed", said)
	next
}

# cmocka puts the place on a line of its own, after what is wrong.
/\[   LINE   \] --- / {
	place = after("[   LINE   ] --- ")
	said = said == "" ? place : said " (" place ")"
	next
}

/[^ -]/ {
	if ($0 !~ /^-+$/)
		said = $0
}

END {
	for (i = 1; i <= tests; i++)
		conclude(order[i])
}

function ends_with(text) {
	return length($0) >= length(text) && substr($0, length($0) - length(text) + 1) == text
}

function after(mark) {
	return substr($0, index($0, mark) + length(mark))
}

function end_case(verdict, reason) {
	if (running == "" || (current, group, running) in seen)
		return
	seen[current, group, running] = 1
	cases[current]++
	if (verdict == "failed")
		failures[current]++
	gsub(/\t/, " ", reason)
	print verdict, current, running, verdict == "passed" ? "" : reason
	running = ""
}

function conclude(test) {
	if (status[test] == "failed" && !failures[test])
		print "failed", test, "(the program)", ending[test]
	else if (!cases[test])
		print status[test], test, "(the program)",
			status[test] == "passed" ? "" : said_last[test]
}
