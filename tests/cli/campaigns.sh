# Campaigns: begun, broken off, gone on with. Sourced by run.
# shellcheck shell=sh disable=SC2154,SC2086

# Four cells, six trials each, of some 50 ms.
long='variant=map/chained@mutex,queue/list@mutex,probe/null,probe/faa threads=1 range=1k
	duration=20ms warmup=0s host=off trials=6'

# start WORD...: a long campaign in the background, some of its trials done. Leaves $campaign.
start() {
	# A shell's background has SIGINT ignored; a user's foreground has not.
	env --default-signal=INT,TERM setsid "$program" run sweep $long -o "$scratch/out" "$@" \
		>"$scratch/said" 2>"$scratch/errors" &
	campaign=$!
	while [ ! -f "$scratch/out/results.jsonl" ] ||
		[ "$(trials_of "$scratch/out" | wc -l)" -lt 4 ]; do
		kill -0 $campaign || fail "it ended too soon: $(cat "$scratch/errors")"
		sleep 0.02
	done
}

# end_with SIGNAL [--group]: to the program, or to its children too.
end_with() {
	if [ $# = 2 ]; then
		env kill -"$1" -- -$campaign
	else
		kill -"$1" $campaign
	fi
	status=0
	wait $campaign 2>/dev/null || status=$?
}

go_on() {
	before=$(trials_of "$scratch/out" | wc -l)
	[ "$before" -lt 24 ] || fail "nothing was left to do"
	numamark run "$scratch/out/campaign.ini" -o "$scratch/out" --resume -q
	expect_status 0
	expect_complete "$scratch/out" 24
}

campaign_runs_to_its_end() {
	numamark run sweep $small trials=2 --label 'a label' --seed 7 -o "$scratch/out"
	expect_status 0
	expect_complete "$scratch/out" 2
	grep -q '"label":"a label"' "$scratch/out/results.jsonl"
	grep -q '"campaign_seed":7' "$scratch/out/results.jsonl"
	[ -s "$scratch/out/campaign.ini" ]
	[ -s "$scratch/out/report.html" ]
	grep -q 'map/chained@mutex.* ############ ' "$scratch/said" || fail "no table: $(cat "$scratch/said")"
	grep -q "$scratch/out/results.jsonl" "$scratch/said" || fail "$(cat "$scratch/said")"
	if command -v gnuplot >/dev/null; then
		ls "$scratch/out/figures/"*.svg
	fi
}

campaign_without_a_folder_names_one_itself() {
	(cd "$scratch" && "$program" run sweep $small trials=1 -q >said)
	ls "$scratch"/numamark-sweep-20*Z/results.jsonl
}

# The preset of the first command of the README, with shorter trials.
campaign_quick_has_every_family_and_style() {
	numamark run quick threads=1 trials=1 duration=20ms warmup=0s -q -o "$scratch/out"
	expect_status 0
	for part in '"family":"probe"' '"family":"map"' '"family":"queue"' '"reclaim":"ebr"' \
		'"reclaim":"urcu-' '"lock":"mutex"' '"lock":"rwlock"'; do
		grep -q "$part" "$scratch/out/results.jsonl" || fail "no trial has $part"
	done
}

# Each design for NUMA nodes beside its twin: the preset is of no use without one of them.
campaign_numa_aware_has_designs_and_twins() {
	numamark run numa-aware threads=1 trials=1 mix=get:90,put:5,remove:5 range=1k \
		duration=10ms warmup=0s -q -o "$scratch/out"
	expect_status 0
	for structure in chained node_sharded sharded replicated delegated; do
		grep -q "\"structure\":\"$structure\"" "$scratch/out/results.jsonl" ||
			fail "no trial of $structure"
	done
}

campaign_dry_run_runs_nothing() {
	numamark run sweep $long --dry-run -o "$scratch/out"
	expect_status 0
	[ ! -e "$scratch/out" ]
	grep -q '4 cells x 6 trials = 24 trials, about' "$scratch/said" ||
		fail "$(cat "$scratch/said")"
	[ "$(grep -c '^[0-9a-f]\{16\} ' "$scratch/said")" = 4 ] || fail "$(cat "$scratch/said")"
}

campaign_interrupted_keeps_what_is_finished_and_goes_on() {
	start
	end_with INT
	expect_status 130
	grep -q -- "run $scratch/out/campaign.ini -o $scratch/out --resume" "$scratch/errors" ||
		fail "$(cat "$scratch/errors")"
	grep -q 'map/chained@mutex.* ############ ' "$scratch/said" || fail "no table: $(cat "$scratch/said")"
	go_on
}

# As by Ctrl-C: the terminal sends the signal to the running trial too.
campaign_interrupted_with_its_trial_goes_on() {
	start
	end_with INT --group
	expect_status 130
	! grep -q '"status":"invalid"' "$scratch/out/results.jsonl" || fail "a trial was recorded"
	go_on
}

campaign_terminated_keeps_what_is_finished_and_goes_on() {
	start --quiet
	end_with TERM
	expect_status 130
	go_on
}

campaign_killed_goes_on() {
	start
	end_with KILL
	[ "$status" = 137 ] || fail "status $status"
	go_on
}

campaign_killed_in_the_middle_of_a_line_goes_on() {
	start
	end_with KILL
	truncate -s -30 "$scratch/out/results.jsonl"
	go_on
}

campaign_killed_leaves_no_child() {
	"$program" run sweep variant=probe/null threads=1 duration=20s host=off -q \
		-o "$scratch/out" >"$scratch/said" 2>&1 &
	campaign=$!
	until child=$(pgrep -P $campaign); do
		sleep 0.02
	done
	end_with KILL
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		# A zombie has ended: whoever inherited it may be slow to bury it.
		grep -qs '^State:.*[^Z] (' "/proc/$child/status" || return 0
		sleep 0.1
	done
	kill -KILL "$child"
	fail "the trial lives on"
}

campaign_resumed_when_complete_does_nothing() {
	numamark run sweep $small trials=2 -q -o "$scratch/out"
	before=$(cat "$scratch/out/results.jsonl")
	numamark run sweep $small trials=2 -q -o "$scratch/out" --resume
	expect_status 0
	[ "$before" = "$(cat "$scratch/out/results.jsonl")" ]
}

campaign_over_allocators_runs_those_that_are_here() {
	words=glibc
	for name in jemalloc mimalloc tcmalloc; do
		"$program" list features | grep -q "^$name  *yes" && words=$words,$name
	done
	numamark run sweep $small value_bytes=100 trials=1 -q "alloc=arena,$words" -o "$scratch/out"
	expect_status 0
	for name in arena $(echo $words | tr , ' '); do
		grep -q "\"alloc\":\"$name\".*\"status\":\"valid\"" "$scratch/out/results.jsonl" ||
			fail "no valid trial with $name"
	done
}

campaign_with_a_missing_allocator_is_skipped() {
	for name in jemalloc mimalloc tcmalloc; do
		"$program" list features | grep -q "^$name  *no" || continue
		numamark run sweep $small trials=1 -q "alloc=$name" -o "$scratch/out"
		expect_status 3
		return
	done
	skip "every allocator is here"
}

campaign_with_invalid_trials_says_so() {
	# More threads than PUs, all of them needed at once: seldom together, hence ragged.
	numamark run sweep variant=probe/null threads=$((4 * $(nproc))) oversubscribe=4 trials=1 \
		duration=20ms warmup=0s host=off -q -o "$scratch/out"
	grep -q '"status":"invalid"' "$scratch/out/results.jsonl" ||
		skip "no trial was invalid this time"
	expect_status 1
	grep -q 'no valid trial' "$scratch/errors" || fail "$(cat "$scratch/errors")"
}

campaign_on_an_unfit_host_is_refused_by_strict() {
	"$program" host check --json | grep -q '"grade": "unfit"' || skip "this host is fit"
	expect_mistake 3 'host=strict refuses' run sweep $small host=strict -o "$scratch/out"
	[ ! -e "$scratch/out" ]
}

campaign_on_a_terminal_shows_a_bar() {
	command -v script >/dev/null || skip "no script(1) here to play a terminal"
	script -qec "$program run sweep $small trials=3 -o $scratch/out" /dev/null >"$scratch/said"
	grep -q '2 of 3 trials.*left: map/chained@mutex' "$scratch/said" ||
		fail "$(cat "$scratch/said")"
}

campaign_of_deadlines_counts_each_piece() {
	numamark run sweep variant='deadline/*' threads=1 duration=ops:50 warmup=0s trials=1 host=off \
		-o "$scratch/out" -q
	expect_status 0
	grep '"kind":"trial"' "$scratch/out/results.jsonl" | grep -v '"status":"skipped"' >"$scratch/trials"
	while read -r trial; do
		in_time=$(expr "$trial" : '.*"in_time":\([0-9]*\)')
		missed=$(expr "$trial" : '.*"missed":\([0-9]*\)')
		[ $((in_time + missed)) = 50 ] || fail "$in_time in time, $missed missed, of 50"
	done <"$scratch/trials"
	grep -q '"variant":"deadline/work"' "$scratch/trials" || fail "no trial of deadline/work"
}

check campaign_of_deadlines_counts_each_piece
check campaign_runs_to_its_end
check campaign_without_a_folder_names_one_itself
check campaign_quick_has_every_family_and_style
check campaign_numa_aware_has_designs_and_twins
check campaign_dry_run_runs_nothing
check campaign_interrupted_keeps_what_is_finished_and_goes_on
check campaign_interrupted_with_its_trial_goes_on
check campaign_terminated_keeps_what_is_finished_and_goes_on
check campaign_killed_goes_on
check campaign_killed_in_the_middle_of_a_line_goes_on
check campaign_killed_leaves_no_child
check campaign_resumed_when_complete_does_nothing
check campaign_over_allocators_runs_those_that_are_here
check campaign_with_a_missing_allocator_is_skipped
check campaign_with_invalid_trials_says_so
check campaign_on_an_unfit_host_is_refused_by_strict
check campaign_on_a_terminal_shows_a_bar
