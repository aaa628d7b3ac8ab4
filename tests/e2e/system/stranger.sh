# Root's cgroups and a user who is nobody to the system's daemon.
# needs: systemd

refused() { # COMMAND...: by the daemon, with nothing changed
    before=$(snapshot)
    try as_eve cgctl --system "$@"
    expect_status 1
    expect_one_line_on_stderr
    expect_in_stderr 'not authorized: eve may not'
    expect_unchanged "$before"
}

cgctl -q create web --memory 64M --pids-limit 30
start_resident web

it 'refuses to set'
refused set web --memory 32M
expect_in_stderr "'web', which belongs to root" '[budget eve]' org.cgroupd1.set-limits

it 'refuses to freeze, thaw and kill'
refused freeze web
refused thaw web
refused kill web
expect_alive "$resident" 'the workload'

it 'refuses to remove, and to create'
refused remove web
refused remove --kill web
refused create mine
refused create web/inner
refused run mine -- true

it 'refuses to move processes'
sleep 1000 &
refused move web $!
kill $!

it 'lets her look, as the policy says'
try as_eve cgctl --system show web --json
expect_status 0
expect_json '.limits["memory.max"] == 67108864'
try as_eve cgctl --system list
expect_status 0

it 'lets her look no more when polkit says so'
mkdir -p /etc/polkit-1/rules.d
echo 'polkit.addRule(function(action, subject) { if (action.id == "org.cgroupd1.inspect" && subject.user == "eve") return polkit.Result.NO; });' \
    >/etc/polkit-1/rules.d/10-cgroupd-test.rules
chmod 755 /etc/polkit-1/rules.d
chmod 644 /etc/polkit-1/rules.d/10-cgroupd-test.rules
systemctl restart polkit
try as_eve cgctl --system list
expect_status 1
expect_in_stderr 'not authorized: eve may not look at'

it 'lets her do exactly what polkit grants'
echo 'polkit.addRule(function(action, subject) { if (action.id == "org.cgroupd1.control" && subject.user == "eve") return polkit.Result.YES; });' \
    >/etc/polkit-1/rules.d/10-cgroupd-test.rules
systemctl restart polkit
try as_eve cgctl --system freeze web
expect_status 0
eventually 'web frozen' 10 has_line web/cgroup.events 'frozen 1'
try as_eve cgctl --system thaw web
expect_status 0
refused set web --memory 32M
rm /etc/polkit-1/rules.d/10-cgroupd-test.rules
systemctl restart polkit

it 'answers others while polkit does not'
systemctl kill --signal STOP polkit
start as_eve cgctl --system kill web
try timeout 5 cgctl show web --json
expect_status 0
systemctl kill --signal CONT polkit
status=0
wait "$started" || status=$?
expect_status 1
expect_alive "$resident" 'the workload'

it "keeps her from dev's own daemon"
as_dev cgctl -q create private
try as_eve cgctl --bus unix:path=/run/user/1000/bus list
expect_status 3
try as_eve curl -sS --unix-socket /run/user/1000/cgroupd/metrics.sock http://localhost/metrics
[ "$status" -ne 0 ] || problem 'expected no answer from the socket'
as_dev cgctl -q remove private
as_dev systemctl --user stop cgroupd
tree_end as_dev
