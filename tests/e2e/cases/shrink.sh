# Lowering memory below what is in use: page cache gives way, anonymous memory without swap does not.

# A file whose pages the kernel can drop and read again: a disk, for a tmpfs has none.
if [ -r /dev/vda ]; then
    cached=/dev/vda
else
    cached=${XDG_CACHE_HOME:-$HOME/.cache}/cgroupd-e2e
    mkdir -p "${cached%/*}"
    dd if=/dev/zero of="$cached" bs=1M count=128 conv=fsync 2>/dev/null
fi
uses() { # CGROUP BYTES
    first_word_of "$1/memory.current" && [ "$word" -ge "$2" ]
}

it 'gives page cache back and kills nothing'
start cgctl run cache --memory 300M -- sh -c 'exec 3<"$1"; dd bs=1M count=120 <&3 of=/dev/null 2>/dev/null; exec sleep 1000' sh "$cached"
eventually '120M of page cache in the cgroup' 60 uses cache 120000000
first_word_of cache/cgroup.procs
reader=$word
try cgctl set cache --memory 60M
expect_status 0
expect_file cache/memory.max 62914560
expect_alive "$reader" 'the reader'
expect_key cache/memory.events oom_kill 0
expect_file cache/memory.high max

it 'refuses to take anonymous memory away that cannot be swapped, and changes nothing'
start cgctl run anon --memory 300M --memory-swap-max 0 -- sh -c 'dd if=/dev/zero bs=120M count=1 2>/dev/null | sleep 1000'
eventually '120M held in the cgroup' 60 uses anon 125829120
before=$(snapshot)
first_word_of anon/cgroup.procs
holder=$word
try cgctl set anon --memory 60M
expect_status 1
expect_one_line_on_stderr
expect_in_stderr anon memory.max 60M --force
expect_unchanged "$before"
expect_alive "$holder" 'who holds it'
expect_key anon/memory.events oom_kill 0

it 'lowers it as far as there is room'
try cgctl set anon --memory 140M
expect_status 0
expect_file anon/memory.max 146800640
expect_key anon/memory.events oom_kill 0

it 'kills with --force'
try cgctl set anon --memory 60M --force
expect_status 0
expect_file anon/memory.max 62914560
key_of anon/memory.events oom_kill
expect "an OOM kill, found $value" [ "$value" -ge 1 ]

[ "$cached" = /dev/vda ] || rm -f "$cached"
