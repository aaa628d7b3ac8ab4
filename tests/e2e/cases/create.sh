# cgctl create, set, unset: what is asked for is what the kernel's files hold.

it 'puts the limits named into the kernel files'
try cgctl create web --memory 64M --pids-limit 20 --cpus 0.5
expect_status 0
expect_stderr ''
expect_in_stdout 'web: memory.max 64M' 'web: pids.max 20' 'web: cpu.max 0.5 CPUs'
expect_file web/memory.max 67108864
expect_file web/pids.max 20
expect_file web/cpu.max '50000 100000'

it 'changes one limit and leaves the others'
try cgctl set web --memory 48M
expect_status 0
expect_stdout 'web: memory.max 48M'
expect_file web/memory.max 50331648
expect_file web/pids.max 20
expect_file web/cpu.max '50000 100000'

it 'changes nothing when the limit is in force already'
before=$(snapshot)
try cgctl set web --memory 48M
expect_status 0
expect_unchanged "$before"

it 'makes the missing parents of a nested name'
try cgctl create shop/cart/db --memory 16M
expect_status 0
expect_file shop/cart/db/memory.max 16777216
expect_file shop/cart/memory.max max
expect_file shop/memory.max max

it 'makes a second child beside the first'
try cgctl create shop/cart/cache --pids-limit 7
expect_status 0
expect_file shop/cart/cache/pids.max 7
expect_file shop/cart/db/memory.max 16777216

it 'refuses a name that is taken, and says how to change it'
before=$(snapshot)
try cgctl create web --memory 32M
expect_status 1
expect_one_line_on_stderr
expect_in_stderr "'web'" 'cgctl set web'
expect_unchanged "$before"

it 'with --if-absent only sets the limits of what is there'
try cgctl create web --if-absent --memory 40M
expect_status 0
expect_file web/memory.max 41943040
expect_file web/pids.max 20

it 'with --if-absent makes what is not there'
try cgctl create fresh --if-absent --memory 40M
expect_status 0
expect_file fresh/memory.max 41943040

it 'without limits makes a cgroup without limits'
try cgctl create plain
expect_status 0
expect_file plain/memory.max max
expect_file plain/cpu.max 'max 100000'
expect_file plain/pids.max max

it 'takes every character a name may have'
try cgctl create 'a_b.c:d@e+f-9'
expect_status 0
expect_file 'a_b.c:d@e+f-9/memory.max' max

it 'unsets limits by their files'
try cgctl unset web memory.max pids.max
expect_status 0
expect_file web/memory.max max
expect_file web/pids.max max
expect_file web/cpu.max '50000 100000'

it 'unsets limits by their flags'
try cgctl unset web --cpus
expect_status 0
expect_file web/cpu.max 'max 100000'

it 'says nothing with -q'
try cgctl -q set web --memory 64M
expect_status 0
expect_stdout ''
expect_stderr ''
expect_file web/memory.max 67108864

it 'answers what is in force with --json'
try cgctl set web --memory 5000000 --cpus 0.5 --json
expect_status 0
expect_json '.name == "web" and .limits == {"memory.max": 4997120, "cpu.max": {"quota_us": 50000, "period_us": 100000}}'

it 'reports what the kernel rounded'
try cgctl set web --memory 5000000
expect_status 0
expect_in_stdout 'web: memory.max 4997120' 'asked 5000000'
expect_file web/memory.max 4997120

it 'shows with --plan the exact writes in order, and changes nothing'
try cgctl set web --memory 64M --pids-limit 20
before=$(snapshot)
try cgctl set web --memory 32M --pids-limit 10 --plan
expect_status 0
expect_stdout 'web pids.max 20 -> 10
web memory.max 67108864 -> 33554432'
expect_unchanged "$before"

it 'has nothing to do when the plan is in force already'
try cgctl set web --memory 64M --plan
expect_status 0
expect_in_stdout 'nothing to do'
