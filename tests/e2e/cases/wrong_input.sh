# Wrong input: one line that names the offending word, and nothing is changed.
# needs: once

cgctl -q create web --memory 64M --pids-limit 20 --cpus 0.5 || it 'cannot begin'
before=$(snapshot)

refuses() { # WORD CGCTL_ARGUMENT...
    word=$1
    shift
    case $* in
        *[![:print:]]*) it "refuses: $1 a name with a control character" ;;
        ??????????????????????????????????????????????????????????????*) it "refuses: $1 a name with $word" ;;
        *) it "refuses: $*" ;;
    esac
    try cgctl "$@"
    case $status in 1 | 2) ;; *) problem "expected exit status 1 or 2, found $status" ;; esac
    expect_stdout ''
    expect_one_line_on_stderr
    expect_in_stderr "$word"
    expect_unchanged "$before"
}

refuses 64Q set web --memory 64Q
refuses 367d set web --memory 48M --for 367d
refuses 400d set web --memory 48M --within 400d
refuses NAME run -- web true
refuses NAME run --memory 5M -- ls
refuses -1 set web --memory -1
refuses --memory set web --memory ''
refuses --memory set web --memory=
refuses --memory set web --memory
refuses ' 64M' set web --memory ' 64M'
refuses 0x200000 set web --memory 0x200000
refuses '1 is less' set web --memory 1
refuses 99999999999G set web --memory 99999999999G
refuses 101% set web --memory 101%
refuses '--cpus 0' set web --cpus 0
refuses nan set web --cpus nan
refuses --bogus set web --bogus 1
refuses --memroy set web --memroy 64M
refuses '--pids-limit 0' set web --pids-limit 0
refuses 3-1 set web --cpuset-cpus 3-1
refuses 10001 set web --cpu-weight 10001
refuses '--cpu-period 100 ' set web --cpu-period 100
refuses maybe set web --oom-group maybe
refuses nosuch.max set web --set nosuch.max=1
refuses cgroup.procs set web --set cgroup.procs=1
refuses memory.max set web --set memory.max
refuses 32M set web --memory 64M --memory 32M
refuses limit set web
refuses nosuch set nosuch --memory 64M
refuses 'did you mean web' set wbe --memory 64M
refuses ../evil create ../evil
refuses web/../../evil create web/../../evil
refuses a//b create a//b
refuses /abs create /abs
refuses a/ create a/
refuses "'.'" create .
refuses cgroup.procs create cgroup.procs
refuses memory.max create memory.max
refuses supervisor create supervisor
refuses supervisor create supervisor/x
refuses supervisor remove --kill supervisor
refuses empty create ''
refuses '\x0a' create 'a
b'
refuses '\x1b' create "$(printf 'a\033[31mb')"
refuses 'a b' create 'a b'
refuses '129 characters' create "$(printf '%0129d' 7)"
refuses '41 deep' create "$(printf 'd/%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40)x"
refuses nosuch unset web nosuch
refuses cpu.max unset web --cpu-period
refuses frobnicate frobnicate web
refuses 'did you mean create' craete web
refuses abc move web abc
refuses 4194303 move web 4194303
refuses nosuch remove nosuch
refuses nosuch show nosuch
refuses nosuch kill nosuch
refuses nosuch freeze nosuch

it 'says what to write instead: a unit, a flag, a name'
try cgctl set web --memory 64Q
expect_in_stderr 512M
try cgctl set web --memroy 64M
expect_in_stderr 'did you mean --memory?'

it 'does not crash on a name of 100000 characters'
try cgctl create "$(printf '%0100000d' 7)"
expect_status 2
expect_one_line_on_stderr
expect_unchanged "$before"
