# move, freeze, thaw, kill, remove.
# needs: session

cgctl -q create web --memory 64M || it 'cannot begin'

it 'moves a process'
sleep 1000 &
moved=$!
try cgctl move web $moved
expect_status 0
expect_in_stdout '1 process'
expect_file web/cgroup.procs $moved

it 'moves several processes at once'
sleep 1000 &
second=$!
sleep 1000 &
third=$!
cgctl -q create other
try cgctl move other $moved $second $third
expect_status 0
expect_file web/cgroup.procs ''
for pid in $moved $second $third; do
    expect "process $pid in other" has_line other/cgroup.procs $pid
done

it 'refuses a process of somebody else, and says why'
try cgctl move web 1
expect_status 1
expect_one_line_on_stderr
expect_in_stderr 'process 1 ' 'cgctl run web'

it 'freezes'
try cgctl freeze other
expect_status 0
eventually 'frozen 1 in cgroup.events' 10 has_line other/cgroup.events 'frozen 1'
try cgctl show other --json
expect_json '.frozen == true'

it 'thaws'
try cgctl thaw other
expect_status 0
eventually 'frozen 0 in cgroup.events' 10 has_line other/cgroup.events 'frozen 0'
expect_alive $moved 'a process in it'

it 'says what keeps frozen what it cannot thaw'
cgctl -q create cold/below
cgctl -q freeze cold
try cgctl thaw cold/below
expect_status 1
expect_one_line_on_stderr
expect_in_stderr 'cold/below stays frozen' 'cgctl thaw cold'
cgctl -q thaw cold
try cgctl thaw cold/below
expect_status 0
cgctl -q remove --kill cold

it 'refuses to remove a cgroup with processes, and names them'
before=$(snapshot)
try cgctl remove other
expect_status 1
expect_one_line_on_stderr
expect_in_stderr other $moved $second $third sleep 'remove --kill other'
expect_unchanged "$before"

it 'kills all processes, and keeps the cgroup'
try cgctl kill other
expect_status 0
eventually 'populated 0' 10 has_line other/cgroup.events 'populated 0'
wait $moved
expect_equal 'the exit status of a killed process' 137 $?
expect_file other/cgroup.procs ''

it 'kills frozen processes too'
start_resident cold
try cgctl freeze cold
try cgctl kill cold
expect_status 0
eventually 'populated 0' 10 has_line cold/cgroup.events 'populated 0'
try cgctl thaw cold

it 'removes an empty cgroup'
try cgctl remove other
expect_status 0
expect_no_cgroup other

it 'removes a cgroup with what runs in it, given --kill'
start_resident victim/inner
try cgctl remove --kill victim
expect_status 0
expect_no_cgroup victim
eventually 'its process gone' 10 gone "$resident"

it 'refuses to remove a cgroup with children, and names one'
cgctl -q create nest/a && cgctl -q create nest/b
try cgctl remove nest
expect_status 1
expect_one_line_on_stderr
expect_in_stderr nest/a 'remove --kill nest'

it 'removes nested cgroups in any order'
try cgctl remove nest nest/a nest/b
expect_status 0
expect_no_cgroup nest

it 'goes on with the others when one of several cannot be removed'
cgctl -q create one && cgctl -q create two
try cgctl remove one nosuch two
expect_status 1
expect_in_stderr nosuch
expect_no_cgroup one
expect_no_cgroup two

it 'explains why a cgroup that holds processes cannot have a child'
start_resident a
before=$(snapshot)
try cgctl create a/b --memory 16M
expect_status 1
expect_one_line_on_stderr
expect_in_stderr 'a holds processes' "$resident" sleep
expect_unchanged "$before"
