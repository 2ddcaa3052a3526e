# Traces of requests: good ones run, bad ones are refused with file, line and reason.
# Sourced by tests/cli/run.
# shellcheck shell=sh disable=SC2154,SC2086

trace=tests/workloads/traces/small.jsonl
cache='variant=kvblock/lru@mutex threads=1 host=off trials=1'

# expect_bad_trace PART TEXT WORD...: a trace of this text is refused for that.
expect_bad_trace() {
	part=$1
	printf '%b' "$2" >"$scratch/bad.jsonl"
	shift 2
	expect_mistake 2 "$scratch/bad.jsonl:$part" run sweep $cache \
		dist=trace:"$scratch/bad.jsonl" "$@" -o "$scratch/out"
}

request() {
	printf '{"timestamp":%s,"input_length":9,"output_length":1,"hash_ids":%s}\\n' "$1" "$2"
}

trace_that_is_bad_is_refused_with_its_line() {
	export NUMAMARK_CACHE="$scratch/kept"
	expect_bad_trace '2: the file ends within a request' "$(request 0 '[0]'){\"timesta"
	expect_bad_trace '1: this is not JSON' 'timestamp,hash_ids\n'
	expect_bad_trace '1: the file is empty' ''
	expect_bad_trace '1: hash_ids: the id -1 is negative' "$(request 0 '[-1]')"
	expect_bad_trace '1: a number is too large' "$(request 0 '[18446744073709551616]')"
	expect_bad_trace '2: a chain of 3 blocks' "$(request 0 '[0]')$(request 0 '[0,1,2]')" capacity=2
	expect_bad_trace '2: hash_ids: block 2 begins a chain' "$(request 0 '[0,2]')$(request 0 '[2]')"
	expect_bad_trace '2: the timestamp runs backwards' "$(request 5 '[0]')$(request 4 '[0]')"
}

trace_where_there_is_none_is_refused() {
	expect_mistake 2 'dist=prefix:4:24:0.99:50 has no end' run sweep $cache duration=once
	expect_mistake 2 'has no timestamps' run sweep $cache rate=trace
	expect_mistake 2 'take keys, not requests' run sweep variant=map/chained@mutex threads=1 \
		dist=trace:"$trace"
	expect_mistake 2 'take requests' run sweep $cache dist=uniform
}

# Every block but its first is a hit, where there is room for all.
trace_once_through_hits_what_came_before() {
	export NUMAMARK_CACHE="$scratch/kept"
	numamark run sweep $cache dist=trace:"$trace" duration=once latency=all -q \
		-o "$scratch/out"
	expect_status 0
	for part in '"ops":400,' '"blocks":4526,' '"hit_blocks":3200,' '"evicted":0,' \
		'"pins_outstanding":0' '"acquire":{"samples":400,' '"lock_held_ns_per_op":'; do
		grep -q "$part" "$scratch/out/results.jsonl" || fail "no $part"
	done
}

# It begins at its beginning: no warm-up is what it has, another one it cannot have.
trace_once_through_has_no_warm_up() {
	export NUMAMARK_CACHE="$scratch/kept"
	numamark run sweep $cache dist=trace:"$trace" duration=once warmup=0s -q -o "$scratch/out"
	expect_status 0
	grep -q '"warmup":"auto"' "$scratch/out/results.jsonl" || fail 'it is another cell than without'
	expect_mistake 2 'warmup=100ms says nothing to kvblock/lru@mutex: a trace that runs once' \
		run sweep $cache dist=trace:"$trace" duration=once warmup=100ms -o "$scratch/other"
}

trace_by_its_timestamps_takes_its_time() {
	export NUMAMARK_CACHE="$scratch/kept"
	numamark run sweep $cache dist=trace:"$trace" duration=once rate=trace:1000 -q \
		-o "$scratch/out"
	expect_status 0
	grep -q '"kind":"open-loop"' "$scratch/out/results.jsonl" || fail 'no open loop'
	# 368 s of timestamps, a thousand times as fast.
	grep -Eq '"measured_s":0\.(3[67]|[4-9])' "$scratch/out/results.jsonl" ||
		fail "$(grep -o '"measured_s":[^,]*' "$scratch/out/results.jsonl")"
}

# cells PREFIX: how many of a plan have such a variant.
cells() {
	grep -c "^[0-9a-f]\{16\}  $1" "$scratch/said"
}

# A trace has requests alone: slots stay on the keys that stand beside it.
kvcache_on_a_trace_has_both_families() {
	export NUMAMARK_CACHE="$scratch/kept"
	numamark run kvcache dist=trace:"$trace",uniform threads=2 --dry-run
	expect_status 0
	[ "$(cells kvblock/)" = 20 ] || fail "$(cells kvblock/) block caches: $(cat "$scratch/said")"
	[ "$(cells kvslot/)" = 5 ] || fail "$(cells kvslot/) slots: $(cat "$scratch/said")"
}

check trace_that_is_bad_is_refused_with_its_line
check trace_where_there_is_none_is_refused
check trace_once_through_hits_what_came_before
check trace_once_through_has_no_warm_up
check trace_by_its_timestamps_takes_its_time
check kvcache_on_a_trace_has_both_families
