# cgctl doctor on the system's daemon.
# needs: systemd

it 'finds nothing wrong'
try cgctl doctor
expect_status 0
expect_in_stdout 'ok     sandbox' 'no capability, no new privileges, system call filter'
expect_in_stdout 'ok     controller cpuset' 'ok     controller io'

it 'says what is wrong while the daemon is down'
daemon_stop
try cgctl doctor --json
expect_status 1
expect_json 'any(.findings[]; .check == "cgroupd" and .mend == "systemctl start cgroupd" and .needs_root)'
daemon_start
