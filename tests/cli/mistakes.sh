# What users get wrong: each is one clear line and status 2. Sourced by run.
# shellcheck shell=sh disable=SC2154,SC2086

mistake_unknown_command_names_the_nearest() {
	expect_mistake 2 'did you mean list?' lsit
	expect_mistake 2 'unknown command frobnicate' frobnicate
	expect_mistake 2 'unknown command' ''
}

mistake_unknown_option_names_the_nearest() {
	expect_mistake 2 'did you mean --resume?' run quick --resum-e
	expect_mistake 2 'unknown option -x' run quick -x
	expect_mistake 2 'its value is missing' run quick --label
	expect_mistake 2 'takes no value' run quick --quiet=yes
	expect_mistake 2 'did you mean --json?' list --jsno
}

mistake_unknown_key_names_the_nearest() {
	expect_mistake 2 'did you mean threads?' run sweep variant=probe/null thread=1
	expect_mistake 2 'unknown key "colour"' run sweep variant=probe/null colour=red
}

mistake_unknown_variant_names_the_nearest() {
	expect_mistake 2 'did you mean map/chained@mutex?' run sweep variant=map/chained+mutex
	expect_mistake 2 'no variant matches' run sweep 'variant=mop/*'
	expect_mistake 2 'no variant is given' run sweep
}

mistake_unknown_preset_names_the_nearest() {
	expect_mistake 2 'did you mean quick?' run quikc
	expect_mistake 2 'no preset is given' run
	expect_mistake 2 'one preset' run quick quick
}

mistake_mix_that_is_not_100_is_refused() {
	expect_mistake 2 'sum to 95' run sweep $small mix=get:90,put:5
}

mistake_range_of_0_is_refused() {
	expect_mistake 2 'range=0' run sweep variant=probe/null threads=1 range=0
}

mistake_threads_beyond_the_pus_are_refused() {
	expect_mistake 2 'threads=4096' run sweep variant=probe/null threads=4096
	expect_mistake 2 'oversubscribe' run sweep variant=probe/null threads=$(($(nproc) + 1))
}

mistake_node_that_does_not_exist_is_refused() {
	expect_mistake 2 'memory=node:4000' run sweep variant=probe/null threads=1 memory=node:4000
	expect_mistake 2 'place=node:4000' run sweep variant=probe/null threads=1 place=node:4000
}

mistake_operation_that_a_family_lacks_is_refused() {
	expect_mistake 2 'no operation enqueue' run sweep $small mix=enqueue:50,dequeue:50
	expect_mistake 2 'has no operation scan' run sweep $small mix=get:50,scan:50
}

mistake_stall_as_long_as_the_trial_is_refused() {
	expect_mistake 2 'shorter than duration' \
		run sweep $small stall=every:20ms,for:1ms,who:writer
}

mistake_axis_that_no_cell_takes_is_refused() {
	expect_mistake 2 'has no shards' run sweep $small shards=8
}

mistake_plan_without_end_is_refused() {
	numbers=$(seq -s, 1 1500)
	expect_mistake 2 'more than 1000000 cells' \
		run sweep variant=probe/null threads=1 "range=$numbers" "rate=$numbers"
}

mistake_seed_or_label_that_is_none_is_refused() {
	expect_mistake 2 '--seed' run sweep $small --seed -1
	expect_mistake 2 '--seed' run sweep $small --seed 9223372036854775808
	expect_mistake 2 'UTF-8' run sweep $small --label "$(printf '\377')"
	expect_mistake 2 'which folder' run sweep $small --resume
}

preset_file() {
	printf '[a]\nvariant = probe/null\nthreads = 1\n' >"$scratch/p.ini"
	cat >>"$scratch/p.ini"
}

mistake_in_a_preset_has_file_and_line() {
	echo 'memroy = local' | preset_file
	expect_mistake 2 "p.ini:4: unknown key" run "$scratch/p.ini"
	echo '  range = 1k' | preset_file
	expect_mistake 2 "p.ini:4: an indented line" run "$scratch/p.ini"
	printf 'range = %0200d\n' 1 | preset_file
	expect_mistake 2 "p.ini:4: a line of 208 bytes" run "$scratch/p.ini"
	echo 'range' | preset_file
	expect_mistake 2 "p.ini:4: allowed are" run "$scratch/p.ini"
}

mistake_preset_missing_empty_binary_or_huge_is_refused() {
	expect_mistake 2 'No such file' run "$scratch/none.ini"
	: >"$scratch/empty.ini"
	expect_mistake 2 'empty' run "$scratch/empty.ini"
	head -c 4096 "$program" >"$scratch/binary.ini"
	expect_mistake 2 'not a text' run "$scratch/binary.ini"
	truncate -s 100M "$scratch/huge.ini"
	expect_mistake 2 '100 MB' run "$scratch/huge.ini"
	expect_mistake 2 'folder' run "$scratch/"
}

mistake_topology_missing_empty_binary_or_huge_is_refused() {
	expect_mistake 2 'none.xml' topo --input "$scratch/none.xml"
	: >"$scratch/empty.xml"
	expect_mistake 2 'empty.xml' topo --input "$scratch/empty.xml"
	head -c 4096 "$program" >"$scratch/binary.xml"
	expect_mistake 2 'binary.xml' topo --input "$scratch/binary.xml"
	truncate -s 100M "$scratch/huge.xml"
	expect_mistake 2 'huge.xml' topo --input "$scratch/huge.xml"
	expect_mistake 2 'pack:' topo --input 'pack:0'
}

mistake_in_what_to_verify_is_refused() {
	expect_mistake 2 'did you mean map/michael+hp?' verify map/micheal+hp
	expect_mistake 2 'no variant matches' verify 'mop/*'
	expect_mistake 2 '--seconds 0: allowed are 1 to' verify --seconds 0
	expect_mistake 2 '--seconds -5' verify --seconds -5
	expect_mistake 2 '--seconds 1e99' verify --seconds 1e99
	expect_mistake 2 '--seed x' verify --seed x
	expect_mistake 2 '--threads 1: allowed are 2 to 8' verify --threads 1
	expect_mistake 2 '--threads 9' verify --threads 2,9
	expect_mistake 2 '--threads : allowed' verify --threads 2,
	expect_mistake 2 'unknown option --treads' verify --treads 2
}

mistake_in_other_commands_is_one_line_too() {
	expect_mistake 2 'no such list' list colours
	expect_mistake 2 'did you mean variants?' list varaints
	expect_mistake 2 'no result folder' plot
	expect_mistake 2 'one result folder' report a b
	expect_mistake 2 'limits' probe limit
	expect_mistake 2 'seconds 0' probe clock --seconds 0
	expect_mistake 2 'add --dry-run' run quick --input 'pu:4'
	expect_mistake 2 'restore or describe' host chekc
	expect_mistake 2 'no such command' help chekc
	expect_mistake 2 'options alone' topo machine.xml
}

check mistake_unknown_command_names_the_nearest
check mistake_unknown_option_names_the_nearest
check mistake_unknown_key_names_the_nearest
check mistake_unknown_variant_names_the_nearest
check mistake_unknown_preset_names_the_nearest
check mistake_mix_that_is_not_100_is_refused
check mistake_range_of_0_is_refused
check mistake_threads_beyond_the_pus_are_refused
check mistake_node_that_does_not_exist_is_refused
check mistake_operation_that_a_family_lacks_is_refused
check mistake_stall_as_long_as_the_trial_is_refused
check mistake_axis_that_no_cell_takes_is_refused
check mistake_plan_without_end_is_refused
check mistake_seed_or_label_that_is_none_is_refused
check mistake_in_a_preset_has_file_and_line
check mistake_preset_missing_empty_binary_or_huge_is_refused
check mistake_topology_missing_empty_binary_or_huge_is_refused
check mistake_in_what_to_verify_is_refused
check mistake_in_other_commands_is_one_line_too
