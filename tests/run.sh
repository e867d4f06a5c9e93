#!/bin/sh
# Runs test suites (make targets) one after the other, whatever fails, and adds
# up what they counted: the last line is "N passed, N failed".
#
#   tests/run.sh [NAME=VALUE...] TARGET...
#
# A target may carry variables for make after colons: unit:SANITIZE=1.
set -u

make=${MAKE:-make}
logs=${BUILD:-build}/test-logs
mkdir -p "$logs"
passed=0
failed=0

# Counts of cmocka, node --test (both reporters) and our own runners.
count() {
	awk '
		/^\[  PASSED  \] [0-9]+ test/ { p += $4 }
		/^\[  FAILED  \] [0-9]+ test/ { f += $4 }
		/^(#|ℹ) pass [0-9]+$/ { p += $3 }
		/^(#|ℹ) fail [0-9]+$/ { f += $3 }
		/^([a-z_0-9-]+: )?[0-9]+ passed, [0-9]+ failed/ {
			sub(/^[a-z_0-9-]+: /, ""); p += $1; f += $3
		}
		END { print p + 0, f + 0 }' "$1"
}

for suite in "$@"; do
	target=${suite%%:*}
	variables=
	case $suite in *:*) variables=$(echo "${suite#*:}" | tr : ' ') ;; esac
	log=$logs/$(echo "$suite" | tr ':=/ ' '____').log
	started=$(date +%s)
	# shellcheck disable=SC2086
	$make -j"$(nproc)" --no-print-directory $variables "$target" >"$log" 2>&1
	status=$?
	counts=$(count "$log")
	p=${counts% *}
	f=${counts#* }
	if [ $status -ne 0 ] && [ "$f" -eq 0 ]; then
		f=1
	elif [ $status -eq 0 ] && [ "$p" -eq 0 ] && ! grep -qi skipped "$log"; then
		p=1 # a suite that only builds and checks
	fi
	grep -i '^[a-z: -]*skipped' "$log"
	if [ "$f" -ne 0 ]; then
		echo "---- $suite failed; the end of $log:"
		grep -vE "^[^ ]*(cc|gcc|clang|ar) " "$log" | tail -n 40 | cut -c 1-400
	fi
	printf '%-40s %7d passed %4d failed  %4d s\n' "$suite" "$p" "$f" $(($(date +%s) - started))
	passed=$((passed + p))
	failed=$((failed + f))
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
