# Within the sandbox of copy.sh and after it, with the static tools /tools: puts the shell of guest.sh into the root
# file system of /machine/disk, an ext that begins at byte $1, started by the machine's init. If something is wrong
# with the disk, standard error says what, and the exit status is 3. The file system's own tools write to it, without
# a mount: it may be hostile, and this needs no privileges.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
cd /machine
root="disk?offset=$1"

refuse() {
    echo "$1" >&2
    exit 3
}

in_root() {
    debugfs -R "$1" "$root" 2> /dev/null
}

# Otherwise a replay of its journal would overwrite what is written now.
e2fsck -p -E journal_only "$root" > said 2>&1 || [ $? -le 2 ] || refuse "the root file system is broken: $(head -c 500 said)"

init=$(in_root 'stat /sbin/init' | sed -n 's/^Fast link dest: "\(.*\)"$/\1/p')
cat > hook << END
mkdir /.kiln
cd /.kiln
mkdir script
write /tools busybox
set_inode_field busybox mode 0100755
write /machine/guest.sh guest.sh
END
label() { # file, type: where there is SELinux, init must not use files without a label
    printf 'ea_set %s security.selinux system_u:object_r:%s:s0\n' "$1" "$2"
}
label script bin_t >> hook
label busybox bin_t >> hook
label guest.sh bin_t >> hook

case ${init##*/} in
systemd)
    # The links of the disk are debugfs's to follow: it knows no file outside of the disk.
    for directory in /etc/systemd /etc/systemd/system; do
        in_root "stat $directory" | grep -q '^Inode:' ||
            printf 'mkdir %s\n%s\n' $directory "$(label $directory systemd_unit_file_t)" >> hook
    done
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
    [ -z "$(tail -c 1 inittab)" ] || echo >> inittab
    case ${init##*/} in
    busybox) echo '::once:/.kiln/busybox sh /.kiln/guest.sh' >> inittab ;;
    *) echo 'kiln:2345:once:/.kiln/busybox sh /.kiln/guest.sh' >> inittab ;;
    esac
    printf 'cd /etc\nrm inittab\nwrite /machine/inittab inittab\n' >> hook
    ;;
esac
debugfs -w -f hook "$root" > said 2>&1
in_root 'stat /.kiln/guest.sh' | grep -q '^Inode:' ||
    refuse "the root file system has no room for the test's shell: $(tail -c 500 said)"

# debugfs goes on after errors, and writes elsewhere when it could not enter a directory.
require() { # what, its path in the disk, the file that has to lie there
    [ "$(in_root "cat $2" | head -c 65536)" = "$(cat "$3")" ] ||
        refuse "$1 of the image does not take the start of the test's shell, $2: $(tail -c 500 said)"
}
case ${init##*/} in
systemd)
    units=/etc/systemd/system
    require $units $units/kiln-test.service service
    require $units $units/sysinit.target.d/kiln-test.conf wants
    ;;
*)
    in_root 'cat /etc/inittab' | tail -n 1 | grep -q ' /.kiln/guest.sh$' ||
        refuse "/etc/inittab of the image does not take the start of the test's shell: $(tail -c 500 said)"
    ;;
esac
