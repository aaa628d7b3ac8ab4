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

it 'changes nothing when one of several limits needs it'
cgctl -q create web --memory 64M
before=$(snapshot)
try cgctl set web --memory 32M --cpuset-cpus 0
expect_status 1
expect_in_stderr cpuset
expect_unchanged "$before"
