# I/O limits, where the io controller reaches us and /dev/vda is ours (tests/vm without systemd).
# needs: controller io

read -r numbers </sys/class/block/vda/dev
cgctl -q create web --memory 64M || it 'cannot begin'

it 'limits what a device may be read and written'
try cgctl set web --device-read-bps /dev/vda:1M --device-write-bps /dev/vda:2M
expect_status 0
expect_file web/io.max "$numbers rbps=1048576 wbps=2097152 riops=max wiops=max"

it 'changes one of the four and leaves the others'
try cgctl set web --device-read-iops "$numbers:100" --device-write-iops /dev/vda:200
expect_status 0
expect_file web/io.max "$numbers rbps=1048576 wbps=2097152 riops=100 wiops=200"

it 'takes one off with max'
try cgctl set web --device-read-bps /dev/vda:max
expect_status 0
expect_file web/io.max "$numbers rbps=max wbps=2097152 riops=100 wiops=200"

it 'takes all off with unset'
try cgctl unset web io.max
expect_status 0
expect_file web/io.max ''

it 'changes nothing when one of several limits names a device that is not there'
before=$(snapshot)
try cgctl set web --memory 32M --device-read-bps 300:7:1M
expect_status 1
expect_one_line_on_stderr
expect_in_stderr 300:7
expect_unchanged "$before"

it 'refuses a device without a node before anything is sent'
before=$(snapshot)
try cgctl set web --memory 32M --device-read-bps /dev/nosuch:1M
expect_status 2
expect_one_line_on_stderr
expect_in_stderr /dev/nosuch
expect_unchanged "$before"

it 'really slows reading'
try cgctl create slow --device-read-bps /dev/vda:2M
clock
before=$now
try cgctl run slow -- dd if=/dev/vda of=/dev/null bs=256K count=16 iflag=direct
clock
expect_status 0
expect "4 MiB at 2 MiB/s to take at least 1.5 s, found $(((now - before) * 10)) ms" [ $((now - before)) -ge 150 ]

it 'sets the I/O weight, or says what the kernel lacks for it'
try cgctl set web --io-weight 200
if [ -e "$root/web/io.weight" ]; then
    expect_status 0
    expect_file web/io.weight 'default 200'
else
    expect_status 1
    expect_one_line_on_stderr
    expect_in_stderr io.weight BFQ
fi
