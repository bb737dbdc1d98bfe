# Waits inside a machine for requests of its worker, in the static shell beside it. /.kiln is only in the machine's
# throw-away disk. Three ports: questions and answers; what commands read as their script, and print; what they read as
# their standard input, and print as errors.
tools=/.kiln/busybox

port() {
    for directory in /sys/class/virtio-ports/*; do
        if [ "$($tools cat "$directory/name" 2> /dev/null)" = "kiln.$1" ]; then
            echo "/dev/${directory##*/}"
            return
        fi
    done
}

state() {
    if [ -d /run/systemd/system ]; then
        system=$(systemctl is-system-running 2> /dev/null)
        target=$(systemctl is-active multi-user.target 2> /dev/null)
        echo "state ${system:-unknown} ${target:-unknown}"
    else
        echo "state running active" # other systems start this after everything else
    fi
}

tries=0
until [ -c "$(port control)" ] && [ -c "$(port out)" ] && [ -c "$(port errors)" ]; do
    [ "$tries" -lt 600 ] || exit 1
    modprobe virtio_console 2> /dev/null
    tries=$((tries + 1))
    $tools sleep 0.5
done
# Where commands look for the tools that they are given, and where scripts that choose their own program are put: /run
# itself may be mounted so that nothing can be run from it.
$tools ln -s /.kiln /run/kiln
$tools ln -s /.kiln/task /run/kiln-task
# The scripts of commands hold the run's secrets, which must be in no file of a worker, and this machine's disk is one.
# What commands read as their input is not secret, and can be larger than the memory. The directory was made with this
# script: the root file system may still be read-only now.
$tools mount -t tmpfs -o mode=700,size=16m none /.kiln/script || $tools mount -t ramfs -o mode=700 none /.kiln/script || exit 1
exec 3<> "$(port control)" 4<> "$(port out)" 5<> "$(port errors)"
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd /
echo hello >&3
while read -r word mark script input <&3; do
    case $word in
    state) state >&3 ;;
    run)
        $tools head -c "$script" <&4 > /.kiln/script/text
        $tools head -c "$input" <&5 > /.kiln/input
        $tools sh /.kiln/script/text < /.kiln/input >&4 2>&5 3>&- 4>&- 5>&-
        status=$?
        printf '%s' "$mark" >&4
        printf '%s' "$mark" >&5
        echo "done $mark $status" >&3
        ;;
    esac
done
