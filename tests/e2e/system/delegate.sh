# What cgctl doctor tells a user to have root do, done by root: afterwards it works.
# needs: systemd

dropin=/etc/systemd/system/user@.service.d/delegate.conf
[ ! -e $dropin ] || it 'cannot begin: there is a drop-in already'

it 'skips it when told to'
try as_dev cgctl create later --memory 32M --cpuset-cpus 0 --on-missing skip
expect_status 0
expect_in_stderr 'later: cpuset.cpus skipped: controller cpuset'

it 'refuses a limit whose controller is not delegated, and doctor says the same'
try as_dev cgctl create cs --cpuset-cpus 0
expect_status 1
expect_in_stderr 'cpuset' 'user@1000.service' $dropin
try as_dev cgctl doctor --json
expect_status 1
expect_json 'any(.findings[]; .check == "controller cpuset" and (.ok | not) and .needs_root)'

it 'works once root has run the command of cgctl doctor'
mend=$(printf '%s\n' "$out" | jq -r '.findings[] | select(.check == "controller cpuset").mend')
try sh -c "$mend"
expect_status 0
manager_is_back() { as_dev busctl --user --quiet call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus GetId; }
eventually "dev's manager to be back" 30 manager_is_back
try as_dev cgctl create cs --cpuset-cpus 0 --device-write-bps /dev/vda:1M
expect_status 0
tree=/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/cgroupd-tree.service
expect_equal cpuset.cpus 0 "$(cat $tree/cs/cpuset.cpus)"
try as_dev cgctl doctor --json
expect_json 'all(.findings[]; (.check | startswith("controller ") | not) or .ok)'

it 'makes true by itself what was skipped, once it can be had'
laters_cpus() { [ "$(cat $tree/later/cpuset.cpus)" = 0 ]; }
eventually 'cpuset.cpus of later to be 0' 20 laters_cpus
try as_dev cgctl show later --json
expect_json '.limits["cpuset.cpus"] == "0" and (.desired["cpuset.cpus"] | has("skipped") | not)'
as_dev cgctl -q remove cs later
as_dev systemctl --user stop cgroupd
tree_end as_dev

rm -f $dropin
rmdir ${dropin%/*}
systemctl daemon-reload
