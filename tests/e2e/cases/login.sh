# From a login session (ssh), whose cgroup is root's: clone3 into our cgroup is forbidden there, so the daemon asks systemd.
# needs: login

it 'runs a command in the cgroup'
try cgctl run web --memory 64M -- head -n 1 /proc/self/cgroup
expect_status 0
expect_stdout "0::${root#/sys/fs/cgroup}/web"
expect_stderr ''

it 'passes on the exit status'
try cgctl run web -- sh -c 'exit 7'
expect_status 7

it 'exits 127 for a command that is not there'
try cgctl run web -- no-such-command
expect_status 127
expect_in_stderr no-such-command

it 'kills the command at its limit'
try cgctl run web --memory 32M --memory-swap-max 0 -- tail /dev/zero
expect_status 137
expect_in_stderr 'web reached memory.max 32M'

it 'passes SIGTERM on'
start cgctl run web -- sleep 1000
eventually 'web populated' 20 has_line web/cgroup.events 'populated 1'
kill -TERM "$started"
status=0
wait "$started" || status=$?
expect_status 143

it 'moves a process of the session into a cgroup'
cgctl -q create moved/here
sleep 1000 &
pid=$!
try cgctl move moved/here $pid
expect_status 0
expect_file moved/here/cgroup.procs $pid

it 'refuses a process of somebody else, and says why'
try cgctl move moved/here 1
expect_status 1
expect_one_line_on_stderr
expect_in_stderr 'process 1 '
