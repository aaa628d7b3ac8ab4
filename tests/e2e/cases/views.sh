# show, list, tree, for people and as JSON.
# needs: once

cgctl -q create web --memory 64M --pids-limit 20 --cpus 0.5 || it 'cannot begin'
cgctl -q create batch/nightly --memory-high 32M
start_resident web

it 'shows limits, use and state to people'
try cgctl show web
expect_status 0
expect_in_stdout "$root/web" 64M '0.5 CPUs' 20 populated 'pids.max'

it 'shows them as JSON, with the keys that are documented'
try cgctl show web --json
expect_status 0
expect_json ".name == \"web\" and .path == \"$root/web\"" \
    '.limits["memory.max"] == 67108864 and .limits["pids.max"] == 20 and .limits["cpu.max"] == {"quota_us": 50000, "period_us": 100000}' \
    '.limits["memory.high"] == "max" and .limits["memory.swap.max"] == "max"' \
    '.usage | (.["memory.current"] > 0) and (.["pids.current"] == 1) and (.["cpu.usage_usec"] | type == "number")' \
    '.events | .["memory.oom_kill"] == 0 and .["pids.max"] == 0' \
    '.populated == true and .frozen == false'

it 'takes --json before the verb, too'
try cgctl --json show web
expect_json '.name == "web"'

it 'reads limits from the kernel at that moment'
echo 8192 >"$root/web/memory.min"
try cgctl show web --json
expect_json '.limits["memory.min"] == 8192'
cgctl -q set web --memory 32M
try cgctl show web --json
expect_json '.limits["memory.max"] == 33554432'

it 'lists all cgroups to people, parents before children'
try cgctl list
expect_status 0
expect_in_stdout NAME MEMORY.MAX web 32M
expect_equal 'the first column' 'NAME batch batch/nightly web' "$(printf '%s\n' "$out" | awk '{ printf "%s%s", separator, $1; separator = " " }')"

it 'lists the same objects as JSON'
try cgctl list --json
expect_status 0
expect_json '[.[].name] == ["batch", "batch/nightly", "web"]' \
    'all(.[]; has("path") and has("limits") and has("usage") and has("events") and has("populated"))'

it 'draws a tree'
try cgctl tree
expect_status 0
expect_in_stdout "$root" '├─ batch' '└─ nightly' '└─ web' '/32M' '/20' 'cpus 0.5'

it 'answers the tree as JSON'
try cgctl tree --json
expect_status 0
expect_json '[.[].name] == ["batch", "batch/nightly", "web"]'

it 'colours nothing but a terminal'
try cgctl list
case $out in *"$(printf '\033')"*) problem 'expected no escape sequences' ;; esac

it 'says what to do when there is nothing to list'
remove_all
try cgctl list
expect_status 0
expect_in_stdout 'cgctl create'
try cgctl list --json
expect_stdout '[]'

it 'explains itself'
for verb in create set unset show list tree run move freeze thaw kill remove; do
    try cgctl $verb --help
    expect_status 0
    expect_in_stdout "usage: cgctl $verb"
done
try cgctl --help
expect_status 0
expect_in_stdout 'cgctl create web --memory 512M'
