# What the program tells about itself. Sourced by run.
# shellcheck shell=sh disable=SC2154,SC2086

help_tells_of_every_command_and_axis() {
	numamark help
	expect_status 0
	for command in run list topo plot report compare verify probe host help; do
		grep -q "^  $command " "$scratch/said" || fail "no $command in the overview"
		"$program" help $command >"$scratch/one"
		grep -q "^Usage: numamark $command" "$scratch/one" || fail "$(cat "$scratch/one")"
		"$program" $command --help | diff - "$scratch/one"
	done
	numamark help run
	for axis in variant threads place memory pages alloc mix dist range prefill rate slo trials host; do
		grep -q "^  $axis " "$scratch/said" || fail "no $axis in help run"
	done
}

version_is_one_line() {
	numamark --version
	expect_status 0
	grep -qE '^numamark [0-9]+\.[0-9]+\.[0-9]+' "$scratch/said"
}

lists_all_print_in_every_format() {
	for list in variants structures presets families locks reclaim places memory dists counters \
		figures features; do
		numamark list $list
		expect_status 0
		[ "$(wc -l <"$scratch/said")" -gt 1 ] || fail "list $list is empty"
		numamark list $list --json
		expect_status 0
		[ "$(head -c 1 "$scratch/said")" = '[' ] || fail "list $list --json: no array"
		numamark list $list --markdown
		expect_status 0
		sed -n 2p "$scratch/said" | grep -q '^|---' || fail "list $list --markdown"
	done
}

list_of_variants_has_its_stable_keys() {
	numamark list variants --json
	count=$(grep -c '"variant":' "$scratch/said")
	for key in family structure reclaim lock update progress linearizable convergent \
		scan_guarantee flaw remote paper; do
		[ "$(grep -c "\"$key\":" "$scratch/said")" = "$count" ] ||
			fail "$key is not in every object"
	done
	grep -q '"variant": "map/chained@mutex"' "$scratch/said"
}

list_is_of_variants_if_none_is_named() {
	numamark list
	"$program" list variants | diff - "$scratch/said"
}

probe_limits_knows_draws_and_words() {
	numamark probe limits --json
	expect_status 0
	for limit in probe/null probe/faa probe/private 'draw uniform' 'draw zipf:0.99' clock; do
		grep -q "\"limit\": \"$limit\"" "$scratch/said" || fail "no $limit"
	done
}

probe_memory_reads_back_where_the_region_is() {
	numamark probe memory --seconds 1 --json
	expect_status 0
	for key in latency_ns loaded_latency_ns bandwidth resident; do
		grep -q "\"$key\": " "$scratch/said" || fail "no $key"
	done
}

verify_counts_histories_and_says_what_was_checked() {
	numamark verify queue/vyukov 'map/line*' probe/null --seconds 2 --seed 5 --threads 2
	expect_status 0
	grep -q '^map/line@bucket .* kept  *linearizable$' "$scratch/said" ||
		fail "$(cat "$scratch/said")"
	grep -q "^queue/vyukov .* kept  *each value once, in its producer's order$" "$scratch/said"
	grep -q '^probe/null  *0  skipped  its family has no specification$' "$scratch/said"
	tail -n 1 "$scratch/said" >"$scratch/last"
	grep -qE '^[0-9]+ histories of [0-9]+ variants in [0-9.]+ s, seed 5: [0-9]+ kept, 0 broken, 1 skipped$' \
		"$scratch/last" || fail "$(cat "$scratch/last")"
	[ "$(cut -d' ' -f1 "$scratch/last")" -ge 100 ] || fail "$(cat "$scratch/last")"
}

verify_knows_that_puts_on_a_disk_do_not_tell() {
	"$program" list variants | grep -q map/rocksdb || skip "this build has no map/rocksdb"
	numamark verify map/rocksdb --seconds 1
	expect_status 0
	grep -q '^map/rocksdb .* kept  *linearizable, but a put does not tell$' "$scratch/said" ||
		fail "$(cat "$scratch/said")"
}

host_check_grades_every_item() {
	numamark host check
	expect_status 0
	grep -qE '^This host: (fit|usable with caveats|unfit)\.$' "$scratch/said" ||
		fail "$(cat "$scratch/said")"
}

host_describe_writes_a_folder() {
	numamark host describe -o "$scratch/hosts/this"
	expect_status 0
	grep -q '^host  *kernel ' "$scratch/said" || fail "$(cat "$scratch/said")"
	"$program" topo --input "$scratch/hosts/this/topology.xml" >"$scratch/described"
	grep -q '"kernel"' "$scratch/hosts/this/facts.json"
	grep -q '"probe/faa"' "$scratch/hosts/this/limits.json"
}

# Of a home of its own: nothing that this machine's owner has applied is touched.
host_restore_without_apply_is_refused() {
	[ "$(id -u)" != 0 ] || [ ! -e /var/lib/numamark/host-before.json ] ||
		skip "settings are applied here"
	XDG_STATE_HOME=$scratch numamark host restore
	expect_status 2
	grep -q 'nothing was applied' "$scratch/errors" || fail "$(cat "$scratch/errors")"
}

# The folder of a machine that is not here: 128 PUs, and a plan for them.
host_folder_has_a_plan_that_can_be_rehearsed() {
	folder=hosts/c6i.metal
	numamark topo --input $folder/topology.xml --json
	expect_status 0
	[ "$(grep -c '"os_index"' "$scratch/said")" -ge 128 ] || fail "fewer than 128 PUs"
	numamark run $folder/plan.ini --dry-run --input $folder/topology.xml
	expect_status 0
	tail -n 1 "$scratch/said" | grep -qE '^[0-9]+ cells x 7 trials = [0-9]+ trials, about [0-9]' ||
		fail "$(tail -n 1 "$scratch/said")"
	grep -q ' 128$\| 128 ' "$scratch/said" || fail "no cell of 128 threads"
}

# sweep is the empty one.
presets_are_all_planned_for_two_nodes() {
	"$program" list presets | awk 'NR > 1 && $1 != "sweep" { print $1 }' >"$scratch/presets"
	grep -q '^kvcache$' "$scratch/presets"
	while read -r preset; do
		numamark run "$preset" --dry-run --input 'package:2 core:4 pu:2'
		expect_status 0
	done <"$scratch/presets"
}

output_that_takes_nothing_is_told() {
	[ -w /dev/full ] || skip "no /dev/full here"
	! "$program" list >/dev/full 2>"$scratch/errors" || fail "status 0"
	grep -q 'standard output' "$scratch/errors"
}

readme_shows_the_catalogue_as_it_is() {
	"$program" list structures --markdown >"$scratch/catalogue"
	sed -n '/<!-- catalogue -->/,/<!-- end -->/p' README.md | sed '1d;$d' >"$scratch/shown"
	diff "$scratch/shown" "$scratch/catalogue" ||
		fail "README.md is stale: put there what 'numamark list structures --markdown' prints"
}

check help_tells_of_every_command_and_axis
check readme_shows_the_catalogue_as_it_is
check version_is_one_line
check lists_all_print_in_every_format
check list_of_variants_has_its_stable_keys
check list_is_of_variants_if_none_is_named
check probe_limits_knows_draws_and_words
check probe_memory_reads_back_where_the_region_is
check verify_counts_histories_and_says_what_was_checked
check verify_knows_that_puts_on_a_disk_do_not_tell
check host_check_grades_every_item
check host_describe_writes_a_folder
check host_restore_without_apply_is_refused
check host_folder_has_a_plan_that_can_be_rehearsed
check presets_are_all_planned_for_two_nodes
check output_that_takes_nothing_is_told
