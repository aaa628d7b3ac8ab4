# What every case file says: it, try, expect_*, eventually. Sourced by tests/e2e/run; processes are dear under emulation, so few are started.

# --- verdicts ---------------------------------------------------------------------------------------------------------------

sentence='' problems='' last=''

# Begins a behaviour; what follows until the next `it` proves it.
it() { # SENTENCE
    verdict
    sentence="$case_name: $1" problems='' last=''
}

verdict() {
    [ -n "$sentence" ] || return 0
    if [ -z "$problems" ]; then
        echo "ok $sentence"
        echo ok >>"$work/results"
    else
        # One write: what runs in the background may print, too.
        echo "not ok $sentence$problems$last"
        echo 'not ok' >>"$work/results"
    fi
    sentence=''
}

problem() { # TEXT
    problems="$problems
  $1"
    last="
  after: $tried
  which said [$status]: $out${err:+
  and on stderr: $err}"
}

# --- doing ------------------------------------------------------------------------------------------------------------------

tried='' status=0 out='' err=''

# Runs COMMAND; the expect_* below look at what came of it.
try() { # COMMAND [ARGUMENT]...
    tried=$*
    status=0
    out=$("$@" 2>"$work/err") || status=$?
    text_of "$work/err"
    err=$text
}

# A file's text into $text.
text_of() { # FILE
    text=
    while IFS= read -r line || [ -n "$line" ]; do
        text="$text${text:+
}$line"
    done <"$1"
}

# Something in the background that a case does not wait for; what it prints is of no interest.
start() { # COMMAND [ARGUMENT]...
    "$@" >"$work/background" 2>&1 </dev/null &
    started=$!
}

# A process in CGROUP, made if need be, until the cgroup is killed; its id is in $resident.
start_resident() { # CGROUP [LIMIT]...
    start cgctl run "$@" -- sh -c 'exec sleep 1000'
    wait_until 20 first_word_of "$1/cgroup.procs" || problem "expected a process in $1 within 20 s"
    resident=$word
}

# --- waiting ----------------------------------------------------------------------------------------------------------------

# Hundredths of a second since the machine started, into $now.
clock() {
    read -r now _ </proc/uptime
    now=${now%.*}${now#*.}
}

# Tries COMMAND until it succeeds or the time is over.
wait_until() { # SECONDS COMMAND [ARGUMENT]...
    clock
    deadline=$((now + $1 * 100))
    shift
    until "$@"; do
        clock
        [ "$now" -lt $deadline ] || return 1
        sleep 0.05
    done
}

eventually() { # WHAT SECONDS COMMAND [ARGUMENT]...
    what=$1 within=$2
    shift 2
    wait_until "$within" "$@" || problem "expected within $within s: $what"
}

# FILE holds VALUE within a second, by the daemon's own doing; on a machine that is slow now, within five times what takes
# it to make a cgroup for somebody.
within_a_second() { # FILE VALUE
    clock
    since=$now
    wait_until 20 has_line "$1" "$2" || { problem "expected within 20 s: $1 at $2"; return; }
    clock
    took=$((now - since))
    [ $took -gt 100 ] || return 0
    since=$now
    cgctl -q create pace --pids-limit 9
    clock
    pace=$((now - since))
    cgctl -q remove pace
    echo "# $1 was at $2 after $took hundredths of a second; a cgroup is made in $pace"
    [ $took -le $((5 * pace)) ] || problem "expected within 1 s: $1 at $2"
}

# --- the kernel's files (by names below the delegated root) -----------------------------------------------------------------

read_file() { # FILE
    [ -r "$root/$1" ] && text_of "$root/$1"
}

first_word_of() { # FILE
    word=
    [ -r "$root/$1" ] && read -r word _ <"$root/$1"
    [ -n "$word" ]
} 2>/dev/null

# Whether a file has exactly this line.
has_line() { # FILE LINE
    read_file "$1" || return 1
    case "
$text
" in *"
$2
"*) ;; *) return 1 ;; esac
}

# The value of KEY in a flat-keyed file into $value.
key_of() { # FILE KEY
    value=
    while read -r key number; do
        [ "$key" != "$2" ] || { value=$number; return 0; }
    done <"$root/$1"
    return 1
}

# Everything that a refused command could have changed: which cgroups there are, their limits, who is in them.
snapshot() {
    set --
    for directory in "$root" "$root"/*/ "$root"/*/*/ "$root"/*/*/*/; do
        for file in $guarded_files; do
            set -- "$@" "$directory/$file"
        done
    done
    head -v "$@" 2>/dev/null
}
guarded_files='cgroup.procs cgroup.subtree_control cgroup.freeze cgroup.max.depth cgroup.max.descendants
    memory.max memory.high memory.low memory.min memory.swap.max memory.swap.high memory.oom.group
    cpu.max cpu.max.burst cpu.weight cpu.idle pids.max cpuset.cpus cpuset.mems io.max io.weight'

alive() { # PID
    kill -0 "$1" 2>/dev/null
}

gone() { # PID
    ! alive "$1"
}

# --- expecting --------------------------------------------------------------------------------------------------------------

expect() { # WHAT COMMAND [ARGUMENT]...
    what=$1
    shift
    "$@" || problem "expected: $what"
}

expect_equal() { # WHAT EXPECTED FOUND
    [ "$2" = "$3" ] || problem "expected $1 to be '$2', found '$3'"
}

expect_status() { # STATUS
    [ "$status" = "$1" ] || problem "expected exit status $1, found $status"
}

expect_stdout() { # TEXT
    expect_equal stdout "$1" "$out"
}

expect_stderr() { # TEXT
    expect_equal stderr "$1" "$err"
}

expect_in_stdout() { # TEXT...
    for part in "$@"; do
        case $out in *"$part"*) ;; *) problem "expected '$part' in stdout" ;; esac
    done
}

expect_in_stderr() { # TEXT...
    for part in "$@"; do
        case $err in *"$part"*) ;; *) problem "expected '$part' in stderr" ;; esac
    done
}

expect_one_line_on_stderr() {
    case $err in
        '') problem 'expected a line on stderr, found nothing' ;;
        *'
'*) problem 'expected one line on stderr, found more' ;;
    esac
}

expect_file() { # FILE TEXT
    if read_file "$1"; then expect_equal "$1" "$2" "$text"; else problem "expected $1 to be '$2', but it is not there"; fi
}

expect_no_cgroup() { # CGROUP
    [ ! -d "$root/$1" ] || problem "expected no cgroup $1"
}

expect_alive() { # PID WHO
    alive "$1" || problem "expected $2 ($1) to live"
}

expect_key() { # FILE KEY VALUE
    key_of "$1" "$2"
    expect_equal "$2 in $1" "$3" "$value"
}

# Each of jq's filters must answer true for stdout. (In one process: it takes half a second to start here.)
expect_json() { # FILTER...
    all='' wanted=''
    for filter in "$@"; do
        all="$all${all:+, }($filter)"
        wanted="${wanted}true"
    done
    found=$(printf '%s\n' "$out" | jq -j "$all" 2>&1)
    [ "$found" = "$wanted" ] || problem "expected JSON with: $all (jq says: $found)"
}

expect_unchanged() { # SNAPSHOT
    after=$(snapshot)
    [ "$1" = "$after" ] || {
        printf '%s\n' "$1" >"$work/before"
        problem "expected nothing changed, found: $(printf '%s\n' "$after" | diff -U 1 "$work/before" -)"
    }
}
