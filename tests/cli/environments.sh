# Those who may less than root, and machines that have less: all get a whole and truthful run. Sourced by run.
# shellcheck shell=sh disable=SC2154,SC2086

# expect_whole_run FOLDER COUNT: so many trials, all valid, and their report.
expect_whole_run() {
	expect_status 0
	expect_complete "$1" "$2"
	[ "$(grep -c '"kind":"trial".*"status":"valid"' "$1/results.jsonl")" = "$2" ] ||
		fail "not all valid: $(cat "$1/results.jsonl")"
	[ -s "$1/report.html" ] || fail "no report"
}

# expect_event FOLDER EVENT: a trial has the event's number, or why there is none. (Not all events fit on all processors
# at once: other trials have others.)
expect_event() {
	grep -qE "\"$2\":\{(\"unavailable\":\"[^\"]|[^}]*\"value\":[0-9])" "$1/results.jsonl" ||
		fail "$2 is neither counted nor said to be unavailable: $(cat "$1/results.jsonl")"
}

user_without_privileges_gets_a_whole_run() {
	[ "$(id -u)" = 0 ] || skip "all cases run without privileges here"
	nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
	$nobody test -r "$PWD/plots/style.gp" && $nobody test -x "$program" ||
		skip "others may not read $PWD"
	chmod 711 "$scratch_root"
	chmod 777 "$scratch"
	status=0
	HOME=$scratch $nobody "$program" run sweep $small counters=software trials=2 -o "$scratch/out" \
		>"$scratch/said" 2>"$scratch/errors" || status=$?
	expect_whole_run "$scratch/out" 2
	expect_event "$scratch/out" page_faults
}

process_held_to_one_pu_gets_a_whole_run() {
	pu=$(taskset -cp $$ | sed 's/.*[^0-9]//')
	status=0
	taskset -c "$pu" "$program" run sweep $small threads=auto trials=2 -o "$scratch/out" \
		>"$scratch/said" 2>"$scratch/errors" || status=$?
	expect_whole_run "$scratch/out" 2
	[ "$(grep -c "\"pus\":\[$pu\]" "$scratch/out/results.jsonl")" = 2 ] ||
		fail "not on PU $pu alone: $(cat "$scratch/out/results.jsonl")"
	status=0
	taskset -c "$pu" "$program" run sweep $small threads=2 -o "$scratch/more" \
		>"$scratch/said" 2>"$scratch/errors" || status=$?
	expect_status 2
}

machine_with_or_without_counters_gets_a_whole_run() {
	numamark run sweep $small counters=cache trials=2 -o "$scratch/out"
	expect_whole_run "$scratch/out" "$(grep -c '"kind":"trial"' "$scratch/out/results.jsonl")"
	expect_event "$scratch/out" l1_misses
}

check user_without_privileges_gets_a_whole_run
check process_held_to_one_pu_gets_a_whole_run
check machine_with_or_without_counters_gets_a_whole_run
