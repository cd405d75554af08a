#!/bin/sh
# Disk and memory report of a Linux instance, for RunShellScript.
#
# Parameters: disk_threshold and memory_threshold, in percent, whole numbers from 0 to 100.
# Exit codes: 0  nothing is over its threshold
#             1  something is
#             2  a threshold is not a whole number from 0 to 100
#             3  the instance could not be measured
#
# Cloud Assistant puts the values into this text before the shell sees it, so "..." or '...' around
# one protect nothing: a quote in the value ends them. A here-document whose end word is quoted takes
# every character as it is, and the value is checked before it is used. What it cannot stop is a value
# of several lines, one of which is the end word: the lines after that would run. No script can; who
# may choose the values must be trusted as much as who may run commands.

set -eu
LC_ALL=C
export LC_ALL

fail() { # exit code, message
    printf 'disk-memory-report: %s\n' "$2" >&2
    exit "$1"
}

read_percentage() { # name; the value comes on standard input and is left in $percentage
    percentage=$(cat)
    case $percentage in
        '' | *[!0-9]* | ????*) fail 2 "$1 must be a whole number from 0 to 100" ;;
    esac
    [ "$percentage" -le 100 ] || fail 2 "$1 must be a whole number from 0 to 100"
}

read_percentage disk_threshold <<'END_OF_DISK_THRESHOLD'
{{disk_threshold}}
END_OF_DISK_THRESHOLD
disk_threshold=$percentage

read_percentage memory_threshold <<'END_OF_MEMORY_THRESHOLD'
{{memory_threshold}}
END_OF_MEMORY_THRESHOLD
memory_threshold=$percentage

over=0
report() { # percent used, threshold, what
    mark='ok  '
    if [ "$1" -gt "$2" ]; then
        mark='OVER'
        over=$((over + 1))
    fi
    printf '%s  %3d%%  %s\n' "$mark" "$1" "$3"
}

# Mount points of file systems on disks, each file system once. Network file systems stay out: df
# hangs on a server that is gone. The kernel writes a space in a mount point as \040.
list_mount_points() {
    awk '{
        for (i = 7; i <= NF && $i != "-"; i++) continue
        on_disk = $(i + 1) ~ /^(ext[234]|xfs|btrfs|f2fs|zfs|vfat|exfat)$/
        if ((on_disk || $5 == "/") && !seen[$3]++ && !shown[$5]++) print $5
    }
    END { if (!shown["/"]) print "/" }' /proc/self/mountinfo
}

capacity() { # k for blocks or i for inodes, mount point; empty where the file system has no count
    df -P "-$1" "$2" 2>/dev/null | awk 'NR == 2 {
        for (i = 2; i <= NF; i++) if ($i ~ /^[0-9]+%$/) { print $i + 0; exit }
    }'
}

[ -r /proc/self/mountinfo ] || fail 3 '/proc/self/mountinfo cannot be read'
[ -r /proc/meminfo ] || fail 3 '/proc/meminfo cannot be read'

cat <<'END_OF_HEADING'
Instance {{ACS::InstanceId}}
END_OF_HEADING
printf 'At %s on %s\n\n' "$(date -u '+%Y-%m-%d %H:%M:%S UTC')" "$(uname -n)"

printf 'Disks (threshold %s%%)\n' "$disk_threshold"
measured=0
while IFS= read -r escaped; do
    # printf knows \0040 where the kernel wrote \040
    mount_point=$(printf '%b' "$(printf '%s' "$escaped" | sed 's/\\/\\0/g')")
    space=$(capacity k "$mount_point")
    inodes=$(capacity i "$mount_point")
    if [ -z "$space" ]; then
        printf '?        %s cannot be measured\n' "$escaped"
        continue
    fi
    measured=$((measured + 1))
    report "$space" "$disk_threshold" "space   $mount_point"
    [ -z "$inodes" ] || report "$inodes" "$disk_threshold" "inodes  $mount_point"
done <<END_OF_MOUNT_POINTS
$(list_mount_points)
END_OF_MOUNT_POINTS
[ "$measured" -gt 0 ] || fail 3 'no file system could be measured'

# Kernels before 3.14 have no MemAvailable; free memory and caches come close.
memory=$(awk '
    { kib[$1] = $2 }
    END {
        total = kib["MemTotal:"]
        if (total <= 0) exit 1
        available = kib["MemFree:"] + kib["Buffers:"] + kib["Cached:"]
        if ("MemAvailable:" in kib) available = kib["MemAvailable:"]
        swap = (kib["SwapTotal:"] - kib["SwapFree:"]) / 1024
        printf "%d %d of %d MiB, and %d MiB of swap", \
            100 * (total - available) / total + 0.5, (total - available) / 1024, total / 1024, swap
    }' /proc/meminfo) || fail 3 '/proc/meminfo says nothing about memory'

printf '\nMemory (threshold %s%%)\n' "$memory_threshold"
report "${memory%% *}" "$memory_threshold" "used    ${memory#* }"

printf '\nLargest processes (MiB resident, process id, name)\n'
cat /proc/[0-9]*/status 2>/dev/null | awk '
    sub(/^Name:[ \t]*/, "") { name = $0 }
    /^Pid:/   { pid = $2 }
    /^VmRSS:/ { printf "%8d  %7d  %s\n", $2 / 1024, pid, name }' | sort -rn | head -n 5

printf '\n%s over a threshold\n' "$over"
[ "$over" -eq 0 ] || exit 1
