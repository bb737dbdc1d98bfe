# Within a sandbox with this machine's programs, the directory /machine and the static tools /tools: makes of the disk
# file /machine/given a throw-away disk /machine/disk and puts the shell of guest.sh into its root file system, started
# by the machine's init. $1 QEMU's name of the format. If something is wrong with the disk, standard error says what,
# and the exit status is 3; it is 4 if no ext file system contains /sbin/init. The file system's own tools write to it,
# without a mount: it may be hostile, and this needs no privileges.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
cd /machine

for tool in qemu-system-x86_64 qemu-img sfdisk debugfs e2fsck; do
    command -v $tool > /dev/null || missing="${missing-} $tool"
done
[ -z "${missing-}" ] || {
    echo "this worker cannot boot disks, it has not:$missing; install the packages qemu-system-x86, qemu-utils, fdisk and" \
        "e2fsprogs" >&2
    exit 1
}

refuse() {
    echo "$1" >&2
    exit 3
}

given='"file": {"driver": "file", "filename": "/machine/given"}'
case $1 in
qcow2 | vmdk) given="$given, \"backing\": null" ;; # it can name a file that it is based on
esac
given="{\"driver\": \"$1\", $given}"
qemu-img convert -O raw -S 4k "json:$given" disk 2> said || refuse "the disk cannot be read: $(head -c 500 said)"
rm given

table=$(sfdisk --dump disk 2> said) || refuse "the disk has no partition table: $(head -c 500 said)"
sector=$(printf '%s\n' "$table" | sed -n 's/^sector-size: *//p')

in_root() {
    debugfs -R "$1" "$root" 2> /dev/null
}
# Whether there is such a file or directory, or a symbolic link, which is not followed.
exists() {
    in_root "stat $1" | grep -q '^Inode:'
}

root=
for start in $(printf '%s\n' "$table" | sed -n 's/^[^ ]* : start= *\([0-9]*\),.*/\1/p'); do
    root="disk?offset=$((start * ${sector:-512}))"
    ! exists /sbin/init || break
    root=
done
[ -n "$root" ] || exit 4
# Otherwise a replay of its journal would overwrite what is written now.
e2fsck -p -E journal_only "$root" > said 2>&1 || [ $? -le 2 ] || refuse "the root file system is broken: $(head -c 500 said)"

init=$(in_root 'stat /sbin/init' | sed -n 's/^Fast link dest: "\(.*\)"$/\1/p')
cat > hook << END
mkdir /.kiln
cd /.kiln
write /tools busybox
set_inode_field busybox mode 0100755
write /machine/guest.sh guest.sh
END
label() { # file, type: where there is SELinux, init must not use files without a label
    printf 'ea_set %s security.selinux system_u:object_r:%s:s0\n' "$1" "$2"
}
label busybox bin_t >> hook
label guest.sh bin_t >> hook

case ${init##*/} in
systemd)
    cat >> hook << END
cd /etc/systemd/system
write /machine/service kiln-test.service
$(label kiln-test.service systemd_unit_file_t)
mkdir sysinit.target.d
cd sysinit.target.d
write /machine/wants kiln-test.conf
$(label kiln-test.conf systemd_unit_file_t)
END
    ;;
*)
    # These systems start it after everything that is waited for.
    in_root 'dump /etc/inittab inittab' || true
    [ -s inittab ] || printf '::sysinit:/etc/init.d/rcS\n' > inittab
    case ${init##*/} in
    busybox) echo '::once:/.kiln/busybox sh /.kiln/guest.sh' >> inittab ;;
    *) echo 'kiln:2345:once:/.kiln/busybox sh /.kiln/guest.sh' >> inittab ;;
    esac
    printf 'cd /etc\nrm inittab\nwrite /machine/inittab inittab\n' >> hook
    ;;
esac
debugfs -w -f hook "$root" > said 2>&1
exists /.kiln/guest.sh || refuse "the root file system has no room for the test's shell: $(tail -c 500 said)"
