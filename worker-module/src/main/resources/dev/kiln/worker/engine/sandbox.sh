# First process of a mount and PID namespace made for one step: waits for a line on standard input, then mounts the image
# and runs a command in it. $1 scratch directory. What is to be done stands in the file "step" there by then: network
# ("network" or "alone"), lower, upper and work for overlay, measured (what takes space), groups (control groups to join)
# and, as positional parameters, the command line. No command of a build can reach that file, nor "problem", which
# says what is wrong with the image. The line holds, in Base64, what bubblewrap is to read from descriptor 9, if anything:
# variables that must not be seen in a file or among the arguments of a process. A file "disk-mounts" tells of a disk: mount point, type, options and source a line.
set -eu
cd "$1"
read -r go || exit 124
. ./step
for group in $groups; do
    echo 0 > "$group" || exit 124
done

problem() {
    echo "$1" > problem
    exit 125
}

# The file systems of a disk, if the base is one: the first becomes the base, the others belong below it. Their loop
# devices go with this namespace.
mounted=0
points=
if [ -f disk-mounts ]; then
    while read -r point type options source; do
        target=base
        if [ "$point" != / ]; then
            mounted=$((mounted + 1))
            target=mounts/$mounted
            points="$points $point"
            mkdir -p "$target"
        fi
        mount -t "$type" -o "$options" "$source" "$target" 2> mount-error < /dev/null ||
            { echo "mounting a file system of the disk failed: $(cat mount-error)" > trouble; exit 125; }
    done < disk-mounts
fi

if [ ! -d "$upper" ]; then
    mkdir new
    chown --reference="${lower%%:*}/" new
    chmod --reference="${lower%%:*}/" new
    mv new "$upper"
fi
# userxattr: a layer looks the same whether the worker is root or not, and can be packed without more privileges.
# volatile: nothing here outlives a crash of the machine, so nobody waits for the disk when it is unmounted.
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$upper,workdir=$work,userxattr,volatile" merged 2> mount-error ||
    { echo "mounting the image's overlay failed: $(cat mount-error)" > trouble; exit 125; }

for directory in proc dev run tmp etc; do
    [ ! -L "merged/$directory" ] || problem "/$directory of the image is a symbolic link, it must be a directory"
    [ -d "merged/$directory" ] || mkdir -m 755 "merged/$directory" 2> /dev/null ||
        problem "/$directory of the image is a file, it must be a directory"
done

# Nor may one lead a mount of the sandbox elsewhere.
for point in $points; do
    while [ -n "$point" ]; do
        [ ! -L "merged$point" ] || problem "$point of the image is a symbolic link, but a file system is mounted there"
        point=${point%/*}
    done
done

# A mount needs a file to cover: the image's own link is put back afterwards, and an invented file removed.
resolver=merged/etc/resolv.conf
before=kept
if [ "$network" = network ] && { [ -L "$resolver" ] || [ ! -e "$resolver" ]; }; then
    before=$(readlink "$resolver" || true)
    rm -f "$resolver"
    : > "$resolver"
fi

# A file that is empty or not whole yet is not read.
(while sleep 0.5; do du -sk $measured > usage.often; done) > /dev/null 2>&1 < /dev/null &

status=0
if [ -z "$go" ]; then
    "$@" || status=$?
else
    exec 8<&0
    printf %s "$go" | base64 -d | { exec 9<&0 0<&8 8<&-; "$@"; } || status=$?
fi

if [ "$before" != kept ]; then
    # The command may have put a link there, and seen from here it leads to this machine's own files.
    [ ! -L merged/etc ] || problem "/etc of the image is a symbolic link, it must be a directory"
    rm -f "$resolver"
    [ -z "$before" ] || ln -s "$before" "$resolver"
fi
# What is measured here decides nothing that the command's own status does not.
[ -z "$measured" ] || du -sk $measured > usage.last 2> /dev/null || true
exit "$status"
