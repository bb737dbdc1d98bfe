# Within a sandbox with this machine's programs and the directory /machine: makes of the disk file /machine/given a
# throw-away disk /machine/disk. $1 QEMU's name of the format. If something is wrong with the disk, standard error says
# what, and the exit status is 3.
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
