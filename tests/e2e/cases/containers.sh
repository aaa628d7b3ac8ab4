# Real containers of rootless podman, with its defaults and beneath our root: by name, with use and limits, and gone when gone.
# needs: systemd
# needs: once

url=http://127.0.0.1:9753/metrics
mkdir -p "$work/image/bin"
cp /bin/busybox "$work/image/bin/"
ln -s busybox "$work/image/bin/sleep"
tar -C "$work/image" --owner 0 --group 0 -cf "$work/image.tar" .
pod() { podman --storage-driver vfs "$@" 2>"$work/podman.err" || { cat "$work/podman.err" >&2; return 1; }; }
web() { pod run -d --name web --network none --memory "$1" --pids-limit 50 localhost/box:1 /bin/sleep 1000 >"$work/background"; }
pod import -q "$work/image.tar" localhost/box:1 >"$work/background" || it 'cannot begin'
printf '[metrics]\ncadvisor = yes\n' >"$config"
daemon_restart

value_of() { printf '%s\n' "$out" | sed -n "s|^$1 ||p"; }

it 'shows a container that podman made with its defaults, by its name'
expect 'a container' web 64m
try curl -sS -f $url
expect_in_stdout 'cgroup_memory_max_bytes{cgroup="podman:web"} 67108864' 'cgroup_pids_max{cgroup="podman:web"} 50' \
    'cgroup_processes{cgroup="podman:web"} 1'
use=$(value_of 'cgroup_memory_current_bytes{cgroup="podman:web"}')
expect "some memory in use, found '$use'" [ "${use:-0}" != 0 ]
info=$(printf '%s\n' "$out" | grep '^cgroupd_cgroup_info{cgroup="podman:web"')
case $info in
    *'path="/sys/fs/cgroup/user.slice/'*'/libpod-'*'.scope/container"'*'container="web"'*'image="localhost/box:1"'*'runtime="podman"'*) ;;
    *) problem "expected path, container, image and runtime, found '$info'" ;;
esac

it 'gives it name and image in the words of cAdvisor, and keeps the row of the whole machine without'
try curl -sS -f $url/cadvisor
expect_in_stdout ',name="web",image="localhost/box:1"} 67108864' 'container_memory_usage_bytes{id="/"} ' "machine_cpu_cores $(nproc)" 'machine_memory_bytes '

it 'shows the network of a container that has one of its own'
start cgctl run net -- unshare --map-root-user --net sh -c 'ip link add dummy0 type dummy && exec sleep 1000'
own_network() { out=$(curl -sS -f $url/cadvisor | grep ^container_network_) && case $out in *',name="net",image="cgroup",interface="dummy0"} 0'*) ;; *) return 1 ;; esac; }
tried="curl $url/cadvisor"
eventually 'dummy0 of net' 10 own_network

it 'has nothing of it at the first scrape after it was removed'
try pod rm -f -t 0 web
expect_status 0
try curl -sS -f $url
expect_status 0
case $out in *podman:web*) problem "expected no podman:web, found $(printf '%s\n' "$out" | grep -m 1 podman:web)" ;; esac

it 'has the same series again when it is run again: a counter reset'
expect 'a container' web 32m
try curl -sS -f $url
expect_in_stdout 'cgroup_memory_max_bytes{cgroup="podman:web"} 33554432'
expect_equal 'samples of its memory' 1 "$(printf '%s\n' "$out" | grep -c '^cgroup_memory_current_bytes{cgroup="podman:web')"

it 'names one by what podman tells of it where its storage cannot be read'
try podman --storage-driver vfs --root "$work/graph" --runroot "$work/run" import -q "$work/image.tar" localhost/box:1
try podman --storage-driver vfs --root "$work/graph" --runroot "$work/run" run -d --name far --network none localhost/box:1 /bin/sleep 1000
expect_status 0
try curl -sS -f $url
expect_in_stdout 'cgroup_processes{cgroup="podman:far"} 1'

it 'names one that podman put beneath our root'
try cgctl create shop --memory 64M
try podman --storage-driver vfs --cgroup-manager cgroupfs run -d --name inner --network none --memory 16m --cgroup-parent "${root#/sys/fs/cgroup}/shop" localhost/box:1 /bin/sleep 1000
expect_status 0
try curl -sS -f $url
info=$(printf '%s\n' "$out" | grep '^cgroupd_cgroup_info{.*container="inner"')
case $info in 'cgroupd_cgroup_info{cgroup="shop/libpod-'*'image="localhost/box:1",runtime="podman"'*) ;; *) problem "expected inner beneath shop, found '$info'" ;; esac
expect_equal 'series of podman:inner' 0 "$(printf '%s\n' "$out" | grep -c 'cgroup="podman:inner"')"

it 'leaves containers out when it is told to'
printf '[metrics]\nexclude = podman:*\n' >"$config"
daemon_restart
try curl -sS -f $url
expect_in_stdout 'cgroupd_cgroups_skipped{reason="excluded"} 2'

: >"$config"
pod rm -f -t 0 -a >"$work/background"
podman --storage-driver vfs --root "$work/graph" --runroot "$work/run" rm -f -t 0 -a >"$work/background" 2>&1
daemon_restart
