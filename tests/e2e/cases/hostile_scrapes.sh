# Whoever may connect can neither stop a scrape nor the bus.
# needs: systemd
# needs: once

cgctl -q create web --memory 64M || it 'cannot begin'
url=http://127.0.0.1:9753
number_of() { # METRIC
    try curl -sS -f $url/metrics
    value=$(printf '%s\n' "$out" | sed -n "s/^$1 //p")
}

it 'is on time for the next scrape under half-sent requests, slow readers, garbage and 1,000 connections'
ulimit -n 4096
number_of process_resident_memory_bytes
before=$value
# Prometheus waits for ten seconds; much less is wanted, but this machine is emulated.
try python3 "$here/hostile.py" 9753 5
expect_status 0
[ -n "$problems" ] || printf '%s\n' "$out" | sed '/^$/d; s/^/# after /'

it 'has taken no memory for them, and let them all go'
few_descriptors() { number_of process_open_fds; [ -n "$value" ] && [ "${value%.*}" -lt 250 ]; }
eventually 'their descriptors closed' 30 few_descriptors
number_of process_resident_memory_bytes
expect "less than 16 MB more, found $value after $before" [ "$(awk "BEGIN { print ($value - $before) / 1048576 < 16 }")" = 1 ]

it 'keeps answering the bus while it is scraped without a pause'
mkdir "$work/scrapers"
for i in 1 2 3 4; do
    start sh -c "while [ -d '$work/scrapers' ]; do curl -s -o /dev/null $url/metrics; done"
done
for i in 1 2 3 4 5; do
    clock
    begin=$now
    try cgctl set web --memory "$((64 + i))M"
    clock
    expect_status 0
    expect "an answer within 5 s, found $((now - begin)) hundredths" [ $((now - begin)) -lt 500 ]
done
rmdir "$work/scrapers"
expect_file web/memory.max $((69 * 1048576))

it 'shows the whole of what stays while others come and go'
mkdir "$work/churn"
# Many at once, so that some go between the walk and the reading of their files.
brief=
for i in 0 1 2 3 4 5 6 7 8 9; do brief="$brief $root/brief-1$i $root/brief-2$i $root/brief-3$i"; done
start sh -c "while [ -d '$work/churn' ]; do mkdir $brief; rmdir $brief; done"
rows() { value=$(printf '%s\n' "$out" | grep -c 'cgroup="web"'); }
try curl -sS -f $url/metrics
rows
whole=$value
met=0
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    try curl -sS -f $url/metrics
    rows
    expect_equal 'rows of web' "$whole" "$value"
    expect_in_stdout '
cgroupd_scrape_collector_success{collector="cgroups"} 1
' '
cgroupd_scrape_failed_reads 0
'
    case $out in *'cgroup="brief-'*) met=$((met + 1)) ;; esac
done
expect 'some of those that come and go on some page' [ $met -gt 0 ]
rmdir "$work/churn"
wait $started
