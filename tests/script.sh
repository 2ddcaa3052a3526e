# Shell tests in cmocka's words, so that tests/tally.awk counts their cases like those of a C
# program. Sourced:
#
#   . tests/script.sh
#   check function_name    runs it in a subshell under `set -e`; $scratch is an empty folder for it
#   finish                 last line of the script
#
# In a case, `skip REASON` ends it as skipped, `fail SENTENCE` as failed, as does any command that
# fails. A figure for the reader goes to descriptor 3.

# shellcheck shell=sh

failures=0
scratch_root=$(mktemp -d "${TMPDIR:-/tmp}/numamark-test.XXXXXX")
trap 'chmod -R u+rwx "$scratch_root"; rm -rf "$scratch_root"' EXIT
trap 'exit 130' INT TERM HUP

echo '[==========] Running cases.'

skip() {
	echo "$*"
	exit 77
}

fail() {
	echo "$*"
	exit 1
}

check() {
	printf '[ RUN      ] %s\n' "$1"
	scratch=$scratch_root/$1
	mkdir "$scratch"
	set +e
	(set -e; "$1") 3>&1 </dev/null >"$scratch_root/output" 2>&1
	status=$?
	set -e
	case $status in
	0)
		printf '[       OK ] %s\n' "$1"
		;;
	77)
		tail -n 1 "$scratch_root/output"
		printf '[  SKIPPED ] %s\n' "$1"
		;;
	*)
		cat "$scratch_root/output"
		printf '[  FAILED  ] %s\n' "$1"
		failures=$((failures + 1))
		;;
	esac
}

finish() {
	echo '[==========] Cases run.'
	[ "$failures" = 0 ]
}
