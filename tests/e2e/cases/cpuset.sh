# CPU and memory placement, where the cpuset controller reaches us.
# needs: controller cpuset

cgctl -q create web || it 'cannot begin'

it 'binds a cgroup to a CPU and a memory node'
try cgctl set web --cpuset-cpus 0 --cpuset-mems 0
expect_status 0
expect_file web/cpuset.cpus 0
expect_file web/cpuset.mems 0

it 'starts processes there'
try cgctl run web -- grep Cpus_allowed_list /proc/self/status
expect_status 0
expect_in_stdout "$(printf 'Cpus_allowed_list:\t0')"

it 'refuses a CPU this machine has not got, and changes nothing'
before=$(snapshot)
try cgctl set web --memory 32M --cpuset-cpus 4000
expect_status 1
expect_one_line_on_stderr
expect_in_stderr 4000 "there are $(cat "$root/cpuset.cpus.effective")"
expect_unchanged "$before"

it 'refuses a CPU that the cgroup above has not got'
cgctl -q create web/inner
try cgctl set web/inner --cpuset-cpus 1
expect_status 1
expect_in_stderr 'there are 0 in the cgroup above'
try cgctl set web/inner --cpuset-cpus 0
expect_status 0
cgctl -q remove web/inner

it 'unsets both'
try cgctl unset web --cpuset-cpus cpuset.mems
expect_status 0
expect_file web/cpuset.cpus ''
expect_file web/cpuset.mems ''
