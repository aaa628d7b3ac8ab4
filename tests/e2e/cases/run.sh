# cgctl run: a command that is born in the cgroup, and cgctl standing in for it.

it 'makes the cgroup with its limits'
try cgctl run fresh/one --memory 64M --pids-limit 20 -- true
expect_status 0
expect_stdout ''
expect_stderr ''
expect_file fresh/one/memory.max 67108864
expect_file fresh/one/pids.max 20

it 'sets limits of a cgroup that is there'
try cgctl run fresh/one --memory 32M -- true
expect_status 0
expect_file fresh/one/memory.max 33554432
expect_file fresh/one/pids.max 20

it 'has the command born in the cgroup'
try cgctl run web -- head -n 1 /proc/self/cgroup
expect_status 0
expect_stdout "0::${root#/sys/fs/cgroup}/web"

for number in 0 1 7 126 127 255; do
    it "passes on exit status $number"
    try cgctl run web -- sh -c "exit $number"
    expect_status $number
    expect_stderr ''
done

it 'exits 127 for a command that is not there'
try cgctl run web -- no-such-command
expect_status 127
expect_one_line_on_stderr
expect_in_stderr no-such-command

it 'exits 126 for a file that is no program'
try cgctl run web -- /etc/passwd
expect_status 126
expect_one_line_on_stderr
expect_in_stderr /etc/passwd

it 'exits 128 + signal for a command that was killed'
try cgctl run web -- sh -c 'kill -USR1 $$'
expect_status $((128 + 10))

it 'hands stdin and stdout through'
printf 'one\ntwo\n' >"$work/input"
through() { cgctl run web -- tr a-z A-Z <"$work/input"; }
try through
expect_status 0
expect_stdout 'ONE
TWO'

it 'hands stderr through'
try cgctl run web -- sh -c 'echo oops >&2'
expect_stdout ''
expect_stderr oops

it 'hands arguments on as they are'
try cgctl run web -- printf '[%s]' 'two words' '' '*' "it's" --memory '$HOME'
expect_status 0
expect_stdout "[two words][][*][it's][--memory]["'$HOME]'

it 'hands the environment on'
in_environment() { E2E_WORD='a b' cgctl run web -- sh -c 'echo "$E2E_WORD"'; }
try in_environment
expect_stdout 'a b'

it 'stays in the directory'
in_directory() { (cd / && cgctl run web -- pwd); }
try in_directory
expect_stdout /

it 'exits 143 on SIGTERM, which the command gets'
start cgctl run web -- sleep 1000
eventually 'web populated' 20 has_line web/cgroup.events 'populated 1'
kill -TERM "$started"
status=0
wait "$started" || status=$?
expect_status 143
expect_file web/cgroup.procs ''

it 'lets the command answer SIGTERM in its own way'
start cgctl run web -- sh -c 'trap "exit 5" TERM; sleep 1000 & echo ready; wait'
eventually 'the command is ready' 20 grep -q ready "$work/background"
kill -TERM "$started"
status=0
wait "$started" || status=$?
expect_status 5
try cgctl kill web

# (Linux 6.1.176 kills whatever is born there from then on.)
it 'starts a command where all was killed before'
try cgctl kill web
try cgctl run web -- sh -c 'cat /proc/self/cgroup; exit 4'
expect_status 4
expect_in_stdout /web
expect_file web/cgroup.procs ''

it 'starts nothing that was killed while it waited in a frozen cgroup'
cgctl -q create cold
try cgctl freeze cold
start cgctl run cold -- sh -c 'echo started'
eventually 'cold populated' 20 has_line cold/cgroup.events 'populated 1'
try cgctl kill cold
status=0
wait "$started" || status=$?
expect_status 137
is_silent() { ! grep started "$work/background"; }
expect 'no word of the command' is_silent

it 'keeps the cgroup when the command has ended'
try cgctl run web --pids-limit 9 -- true
expect_file web/pids.max 9

it 'holds the command to the limit of processes'
try cgctl run few --pids-limit 3 -- sh -c 'exec >/dev/null 2>&1; sleep 1000 & sleep 1000 & sleep 1000 &'
expect 'a refused fork in pids.events' key_of few/pids.events max
expect "at least one, found $value" [ "$value" -ge 1 ]
try cgctl kill few

it 'refuses a cgroup that hands controllers to its children, and names one that would do'
cgctl -q create parent/child
try cgctl run parent -- true
expect_status 1
expect_one_line_on_stderr
expect_in_stderr parent 'cgctl run parent/main'

it 'starts a shell when no command is given'
shell() { echo 'cat /proc/self/cgroup' | SHELL=/bin/sh cgctl run web; }
try shell
expect_status 0
expect_in_stdout /web
