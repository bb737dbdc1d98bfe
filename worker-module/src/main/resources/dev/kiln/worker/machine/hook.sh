# Within a sandbox that has the root file system of a throw-away disk as /disk/root: puts the shell of guest.sh there
# from /disk/archive, started by the machine's init. If something is wrong with the disk, standard error says what, and
# the exit status is 3.
set -eu
cd /disk/root

refuse() {
    echo "$1" >&2
    exit 3
}

# Only the text of a link is read: from here it would lead to this machine's own files.
init=
for directory in usr/sbin usr/bin sbin; do
    if [ -z "$init" ] && [ "$(realpath "$directory" 2> /dev/null)" = "/disk/root/$directory" ]; then
        init=$(readlink "$directory/init" || { [ ! -f "$directory/init" ] || echo init; })
    fi
done
[ -n "$init" ] || refuse "the root file system has no /sbin/init: commands cannot be run in such a machine"

unpack() {
    tar --extract --file=/disk/archive --xattrs --xattrs-include=security.selinux --numeric-owner --same-owner \
        --same-permissions "$@" 2> /tmp/said || refuse "the root file system does not take the test's shell: $(tail -c 500 /tmp/said)"
}

unpack .kiln
case ${init##*/} in
systemd)
    units=etc/systemd/system
    mkdir -p "$units" && [ "$(realpath "$units")" = "/disk/root/$units" ] ||
        refuse "/$units of the image is not a directory that no symbolic link leads to"
    unpack "$units"
    ;;
*)
    [ ! -L etc/inittab ] || refuse "/etc/inittab of the image is a symbolic link, it must be a file"
    [ -s etc/inittab ] || printf '::sysinit:/etc/init.d/rcS\n' > etc/inittab
    [ -z "$(tail -c 1 etc/inittab)" ] || echo >> etc/inittab
    case ${init##*/} in
    busybox) echo '::once:/.kiln/busybox sh /.kiln/guest.sh' >> etc/inittab ;;
    *) echo 'kiln:2345:once:/.kiln/busybox sh /.kiln/guest.sh' >> etc/inittab ;;
    esac
    ;;
esac
