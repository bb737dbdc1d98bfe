# Within a sandbox with this machine's programs: makes a bootable disk of the tree /image, which may be written to, in
# /out. $1 format (qcow2 or raw), $2 most bytes of the disk, $3 seconds: no time in the disk is later. If something is
# wrong with the tree, a line on standard error says what, and the exit status is 3.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C TZ=UTC0 SOURCE_DATE_EPOCH="$3" E2FSPROGS_FAKE_TIME="$3"
format=$1 most=$2 newest=$3
mebi=1048576
bios=2048 esp_first=4096 root=102400 # first sectors of the partitions

for tool in sfdisk mke2fs dumpe2fs debugfs grub-mkimage mkfs.fat mmd mcopy qemu-img; do
    command -v $tool > /dev/null || missing="${missing-} $tool"
done
[ -e /usr/lib/grub/i386-pc/boot.img ] || missing="${missing-} GRUB for BIOS"
[ -e /usr/lib/grub/x86_64-efi/normal.mod ] || missing="${missing-} GRUB for UEFI"
[ -z "${missing-}" ] || {
    echo "this worker cannot make disks, it has not:$missing; install the packages fdisk, e2fsprogs, dosfstools, mtools," \
        "grub-common, grub-pc-bin, grub-efi-amd64-bin and qemu-utils" >&2
    exit 1
}

cd /image

refuse() {
    echo "$1" >&2
    exit 3
}

newest_of() {
    ls -d "$@" 2> /dev/null | sort -V | tail -n 1
}

for path in boot boot/grub boot/grub/grub.cfg etc etc/fstab; do
    [ ! -L "$path" ] || refuse "/$path of the image is a symbolic link; on a disk it is a file or directory of its own"
done
for path in boot/grub/grub.cfg etc/fstab; do
    [ ! -e "$path" ] || [ -f "$path" ] || refuse "/$path of the image is not a file"
done
kernel=$(newest_of boot/vmlinuz-*)
[ -n "$kernel" ] && [ -f "$kernel" ] || refuse "the image has no kernel: there is no /boot/vmlinuz-* in it"
version=${kernel#boot/vmlinuz-}
case $version in
*[!A-Za-z0-9._+~-]*) refuse "the image's kernel has a name that a boot loader's menu does not take: $kernel" ;;
esac
initramfs=
for name in "initrd.img-$version" "initramfs-$version.img" "initramfs-$version" "initrd-$version"; do
    [ -n "$initramfs" ] || [ ! -f "boot/$name" ] || initramfs=boot/$name
done
[ -n "$initramfs" ] || refuse "the image has no initramfs for its kernel $version: there is no /boot/initrd.img-$version in it"

# Ids that equal trees share and different trees do not: two disks of one machine must not be confused.
seed=$(find . -path ./boot/grub/grub.cfg -prune -o -path ./etc/fstab -prune -o ! -type d -printf '%P %y %m %U %G %s %l\n' |
    sort | sha256sum | cut -c 1-64)
uuid() {
    hash=$(printf '%s %s' "$seed" "$1" | sha256sum)
    printf '%s-%s-4%s-8%s-%s' "$(echo "$hash" | cut -c 1-8)" "$(echo "$hash" | cut -c 9-12)" \
        "$(echo "$hash" | cut -c 13-15)" "$(echo "$hash" | cut -c 16-18)" "$(echo "$hash" | cut -c 19-30)"
}
root_id=$(uuid root)
esp_id=$(printf '%s' "$seed" | cut -c 1-8 | tr a-f A-F)

mkdir -p boot/grub 2> /dev/null || refuse "/boot/grub of the image is not a directory"
cat > boot/grub/grub.cfg << END
serial --unit=0 --speed=115200
terminal_input console serial
terminal_output console serial
set timeout=0
menuentry "Linux $version" {
    search --no-floppy --fs-uuid --set=root $root_id
    linux /$kernel root=UUID=$root_id ro console=tty0 console=ttyS0,115200
    initrd /$initramfs
}
END
touch etc/fstab
others=$(sed -E '/^[[:space:]]*(#|$)/d; /^[[:space:]]*[^[:space:]]+[[:space:]]+(\/|\/boot\/efi)[[:space:]]/d' etc/fstab)
{
    echo "UUID=$root_id / ext4 errors=remount-ro 0 1"
    [ -z "$others" ] || printf '%s\n' "$others"
} > etc/fstab
touch -d "@$newest" boot/grub/grub.cfg boot/grub boot etc/fstab etc
# The tools of the file system cannot name a file with a line break.
find . -newermt "@$newest" ! -type l ! -path '*
*' -printf '%P\0' > /out/later

# What files take here depends on this machine's file system and on what its directories once held; equal trees have to
# give disks of equal size. So each inode counts by its size, and each name with the twelve bytes that go with it.
find . -printf '%i %y %s\n' | sort -u > /out/inodes
inodes=$(wc -l < /out/inodes)
used=$(($(find . -printf '%f123456789012' | wc -c) / 1024))
# A script of many additions is faster than a loop that reads line by line. Links with less than 60 bytes take no block.
sed -nE 's/^[0-9]+ d .*/used=$((used + 4))/p; s/^[0-9]+ f ([0-9]+)$/used=$((used + (\1 + 4095) \/ 4096 * 4))/p
    s/^[0-9]+ l ([6-9][0-9]|[0-9]{3,})$/used=$((used + 4))/p' /out/inodes > /out/sum
. /out/sum
with_spare() {
    echo $(((root / 2 + $1 + $1 / 4 + inodes + 262144) / 1024 * mebi))
}
bytes=$(with_spare $used)
if [ "$bytes" -gt "$most" ]; then
    # Files may have holes, which take no space on the disk either.
    taken=$(with_spare "$(du -sk . | cut -f 1)")
    [ "$taken" -le "$most" ] ||
        refuse "a disk with the image takes $taken bytes, more than the $most of the template's SystemDiskSize"
    bytes=$most
fi
[ "$format" = raw ] || bytes=$most

disk=/out/disk.raw
echo "$bytes" > /out/bytes
truncate -s "$bytes" "$disk"
sectors=$((bytes / 512))
sfdisk --quiet "$disk" << END
label: gpt
label-id: $(uuid disk)
first-lba: 34
start=$bios, size=$((esp_first - bios)), type=21686148-6449-6E6F-744E-656564454649, uuid=$(uuid bios), name=bios
start=$esp_first, size=$((root - esp_first)), type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=$(uuid esp), name=esp
start=$root, size=$((sectors - root - 2048)), type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, uuid=$(uuid part), name=root
END

size=$(((sectors - root - 2048) / 8))
# An inode for every 16 KiB, unless the tree has more files than that, with some to spare.
density="-i 16384" needed=$((inodes + inodes / 4 + 1024))
[ "$needed" -le $((size / 4)) ] || density="-N $needed"
features=none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file
mke2fs -q -F -t ext4 -O $features,huge_file,dir_nlink,extra_isize,metadata_csum -b 4096 -I 256 $density -J size=64 \
    -m 1 -L root -U "$root_id" -E "hash_seed=$(uuid hash),root_owner=0:0,offset=$((root * 512)),lazy_itable_init=1" \
    -d . "$disk" "$size"

# mke2fs takes the times of files from this machine.
file_system="$disk?offset=$((root * 512))"
known=$(dumpe2fs -h "$file_system" 2> /dev/null)
count() {
    printf '%s\n' "$known" | sed -n "s/^$1: *//p"
}
last=$(($(count 'Inode count') - $(count 'Free inodes')))
{
    sed -z 's/^$/<2>/; s/"/""/g; s/.*/set_inode_field "&" mtime @'"$newest"'/' /out/later | tr '\0' '\n'
    for field in atime ctime crtime; do
        echo "set_inode_field <2> $field @$newest"
        seq -f "set_inode_field <%.0f> $field @$newest" 11 "$last"
    done
    seq -f "set_inode_field <%.0f> mtime @$newest" 7 11
} > /out/times
debugfs -w -f /out/times "$file_system" > /out/debugfs 2>&1

# How the firmware finds the root file system: a GRUB with everything built in that a Linux menu needs, because the
# modules in the image are of another version.
cat > /out/early.cfg << END
search.fs_uuid $root_id root
set prefix=(\$root)/boot/grub
END
modules="part_gpt part_msdos ext2 search search_fs_uuid search_fs_file search_label normal configfile linux gzio zstd echo
    test true ls cat serial terminal loadenv reboot halt sleep all_video gfxterm font minicmd"
esp=/out/esp.fat
truncate -s $(((root - esp_first) * 512)) "$esp"
mkfs.fat -F 32 -s 1 --invariant -i "$esp_id" -n EFI "$esp" > /dev/null
grub-mkimage -O x86_64-efi -o /out/grub.efi -p '' -c /out/early.cfg $modules
touch -d "@$newest" /out/grub.efi
mmd -i "$esp" ::/EFI ::/EFI/BOOT
mcopy -m -i "$esp" /out/grub.efi ::/EFI/BOOT/BOOTX64.EFI
dd if="$esp" of="$disk" bs=512 seek=$esp_first conv=notrunc,sparse status=none

grub-mkimage -O i386-pc -o /out/core.img -p '' -c /out/early.cfg biosdisk $modules
le64() {
    number=$1
    for _ in 1 2 3 4 5 6 7 8; do
        printf '\\%03o' $((number & 255))
        number=$((number >> 8))
    done
}
patch() { # file, offset, escaped bytes
    printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
[ "$(stat -c %s /out/core.img)" -le $(((esp_first - bios) * 512)) ]
dd if=/usr/lib/grub/i386-pc/boot.img of="$disk" bs=1 count=440 conv=notrunc status=none
patch "$disk" 92 "$(le64 $bios)"
patch "$disk" 102 '\220\220'
patch /out/core.img 500 "$(le64 $((bios + 1)))"
dd if=/out/core.img of="$disk" bs=512 seek=$bios conv=notrunc status=none

[ "$format" = raw ] || qemu-img convert -f raw -O qcow2 -m 1 -c -o compression_type=zstd "$disk" /out/disk.qcow2
