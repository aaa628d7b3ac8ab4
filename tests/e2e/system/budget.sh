# A user with a budget on the system's daemon: free within it, stopped exactly at its edge.
# needs: once
# needs: systemd
# seconds: 300

printf '[budget eve]\nmemory = 100M\ncpus = 1\npids = 50\ncgroups = 4\ndepth = 2\n[ceilings]\npids-limit = 40\n' >"$config"
daemon_restart
read -r pid <"$work/daemon.pid"

eve() { try as_eve cgctl --system "$@"; }
budget_refuses() { # COMMAND...: with nothing changed
    before=$(snapshot)
    eve "$@"
    expect_status 1
    expect_one_line_on_stderr
    expect_in_stderr 'the budget of eve'
    expect_unchanged "$before"
}
limits='--cpus 0.25 --pids-limit 10'
cgctl -q create web --memory 64M

it 'lets her create within it'
# shellcheck disable=SC2086
eve create mine --memory 60M $limits
expect_status 0
expect_file mine/memory.max 62914560
expect_equal 'the owner' "$(id -u eve)" "$(getfattr --only-values -n user.cgroupd.owner "$root/mine" 2>/dev/null || python3 -c "import os; print(os.getxattr('$root/mine', 'user.cgroupd.owner').decode())")"

it 'stops her exactly at its edge, and says who holds what'
# shellcheck disable=SC2086
budget_refuses create second --memory 41M $limits
expect_in_stderr 'mine holds 60M, so 40M is left for second, not 41M'
# shellcheck disable=SC2086
eve create second --memory 40M $limits
expect_status 0
budget_refuses set mine --memory 61M
eve set mine --memory 59M
expect_status 0
budget_refuses set second --memory 42M
eve set second --memory 41M
expect_status 0
budget_refuses set mine --memory max
budget_refuses unset mine memory
budget_refuses set mine --cpus 0.76
eve set mine --cpus 0.75
expect_status 0
budget_refuses create third --memory 1M --cpus 0.1 --pids-limit 5

it 'counts cgroups and their depth'
eve create mine/a
expect_status 0
budget_refuses create mine/a/b
expect_in_stderr '2 levels deep'
eve create mine/b
expect_status 0
budget_refuses create mine/c
expect_in_stderr 'is 4 cgroups'
eve remove mine/b
expect_status 0

it 'lets her control what is hers, and nothing else'
eve freeze mine
expect_status 0
eve thaw mine
expect_status 0
before=$(snapshot)
for command in 'freeze web' 'set web --memory 1M' 'remove web' 'create web/inner --memory 1M' 'kill web' 'create --if-absent web'; do
    # shellcheck disable=SC2086
    eve $command
    expect_status 1
    expect_in_stderr 'not authorized: eve may not'
done
expect_unchanged "$before"

it 'counts what she holds, whoever changes it'
try cgctl set mine --memory 60M
expect_status 1
expect_in_stderr 'the budget of eve'

it 'keeps what is whose over a restart of the daemon'
daemon_restart
eve set mine --pids-limit 12
expect_status 0
budget_refuses set mine --memory 61M

it 'keeps everybody below the ceilings'
try cgctl set web --pids-limit 41
expect_status 1
expect_in_stderr 'pids.max 41 of web is above the ceiling of 40'
try cgctl create free
expect_status 0
expect_file free/pids.max 40

it 'promises no more protection than there is'
try cgctl set web --memory-low 8M
expect_status 0
cgctl -q create web/a web/b 2>/dev/null || { cgctl -q create web/a && cgctl -q create web/b; }
try cgctl set web/a --memory-low 5M
expect_status 0
try cgctl set web/b --memory-low 4M
expect_status 1
expect_in_stderr 'web has 8M, and 9M would be promised below it'
try cgctl set web/b --memory-low 3M
expect_status 0

it 'is held against changes in any order, many at once'
i=0
while [ $i -lt 12 ]; do
    # shellcheck disable=SC2086
    as_eve cgctl --system set mine --memory $((40 + i * 3))M >"$work/a$i" 2>&1 &
    as_eve cgctl --system set second --memory $((70 - i * 3))M >"$work/b$i" 2>&1 &
    i=$((i + 1))
done
wait
read_file mine/memory.max
one=$text
read_file second/memory.max
expect "at most 100M together, found $one and $text" [ $((one + text)) -le 104857600 ]

it 'ends with the budget'
: >"$config"
daemon_restart
eve set mine --pids-limit 5
expect_status 1
expect_in_stderr 'not authorized'

it 'remembers whose a cgroup was when the tree is made anew'
cgctl -q remove --kill second
printf '[budget eve]\nmemory = 100M\n' >"$config"
daemon_restart
eve set mine --memory 50M
expect_status 0
daemon_stop
tree_end
daemon_start
eventually 'mine to be back' 20 has_line mine/memory.max 52428800
eve set mine --memory 55M
expect_status 0
budget_refuses set mine --memory 101M
: >"$config"
daemon_restart

it 'warns of a budget for nobody'
printf '[budget nosuchuser]\nmemory = 100M\n[budget eve]\nmemory = 100M\n' >"$config"
daemon_restart
read -r pid <"$work/daemon.pid"
is_warned_of() { journalctl --no-pager -o cat "_PID=$pid" | grep -q "budget $1].*nobody of that name"; }
eventually 'a warning of nosuchuser' 10 is_warned_of nosuchuser
! is_warned_of eve || problem 'expected no warning of eve'
: >"$config"
