# Lowering memory below what is in use: page cache gives way, anonymous memory without swap does not.

# A file whose pages the kernel can drop and read again: a disk, for a tmpfs has none.
if [ -r /dev/vda ]; then
    cached=/dev/vda
else
    cached=${XDG_CACHE_HOME:-$HOME/.cache}/cgroupd-e2e
    mkdir -p "${cached%/*}"
    dd if=/dev/zero of="$cached" bs=1M count=48 conv=fsync 2>/dev/null
fi
uses() { # CGROUP BYTES
    first_word_of "$1/memory.current" && [ "$word" -ge "$2" ]
}

it 'gives page cache back and kills nothing'
start cgctl run cache --memory 64M -- sh -c 'exec 3<"$1"; dd bs=1M count=40 <&3 of=/dev/null 2>/dev/null; exec sleep 1000' sh "$cached"
eventually '40M of page cache in the cgroup' 30 uses cache 40000000
first_word_of cache/cgroup.procs
reader=$word
try cgctl set cache --memory 16M
expect_status 0
expect_file cache/memory.max 16777216
expect_alive "$reader" 'the reader'
expect_key cache/memory.events oom_kill 0
expect_file cache/memory.high max

it 'refuses to take anonymous memory away that cannot be swapped, and changes nothing'
start cgctl run anon --memory 64M --memory-swap-max 0 -- sh -c 'dd if=/dev/zero bs=40M count=1 2>/dev/null | sleep 1000'
eventually '40M held in the cgroup' 30 uses anon 41943040
before=$(snapshot)
try cgctl set anon --memory 16M
expect_status 1
expect_one_line_on_stderr
expect_in_stderr anon memory.max 16M --force
expect_unchanged "$before"
expect_key anon/memory.events oom_kill 0

it 'lowers it as far as there is room'
try cgctl set anon --memory 48M
expect_status 0
expect_file anon/memory.max 50331648
expect_key anon/memory.events oom_kill 0

it 'kills with --force'
try cgctl set anon --memory 16M --force
expect_status 0
expect_file anon/memory.max 16777216
key_of anon/memory.events oom_kill
expect "an OOM kill, found $value" [ "$value" -ge 1 ]

[ "$cached" = /dev/vda ] || rm -f "$cached"
