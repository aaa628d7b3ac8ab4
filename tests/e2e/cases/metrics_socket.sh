# cgroupd-metrics.socket listens for the daemon.
# needs: systemd

url=http://127.0.0.1:9753
daemon_stop 2>"$work/err"

it 'starts the daemon with the first scrape'
systemctl --user start cgroupd-metrics.socket || problem 'the socket does not start'
try systemctl --user is-active cgroupd
expect_stdout inactive
try curl -sS -f $url/metrics
expect_status 0
expect_in_stdout '
cgroupd_build_info{version="'
daemon_pid >"$work/daemon.pid"

it 'keeps the port while the daemon comes and goes'
daemon_restart 2>"$work/err"
daemon_pid >"$work/daemon.pid"
try curl -sS -f $url/metrics
expect_status 0

daemon_stop 2>"$work/err"
systemctl --user stop cgroupd-metrics.socket
daemon_start
