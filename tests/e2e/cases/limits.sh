# Every limit that Debian delegates to users, by every flag it has.

cgctl -q create web || it 'cannot begin'

it 'sets all memory limits at once'
try cgctl set web --memory 64M --memory-high 48M --memory-low 16M --memory-min 8M --memory-swap-max 1G
expect_status 0
expect_file web/memory.max 67108864
expect_file web/memory.high 50331648
expect_file web/memory.low 16777216
expect_file web/memory.min 8388608
expect_file web/memory.swap.max 1073741824

it 'understands units, fractions, = and short flags'
try cgctl set web -m 65536K --memory-high=0.0625GiB --memory-reservation 1.5M
expect_status 0
expect_file web/memory.max 67108864
expect_file web/memory.high 67108864
expect_file web/memory.low 1572864

it 'takes a memory limit off with max'
try cgctl set web --memory max --memory-high max --memory-swap-max max
expect_status 0
expect_file web/memory.max max
expect_file web/memory.high max
expect_file web/memory.swap.max max

it 'forbids swap with 0'
try cgctl set web --memory-swap-max 0
expect_status 0
expect_file web/memory.swap.max 0

it 'switches memory.oom.group on and off'
try cgctl set web --oom-group yes
expect_status 0
expect_file web/memory.oom.group 1
try cgctl set web --oom-group no
expect_status 0
expect_file web/memory.oom.group 0

it 'takes a flag without a value for yes'
try cgctl create lazy --oom-group --cpu-idle --memory-high 2G
expect_status 0
expect_file lazy/memory.oom.group 1
expect_file lazy/cpu.idle 1
expect_file lazy/memory.high 2147483648

it 'sets CPU time as CPUs'
try cgctl set web --cpus 1.5
expect_status 0
expect_file web/cpu.max '150000 100000'

it 'sets CPU time as quota and period'
try cgctl set web --cpu-quota 20ms --cpu-period 50000
expect_status 0
expect_file web/cpu.max '20000 50000'

it 'keeps the period when only the quota is named, and the quota when only the period is'
try cgctl set web --cpu-quota 30000
expect_file web/cpu.max '30000 50000'
try cgctl set web --cpu-period 100ms
expect_status 0
expect_file web/cpu.max '30000 100000'

it 'raises quota and burst together'
try cgctl set web --cpu-quota 80ms --cpu-burst 60ms
expect_status 0
expect_file web/cpu.max '80000 100000'
expect_file web/cpu.max.burst 60000

it 'lowers quota and burst together'
try cgctl set web --cpu-quota 20ms --cpu-burst 10ms
expect_status 0
expect_file web/cpu.max '20000 100000'
expect_file web/cpu.max.burst 10000

it 'takes the CPU limit off with max'
try cgctl set web --cpus max --cpu-burst 0
expect_status 0
expect_file web/cpu.max 'max 100000'
expect_file web/cpu.max.burst 0

it 'sets the CPU weight'
try cgctl set web --cpu-weight 300
expect_status 0
expect_file web/cpu.weight 300

it 'keeps the weight while cpu.idle is on and off again'
try cgctl set web --cpu-idle yes
expect_status 0
expect_file web/cpu.idle 1
try cgctl show web --json
expect_json '.drifted == []'
try curl -sS -f http://127.0.0.1:9753/metrics
expect_in_stdout 'cgroup_drifted_limits{cgroup="web"} 0'
try cgctl set web --cpu-idle no
expect_status 0
expect_file web/cpu.idle 0
expect_file web/cpu.weight 300

it "converts docker's shares, and says by which formula"
try cgctl set web --cpu-shares 1024
expect_status 0
expect_in_stderr '--cpu-shares 1024' 'cpu.weight 100'
expect_file web/cpu.weight 100

it 'sets the number of processes, under both names'
try cgctl set web --pids-limit 30
expect_file web/pids.max 30
try cgctl set web --pids 31
expect_status 0
expect_file web/pids.max 31
try cgctl set web --pids-limit max
expect_file web/pids.max max

it 'sets any limit by its interface file'
try cgctl set web --set memory.max=512M --set 'cpu.max=30000 60000' --set pids.max=9 --set memory.oom.group=1
expect_status 0
expect_file web/memory.max 536870912
expect_file web/cpu.max '30000 60000'
expect_file web/pids.max 9
expect_file web/memory.oom.group 1

it 'takes a percentage of what the parent has'
try cgctl create half --memory 100M --pids-limit 20
try cgctl create half/one --memory 50% --pids-limit 50%
expect_status 0
expect_file half/one/memory.max 52428800
expect_file half/one/pids.max 10

it "takes a percentage of the nearest limit above, when the parent's own is max"
try cgctl create half/open/two --memory 25%
expect_status 0
expect_file half/open/two/memory.max 26214400

it 'unsets everything back to what a fresh cgroup has'
try cgctl set web --memory-low 1M --memory-min 1M --cpu-weight 7 --cpu-burst 5ms
try cgctl unset web memory.max memory.low memory.min memory.swap.max memory.oom.group cpu.max cpu.max.burst cpu.weight pids.max
expect_status 0
try cgctl create untouched
for file in memory.max memory.high memory.low memory.min memory.swap.max memory.oom.group cpu.max cpu.max.burst cpu.weight cpu.idle pids.max; do
    read_file untouched/$file
    expect_file web/$file "$text"
done
