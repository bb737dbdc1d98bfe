# Mounts the file system $3 on $4 for writing by the kernel, and runs the command line that follows. The result is
# complete once the file system is read-only again, even if the kernel still holds it; freed blocks are given back
# first.
mount -t "$1" -o "$2" "$3" "$4" || exit 123
type=$1 at=$4
shift 4
case $type in
xfs) xfs_growfs "$at" > /dev/null || exit 122 ;;
btrfs)
    # The kernel takes nothing smaller.
    [ "$(blockdev --getsize64 "$(findmnt -n -v -o SOURCE "$at")")" -lt 268435456 ] ||
        btrfs filesystem resize max "$at" > /dev/null || exit 122
    ;;
esac
"$@"
status=$?
fstrim "$at" 2> /dev/null
mount -o remount,ro "$at" && umount "$at" || exit 121
exit "$status"
