# cgctl doctor: what this host can and cannot do. (What it makes of which host is in tests/unit/client/doctor_test.cpp.)

finding() { # CHECK: its line in JSON into $line
    line=$(printf '%s\n' "$out" | jq -c ".findings[] | select(.check == \"$1\")")
}
cgctl -q list

it 'says what runs, where, and what reaches it'
try cgctl doctor --json
for check in kernel cgroup2 bus cgroupd 'delegated root' 'controller cpu' 'controller memory' 'controller pids' metrics 'metrics socket' sandbox; do
    finding "$check"
    case $line in *'"ok":true'*) ;; *) problem "expected '$check' to be fine, found: $line" ;; esac
done
finding 'delegated root'
case $line in *"$root"*) ;; *) problem "expected $root, found $line" ;; esac
expect_json ".levels[-1].path == \"$root\" and .levels[0].path == \"/sys/fs/cgroup\""

it 'has an exit status that says whether all is fine, and a command wherever it is not'
if printf '%s\n' "$out" | jq -e .ok >"$work/ok"; then expect_status 0; else expect_status 1; fi
expect_json 'all(.findings[]; .ok or (.mend | length > 0))'
try cgctl doctor
expect_in_stdout 'ok     kernel'
expect_stderr ''

it 'names the same controllers as the kernel'
try cgctl doctor --json
for controller in cpu cpuset io memory pids; do
    finding "controller $controller"
    if grep -qw $controller "$root/cgroup.controllers"; then wanted=true; else wanted=false; fi
    case $line in *"\"ok\":$wanted"*) ;; *) problem "expected $controller to be $wanted, found $line" ;; esac
done

it 'works while the daemon is down, and says how to start it'
keep_from_starting
try cgctl doctor --json
expect_status 1
finding cgroupd
case $line in *'"ok":false'*'start cgroupd'* | *'"ok":false'*'cgroupd --root'*) ;; *) problem "expected how to start it, found $line" ;; esac
finding 'controller memory'
case $line in *'"ok":true'*) ;; *) problem "expected the controllers all the same, found $line" ;; esac
let_start

it 'says where a mistake in the configuration is'
printf '[daemon]\nmax-cgroup = 3\n' >"$config"
export XDG_CONFIG_HOME="${config%/cgroupd/*}"
try cgctl doctor --json
unset XDG_CONFIG_HOME
: >"$config"
expect_status 1
finding configuration
case $line in *"$config:2: unknown key"*) ;; *) problem "expected file and line, found $line" ;; esac

it 'works without a bus, too'
try env -u XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent cgctl doctor
expect_status 1
expect_in_stdout 'wrong  bus' 'ok     controller memory'
