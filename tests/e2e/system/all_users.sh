# One exporter for all users: the system's daemon shows what each user's cgroupd manages, and every user's containers by name.
# needs: once

url=http://127.0.0.1:9753/metrics
as_dev() {
    setpriv --reuid dev --regid dev --init-groups env -i HOME=/home/dev USER=dev LOGNAME=dev PATH=/usr/local/bin:/usr/bin:/bin \
        XDG_RUNTIME_DIR=/run/user/1000 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus "$@"
}
# From beneath dev's own manager, as a login would be.
# (What podman leaves running must not be waited for.)
from_dev() { as_dev systemd-run --user --quiet --wait --pipe --collect -p KillMode=process "$@"; }
pod() { from_dev podman --storage-driver vfs "$@"; }
mkdir -p "$work/image/bin"
cp /bin/busybox "$work/image/bin/"
ln -s busybox "$work/image/bin/sleep"
tar -C "$work/image" --owner 0 --group 0 -cf /home/dev/image.tar .
chmod 644 /home/dev/image.tar
pod import -q /home/dev/image.tar localhost/box:1 >"$work/background" 2>&1 || it 'cannot begin'
as_dev systemctl --user start cgroupd
printf '[metrics]\nall-users = yes\n' >"$config"
daemon_restart
cgctl -q create shop --pids-limit 30

# What is about cgroups; the rest is long.
page() { out=$(curl -sS -f $url 2>&1 | grep 'root=\|cgroup=\|skipped\|curl:'); }
has() { page && case $out in *"$1"*) ;; *) return 1 ;; esac }

it 'shows what each user manages, with a label for whose it is'
try from_dev cgctl create shop --pids-limit 20
expect_status 0
try from_dev cgctl set shop --drift report
tried="curl $url"
eventually 'the cgroup of dev' 10 has 'cgroup_pids_max{root="dev",cgroup="shop"} 20'
expect_in_stdout 'cgroup_pids_max{root="cgroupd",cgroup="shop"} 30' 'cgroupd_root_info{root="dev",path="/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/cgroupd-tree.service",uid="1000"} 1'
eventually 'what its daemon left with it' 10 has 'policy="report"'

it 'shows a container of a user, by the name his daemon left with it'
try pod run -d --name web --network none --memory 64m localhost/box:1 /bin/sleep 1000
expect_status 0
tried="curl $url"
eventually 'the container of dev' 20 has 'cgroup_memory_max_bytes{root="dev",cgroup="podman:web"} 67108864'
info=$(printf '%s\n' "$out" | grep '^cgroupd_cgroup_info{root="dev",cgroup="podman:web"')
case $info in *'container="web",image="localhost/box:1",runtime="podman"'*) ;; *) problem "expected its name and image, found '$info'" ;; esac

it 'takes the network of the machine for no container of a user'
as_dev mkdir -p /home/dev/.config/cgroupd
[ -e /home/dev/.config/cgroupd/cgroupd.conf ] || printf '[metrics]\ncadvisor = yes\n' >/home/dev/.config/cgroupd/cgroupd.conf
ip link add dummy0 type dummy
as_dev systemctl --user restart cgroupd
start from_dev cgctl run plain -- sleep 1000
own_page() { out=$(curl -sS -f --unix-socket /run/user/1000/cgroupd/metrics.sock http://localhost/metrics/cadvisor 2>&1 | grep '^container_\(network\|processes\)'); }
runs() { own_page && case $out in *'name="plain",image="cgroup"} 1'*) ;; *) return 1 ;; esac }
tried='curl /metrics/cadvisor'
eventually 'a process in plain' 20 runs
expect_in_stdout 'container_network_receive_bytes_total{id="/",interface="dummy0"} 0'
expect_equal 'network rows of cgroups' 0 "$(printf '%s\n' "$out" | grep '^container_network' | grep -vc 'id="/"')"
ip link delete dummy0

it 'believes nothing that a user writes there'
scope=$(echo /sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-*.scope/container)
try as_dev python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.cgroupd.labels", b"container=\xff\nimage=a\"} 1\\\n")' "$scope"
expect_status 0
try curl -sS -f $url
whole=$out
page
expect_in_stdout 'cgroup_memory_max_bytes{root="dev",cgroup="podman:' 'image="a\"} 1\\"'
printf '%s\n' "$whole" | promtool check metrics >"$work/background" 2>&1
expect 'a page that Prometheus can read' [ $? -ne 1 ]

it 'loses a user who goes, and nothing else'
pod rm -f -t 0 -a >"$work/background" 2>&1
as_dev systemctl --user stop cgroupd
tree_end as_dev
page
expect_in_stdout 'cgroup_pids_max{root="cgroupd",cgroup="shop"} 30'
expect_equal 'rows of dev' 0 "$(printf '%s\n' "$out" | grep -c '^cgroup_.*root="dev"')"

: >"$config"
daemon_restart
