# What a user is told about a controller that Debian does not delegate.
# needs: systemd
# needs: no controller cpuset

it 'says where the controller ends and what root would have to do, and makes nothing'
before=$(snapshot)
try cgctl create cs --cpuset-cpus 0
expect_status 1
expect_one_line_on_stderr
expect_in_stderr cpuset "user@$(id -u).service" 'cpu memory pids' Delegate=
expect_unchanged "$before"

it 'leaves such a limit out when told to skip it, says why, and sets the others'
try cgctl create some --memory 64M --cpuset-cpus 0 --on-missing skip
expect_status 0
expect_stdout 'some: memory.max 64M'
expect_one_line_on_stderr
expect_in_stderr 'some: cpuset.cpus skipped: controller cpuset' "user@$(id -u).service" Delegate=
expect_file some/memory.max 67108864
try cgctl -q --json set some --pids-limit 7 --cpuset-cpus 0 --on-missing skip
expect_status 0
expect_json '.limits == {"pids.max": 7} and (.skipped["cpuset.cpus"] | contains("cpuset"))'
[ -n "$err" ] || problem 'expected the reason also with --quiet'

it 'does not take a cgroup that is not there for one where all was skipped'
before=$(snapshot)
try cgctl set nosuch --cpuset-cpus 0 --on-missing skip
expect_status 1
expect_one_line_on_stderr
expect_in_stderr "no cgroup named 'nosuch'"
expect_unchanged "$before"

it 'shows what was skipped, in show and in history'
try cgctl show some --json
expect_json '(.limits | has("cpuset.cpus") | not) and (.desired["cpuset.cpus"].skipped | contains("cpuset")) and .drifted == []'
try cgctl show some
expect_in_stdout 'user: 0 wanted, skipped: controller cpuset'
try cgctl history some --json
expect_json '.[-1].skipped[0].limit == "cpuset.cpus" and (.[-1].changes | length) == 1'
try cgctl history some
expect_in_stdout 'some cpuset.cpus 0 skipped: controller cpuset'

it 'forgets it when it is unset'
try cgctl unset some cpuset-cpus
expect_status 0
try cgctl show some --json
expect_json '.desired | has("cpuset.cpus") | not'

it 'takes the same word from files'
printf '[cgroup soft]\nmemory = 32M\ncpuset-cpus = 0\non-missing = skip\n' >"$work/soft.conf"
try cgctl apply -f "$work/soft.conf"
expect_status 0
expect_in_stderr 'soft: cpuset.cpus skipped: '
expect_file soft/memory.max 33554432
try cgctl apply -f "$work/soft.conf"
expect_status 0
expect_stdout 'nothing to do'
expect_in_stderr 'soft: cpuset.cpus skipped: '
printf '[cgroup hard]\ncpuset-cpus = 0\n' >"$work/hard.conf"
try cgctl apply -f "$work/hard.conf"
expect_status 1
try cgctl apply -f "$work/hard.conf" --on-missing skip
expect_status 0
try cgctl set hard --cpuset-cpus 0 --on-missing perhaps
expect_status 2
expect_in_stderr '--on-missing perhaps' 'refuse or skip'

it 'changes nothing when one of several limits needs it'
cgctl -q create web --memory 64M
before=$(snapshot)
try cgctl set web --memory 32M --cpuset-cpus 0
expect_status 1
expect_in_stderr cpuset
expect_unchanged "$before"
