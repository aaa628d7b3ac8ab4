# cgroupd.conf: defaults for new cgroups, and faults told with file and line.
# needs: once

with_config() { # TEXT
    printf '%s\n' "$1" >"$config"
    daemon_restart || problem "expected the daemon to start with the configuration: $1"
}

cgctl -q create old || it 'cannot begin'

it 'gives a new cgroup the limits of [defaults]'
with_config '[defaults]
memory = 96M
pids-limit = 40
cpu.weight = 50'
try cgctl create new
expect_status 0
expect_file new/memory.max 100663296
expect_file new/pids.max 40
expect_file new/cpu.weight 50

it 'lets its creator say otherwise'
try cgctl create own --memory 32M
expect_status 0
expect_file own/memory.max 33554432
expect_file own/pids.max 40

it 'leaves cgroups alone that were there before'
expect_file old/memory.max max
try cgctl set old --pids-limit 10
expect_file old/memory.max max

it 'takes drop-ins, the later by key'
mkdir -p "$config.d"
printf '[defaults]\nmemory = 24M\n' >"$config.d/50-less.conf"
daemon_restart
try cgctl create dropped
expect_file dropped/memory.max 25165824
expect_file dropped/pids.max 40
rm -r "$config.d"

it 'refuses to make more than max-cgroups'
with_config "[daemon]
max-cgroups = $(find "$root" -mindepth 1 -type d | wc -l)"
try cgctl create one-too-many
expect_status 1
expect_one_line_on_stderr
expect_in_stderr max-cgroups
expect_no_cgroup one-too-many

it 'refuses to start with two faults, and names both with file and line'
printf '[daemon]\nmax-cgroups = many\n[defaults]\nmemory = 64Q\n' >"$work/faulty.conf"
try cgroupd --config "$work/faulty.conf"
expect_status 1
expect_in_stderr "$work/faulty.conf:2:" many "$work/faulty.conf:4:" 64Q

it 'refuses to start with a fault in a drop-in, and names that file'
mkdir -p "$work/half.conf.d"
printf '[defaults]\nmemory = 64M\n' >"$work/half.conf"
printf '\nbogus = 1\n' >"$work/half.conf.d/10-bad.conf"
try cgroupd --config "$work/half.conf"
expect_status 1
expect_in_stderr "$work/half.conf.d/10-bad.conf:2:" bogus

it 'refuses to start with a file that is not there'
try cgroupd --config /nonexistent.conf
expect_status 1
expect_in_stderr /nonexistent.conf

it 'uses nothing of a configuration whose cgroups it refuses'
with_config '[ceilings]
memory = 100M'
printf '[ceilings]\nmemory = 50M\n' >"$config"
mkdir -p "${config%/*}/cgroups.d"
printf '[cgroup declared]\nmemory = 60M\n' >"${config%/*}/cgroups.d/a.conf"
try cgctl reload
expect_status 1
expect_in_stderr 'above the ceiling of 50M'
expect_no_cgroup declared
try cgctl create roomy --memory 90M
expect_status 0
rm -r "${config%/*}/cgroups.d"

it 'goes by its bounds after a reload, and says what waits for its next start'
with_config ''
printf '[daemon]\nmax-cgroups = 1\n' >"$config"
try cgctl reload
expect_status 0
case $out in *metrics*) problem "expected nothing of [metrics]: $out" ;; esac
try cgctl create one-too-many
expect_status 1
expect_in_stderr max-cgroups
printf '[metrics]\nlisten = none\n' >"$config"
try cgctl reload
expect_status 0
expect_in_stdout '[metrics] has changed: it is read when cgroupd starts'
try cgctl create not-too-many
expect_status 0

it 'names all faults on a reload, one a line, and keeps what it had'
with_config '[defaults]
memory = 24M'
printf '[daemon]\nlog-level = loud\n[defaults]\nmemory = 64Q\n' >"$config"
try cgctl reload
expect_status 1
expect_in_stderr "cgctl: $config:2: 'loud'" "
cgctl: $config:4: '64Q'"
try cgctl create kept
expect_file kept/memory.max 25165824

it 'goes back to no defaults without them'
with_config ''
try cgctl create plain
expect_file plain/memory.max max
expect_file plain/pids.max max
