# Starts and stops the installed system cgroupd, as root. Used instead of daemon.sh when tests/e2e/run is root's.

config=/etc/cgroupd/cgroupd.conf

has_systemd() { true; }

installation_begin() {
    ! systemctl --quiet is-active cgroupd || { echo 'a cgroupd is running on the system bus already; stop it first: systemctl stop cgroupd cgroupd-metrics.socket'; return 1; }
    [ ! -e "$config" ] || { echo "$config is there already, and it is not for tests"; return 1; }
    mkdir -p "${config%/*}"
    : >"$config"
    # What the package's installation does.
    systemd-sysusers cgroupd.conf
    systemctl daemon-reload
    busctl --quiet call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus ReloadConfig
    mkdir -p /run/systemd/system/cgroupd.service.d
    # Tests restart it more often than systemd would think healthy.
    printf '[Unit]\nStartLimitIntervalSec=0\n' >/run/systemd/system/cgroupd.service.d/test.conf
    systemctl daemon-reload
}

installation_end() {
    daemon_stop
    tree_end
    rm -rf "$config" /run/systemd/system/cgroupd.service.d
    systemctl daemon-reload
}

# The tree and all it holds; stopping it is refused. COMMAND...: as whom.
tree_end() { # [COMMAND ARGUMENT...]
    "$@" systemctl ${1:+--user} kill cgroupd-tree
    wait_until 20 tree_is_gone "$@"
}
tree_is_gone() { ! "$@" systemctl ${1:+--user} --quiet is-active cgroupd-tree; }

daemon_start() {
    systemctl start cgroupd || { systemctl status --no-pager cgroupd; return 1; }
    daemon_pid >"$work/daemon.pid"
}

# With its socket, which would start it again at the next scrape.
daemon_stop() { systemctl stop cgroupd-metrics.socket cgroupd; }

daemon_restart() { daemon_stop && daemon_start; }

daemon_pid() { systemctl show --value -P MainPID cgroupd; }

delegated_root() { echo "/sys/fs/cgroup$(systemctl show --value -P ControlGroup cgroupd-tree)"; }

# Takes every managed cgroup away.
remove_all() {
    set --
    for directory in "$root"/*/; do
        directory=${directory%/}
        case ${directory##*/} in supervisor | '*') ;; *) set -- "$@" "${directory##*/}" ;; esac
    done
    [ $# -eq 0 ] || cgctl -q remove --kill "$@"
}

# COMMAND as a user who is nobody to the system's daemon.
as_eve() {
    setpriv --reuid eve --regid eve --init-groups --reset-env "$@"
}

# COMMAND as a user who has a manager and a daemon of their own.
as_dev() {
    setpriv --reuid dev --regid dev --init-groups --reset-env env XDG_RUNTIME_DIR=/run/user/1000 \
        DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus "$@"
}
