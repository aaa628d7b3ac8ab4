# Starts and stops the installed cgroupd: below systemd as its units say, without systemd (CGROUPD_ROOT is set) by hand.

config=$work/config/cgroupd/cgroupd.conf
runtime_units=${XDG_RUNTIME_DIR:-}/systemd/user

has_systemd() { [ -z "${CGROUPD_ROOT:-}" ]; }

# A build that is staged below $CGROUPD_STAGE instead of installed, for this session of the user only.
use_staged_build() {
    PATH=$CGROUPD_STAGE/usr/bin:$PATH
    mkdir -p "$runtime_units" "$XDG_RUNTIME_DIR/dbus-1/services"
    for unit in cgroupd.service cgroupd-tree.service cgroupd-metrics.socket; do
        sed "s|^ExecStart=/|ExecStart=$CGROUPD_STAGE/|" "$CGROUPD_STAGE/usr/lib/systemd/user/$unit" >"$runtime_units/$unit"
    done
    cp "$CGROUPD_STAGE/usr/share/dbus-1/services/org.cgroupd1.service" "$XDG_RUNTIME_DIR/dbus-1/services/"
    reload_bus
}

reload_bus() { busctl --user --quiet call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus ReloadConfig; }

# The user's own configuration, and a cgroupd that is in use, are not for tests.
installation_begin() {
    mkdir -p "${config%/*}"
    : >"$config"
    ! busctl --user status org.cgroupd1 >/dev/null 2>&1 || { echo 'a cgroupd is running on this bus already; stop it first: systemctl --user stop cgroupd'; return 1; }
    has_systemd || return 0
    ! systemctl --user --quiet is-active cgroupd-tree || { echo 'cgroupd-tree is running already; if nothing in it is needed, end it: systemctl --user kill cgroupd-tree'; return 1; }
    [ -z "${CGROUPD_STAGE:-}" ] || use_staged_build
    mkdir -p "$runtime_units/cgroupd.service.d"
    # Tests restart it more often than systemd would think healthy.
    printf '[Unit]\nStartLimitIntervalSec=0\n[Service]\nEnvironment=XDG_CONFIG_HOME=%s XDG_STATE_HOME=%s\n' "${config%/cgroupd/*}" "$work/state" \
        >"$runtime_units/cgroupd.service.d/test.conf"
    systemctl --user daemon-reload
}

installation_end() {
    daemon_stop
    has_systemd || return 0
    tree_end
    rm -f "$runtime_units/cgroupd.service.d/test.conf"
    rmdir "$runtime_units/cgroupd.service.d" 2>/dev/null
    if [ "${CGROUPD_STAGE:-}" ]; then
        rm -f "$runtime_units/cgroupd.service" "$runtime_units/cgroupd-tree.service" "$runtime_units/cgroupd-metrics.socket" "$XDG_RUNTIME_DIR/dbus-1/services/org.cgroupd1.service"
        reload_bus
    fi
    systemctl --user daemon-reload
}

# The tree and all it holds; stopping it is refused.
tree_end() {
    systemctl --user kill cgroupd-tree
    wait_until 20 tree_is_gone
}
tree_is_gone() { ! systemctl --user --quiet is-active cgroupd-tree; }

daemon_start() {
    if has_systemd; then
        systemctl --user start cgroupd || { systemctl --user status --no-pager cgroupd; return 1; }
        daemon_pid >"$work/daemon.pid"
        return
    fi
    : >"$work/daemon.log"
    setsid cgroupd --root "$CGROUPD_ROOT" --config "$config" --state "$work/state/cgroupd" >>"$work/daemon.log" 2>&1 </dev/null &
    echo $! >"$work/daemon.pid"
    # Not by asking it: the bus would start another one.
    wait_until 20 grep -q manages "$work/daemon.log" || { cat "$work/daemon.log"; return 1; }
}

# Until it has gone.
daemon_stop() {
    if has_systemd; then
        systemctl --user stop cgroupd
        return
    fi
    kill "$(daemon_pid)" 2>/dev/null
    wait_until 20 gone "$(daemon_pid)"
}

daemon_restart() { daemon_stop && daemon_start; }

daemon_pid() {
    if has_systemd; then systemctl --user show --value -P MainPID cgroupd; else cat "$work/daemon.pid"; fi
}

# What SQLite itself says about the store: "ok".
store_check() {
    python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("PRAGMA integrity_check").fetchone()[0])' "$work/state/cgroupd/state.db"
}

# What it said lately.
daemon_log() {
    if has_systemd; then journalctl --user -u cgroupd --no-pager -o short-precise -n 20; else tail -n 20 "$work/daemon.log"; fi
}

delegated_root() {
    if has_systemd; then
        echo "/sys/fs/cgroup$(systemctl --user show --value -P ControlGroup cgroupd-tree)"
    else
        echo "$CGROUPD_ROOT"
    fi
}

# Takes every managed cgroup away.
remove_all() {
    set --
    for directory in "$root"/*/; do
        directory=${directory%/}
        case ${directory##*/} in supervisor | '*') ;; *) set -- "$@" "${directory##*/}" ;; esac
    done
    [ $# -eq 0 ] || cgctl -q remove --kill "$@"
}

# The daemon stays down, whoever asks for it, until let_start.
keep_from_starting() {
    daemon_stop
    has_systemd || return 0
    # A staged build's units lie where a runtime mask would.
    # shellcheck disable=SC2046
    systemctl --user --quiet mask $([ "${CGROUPD_STAGE:-}" ] || echo --runtime) cgroupd
}

let_start() {
    ! has_systemd || systemctl --user --quiet unmask $([ "${CGROUPD_STAGE:-}" ] || echo --runtime) cgroupd
    daemon_start
}
