# Result folders that cannot be written, are full, or hold something else. Sourced by run.
# shellcheck shell=sh disable=SC2154,SC2086,SC2034

folder_that_cannot_be_written_is_refused() {
	expect_mistake 2 '/proc/numamark-out' run sweep $small -o /proc/numamark-out
	: >"$scratch/file"
	expect_mistake 2 "$scratch/file" run sweep $small -o "$scratch/file/out"
	if [ "$(id -u)" != 0 ]; then
		mkdir -m 555 "$scratch/locked"
		expect_mistake 2 'Permission denied' run sweep $small -o "$scratch/locked/out"
	fi
}

# In a folder with room for a few trials alone; what is in it is kept, and resumed.
folder_that_is_full_keeps_what_is_finished() {
	mkdir "$scratch/small"
	mount -t tmpfs -o size=64k numamark-test "$scratch/small" 2>/dev/null ||
		skip "no tmpfs can be mounted here"
	trap 'umount "$scratch/small"' EXIT
	numamark run sweep $small trials=40 -q -o "$scratch/small/out"
	expect_status 2
	grep -q 'No space left' "$scratch/errors" || fail "$(cat "$scratch/errors")"
	grep -q -- '--resume' "$scratch/errors" || fail "$(cat "$scratch/errors")"
	done=$(trials_of "$scratch/small/out" | wc -l)
	[ "$done" -gt 0 ] || fail "no trial was kept"
	mount -o remount,size=8m "$scratch/small"
	numamark run sweep $small trials=40 -q -o "$scratch/small/out" --resume
	expect_status 0
	expect_complete "$scratch/small/out" 40
}

folder_beyond_the_limit_on_file_sizes_keeps_what_is_finished() {
	status=0
	(
		ulimit -f 24
		"$program" run sweep $small trials=20 -q -o "$scratch/out"
	) >"$scratch/said" 2>"$scratch/errors" || status=$?
	expect_status 2
	grep -q 'results.jsonl' "$scratch/errors" || fail "$(cat "$scratch/errors")"
	numamark run sweep $small trials=20 -q -o "$scratch/out" --resume
	expect_status 0
	expect_complete "$scratch/out" 20
}

make_results() {
	numamark run sweep $small trials=2 -q -o "$scratch/out"
	expect_status 0
}

folder_with_results_needs_resume() {
	make_results
	expect_mistake 2 '--resume' run sweep $small trials=2 -o "$scratch/out"
}

folder_of_another_campaign_is_refused() {
	make_results
	expect_mistake 2 'belongs to campaign' run sweep $small alloc=glibc --resume -o "$scratch/out"
}

folder_is_given_further_trials() {
	make_results
	numamark run sweep $small trials=3 --resume -q -o "$scratch/out"
	expect_status 0
	expect_complete "$scratch/out" 3
	grep -q '^trials = 3$' "$scratch/out/campaign.ini" || fail "campaign.ini does not say so"
}

folder_that_is_being_written_is_refused() {
	"$program" run sweep $small duration=10s trials=2 -q -o "$scratch/out" >/dev/null 2>&1 &
	writer=$!
	while [ ! -s "$scratch/out/results.jsonl" ]; do
		sleep 0.05
	done
	expect_mistake 2 'another numamark' run sweep $small duration=10s trials=2 --resume \
		-o "$scratch/out"
	kill -TERM $writer
	wait $writer || true
}

# Each damage of a results file, told by what resumes it and by what only reads it.
expect_damaged() {
	expect_mistake 2 "$1" run sweep $small trials=2 --resume -o "$scratch/out"
	expect_mistake 2 "$1" plot "$scratch/out"
	expect_mistake 2 "$1" report "$scratch/out"
}

results_of_a_newer_schema_are_refused() {
	make_results
	sed -i '2s/"schema":1/"schema":2/' "$scratch/out/results.jsonl"
	expect_damaged 'results.jsonl:2:'
	grep -q schema "$scratch/errors" || fail "$(cat "$scratch/errors")"
}

results_with_a_line_cut_short_are_refused() {
	make_results
	sed -i '2s/.\{40\}$//' "$scratch/out/results.jsonl"
	expect_damaged 'results.jsonl:2:'
}

results_with_nul_bytes_are_refused() {
	make_results
	sed -i '2s/"schema"/"sch\x00ema"/' "$scratch/out/results.jsonl"
	expect_damaged 'results.jsonl:2:'
}

results_with_a_torn_last_line_are_read() {
	make_results
	truncate -s -10 "$scratch/out/results.jsonl"
	numamark report "$scratch/out"
	expect_status 0
	numamark run sweep $small trials=2 -q --resume -o "$scratch/out"
	expect_status 0
	expect_complete "$scratch/out" 2
}

results_that_are_not_there_are_refused() {
	expect_mistake 2 "$scratch/none" plot "$scratch/none"
	expect_mistake 2 "$scratch/none" report "$scratch/none"
}

check folder_that_cannot_be_written_is_refused
check folder_that_is_full_keeps_what_is_finished
check folder_beyond_the_limit_on_file_sizes_keeps_what_is_finished
check folder_with_results_needs_resume
check folder_of_another_campaign_is_refused
check folder_is_given_further_trials
check folder_that_is_being_written_is_refused
check results_of_a_newer_schema_are_refused
check results_with_a_line_cut_short_are_refused
check results_with_nul_bytes_are_refused
check results_with_a_torn_last_line_are_read
check results_that_are_not_there_are_refused
