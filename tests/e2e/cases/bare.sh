# What the machine without systemd has to offer, so that no case goes missing because it does not.
# needs: bare

it 'has all five controllers'
for controller in cpu cpuset io memory pids; do
    expect "controller $controller in $root" grep -qw $controller "$root/cgroup.controllers"
done
