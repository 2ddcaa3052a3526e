# Comparing, and results for other tools. Sourced by run.
# shellcheck shell=sh disable=SC2154,SC2086,SC2034

# make_trials FOLDER SESSION RATE...: a result folder of one cell, a lap for each rate.
make_trials() {
	mkdir -p "$1"
	lap=0 folder=$1 session=$2
	shift 2
	for rate; do
		printf '{"schema":1,"kind":"trial","cell":"c","variant":"map/a","threads":2,'
		printf '"status":"valid","session":"%s","trial":%s,"ops_per_s":%s}\n' \
			"$session" "$lap" "$rate"
		lap=$((lap + 1))
	done >"$folder/results.jsonl"
}

rates='100 101 99 100 102 98 101 99 100 101'
slower='80 81 79 80 81 80 79 80 81 80'

compare_says_worse_and_fails_on_demand() {
	make_trials "$scratch/base" s $rates
	make_trials "$scratch/new" s $slower
	numamark compare "$scratch/base" "$scratch/new"
	expect_status 0
	grep -q 'paired *worse$' "$scratch/said" || fail "$(cat "$scratch/said")"
	numamark compare "$scratch/base" "$scratch/new" --fail-on worse
	expect_status 1
	numamark compare "$scratch/new" "$scratch/base" --fail-on worse
	expect_status 0
	grep -q 'better$' "$scratch/said" || fail "$(cat "$scratch/said")"
}

compare_draws_its_ratios() {
	make_trials "$scratch/base" s $rates
	make_trials "$scratch/new" s $slower
	expect_mistake 2 'allowed is a name' compare "$scratch/base" "$scratch/new" --figure a.gif
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	numamark compare "$scratch/base" "$scratch/new" --figure "$scratch/ratios.svg"
	expect_status 0
	grep -q '</svg>' "$scratch/ratios.svg" || fail "no figure"
	grep -q '^1 0\.80.* 1 # map/a' "$scratch/ratios.dat" || fail "$(cat "$scratch/ratios.dat")"
}

compare_in_json_has_stable_keys() {
	make_trials "$scratch/base" s $rates
	make_trials "$scratch/new" t $slower
	numamark compare "$scratch/base" "$scratch/new" --json
	expect_status 0
	for part in '"verdict": "worse"' '"comparison": "unpaired"' '"ratio": 0.80' '"low": ' \
		'"high": ' '"p_adjusted": ' '"n": 10' '"n_base": 10' '"variant": "map/a"' \
		'"host_ratio": null'; do
		grep -qF "$part" "$scratch/said" || fail "no $part: $(cat "$scratch/said")"
	done
}

compare_needs_two_sides_that_meet() {
	make_trials "$scratch/base" s $rates
	expect_mistake 2 'two sides are needed' compare "$scratch/base"
	expect_mistake 2 'two sides are compared' compare "$scratch/base" b c
	expect_mistake 2 "$scratch/none" compare "$scratch/base" "$scratch/none"
	expect_mistake 2 'allowed is worse' compare "$scratch/base" "$scratch/base" \
		--fail-on better
	expect_mistake 2 'no valid trial is chosen' compare "$scratch/base@label=x" "$scratch/base"
}

# A real campaign, out and in again by way of the two formats.
results_are_written_for_other_tools() {
	numamark run sweep variant=map/chained@mutex threads=1 range=1k latency=all duration=ops:2k \
		warmup=0s host=off trials=2 -q -o "$scratch/out"
	expect_status 0
	grep -q '^Latency in microseconds' "$scratch/said" || fail "$(cat "$scratch/said")"
	numamark report "$scratch/out" --format google-benchmark
	expect_status 0
	numamark compare "$scratch/out" "$scratch/out/google-benchmark.json"
	expect_status 0
	numamark report "$scratch/out" --format hdr
	expect_status 0
	set -- "$scratch"/out/latency/*.hgrm
	[ $# = 1 ] || fail "$# files"
	grep -q '^ *Value *Percentile TotalCount 1/(1-Percentile)$' "$1" || fail "$(cat "$1")"
	grep -q ' 1\.000000000000 *4000$' "$1" || fail "$(cat "$1")"
	expect_mistake 2 'allowed is html' report "$scratch/out" --format xml
}

results_are_drawn_in_the_terminal() {
	make_trials "$scratch/base" s $rates
	expect_mistake 2 'allowed is 1 or 2' plot "$scratch/base" --columns 3
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	numamark plot "$scratch/base" --figure throughput --format dumb
	expect_status 0
	grep -q 'ops/s\|threads' "$scratch/said" || fail "$(cat "$scratch/said")"
	[ -z "$(find "$scratch/base/figures" -name '*.txt')" ] || fail "a file was left"
}

results_without_latencies_have_none_to_write() {
	make_trials "$scratch/base" s $rates
	expect_mistake 3 'no trial has latencies' report "$scratch/base" --format hdr
}

check compare_says_worse_and_fails_on_demand
check compare_draws_its_ratios
check compare_in_json_has_stable_keys
check compare_needs_two_sides_that_meet
check results_are_written_for_other_tools
check results_are_drawn_in_the_terminal
check results_without_latencies_have_none_to_write
