# First process of a mount and PID namespace made for one step: waits for a line on standard input, then mounts the
# image and runs a command in it. $1 scratch directory, $2 the largest file in blocks of 512 bytes, $3 the most
# processes of this user or nothing, $4 control groups to join, $5 whether it has the build's own network, which
# network.sh makes. By the time of that line the file "step" in the scratch directory says what to do: network
# ("network" or "alone"), lower, upper and work for overlay, measured (what takes space), last (whether it is also
# measured at the end) and, as positional parameters, the command line. The file "filter" says which system calls it may
# make; bubblewrap reads it from descriptor 7. No command of a build can reach that file, nor
# "begun", which says that the command has begun, nor "problem", which says what is wrong with the image. The line
# holds, in Base64, what bubblewrap reads from descriptor 9, if anything: variables that must not appear in a file or
# among the arguments of a process. A file "disk-mounts" describes a disk: mount point, type, options and source on each
# line. Nothing is ever written to the pipe "pause": waiting for it takes no process. This is for the static busybox,
# whose own programs start in half the time of the system's; the system's have a path here.
set -eu
cd "$1"
here=$(pwd -P)
# Now, while nothing waits for it: the kernel can be slow here.
for group in $4; do
    echo 0 > "$group" || exit 124
done
ulimit -c 0
ulimit -f "$2"
[ -z "$3" ] || ulimit -u "$3"
# The previous command's sandbox may make it at the same time.
[ -p pause ] || mkfifo pause 2> /dev/null || [ -p pause ]
[ -z "$5" ] || own_network
read -r go || exit 124
. ./step

problem() {
    echo "$1" > problem
    exit 125
}

# The file systems of a disk, if the base is one: the first becomes the base, the others belong below it, and a nested
# one is already a part of the base. Their loop devices disappear with this namespace.
mounted=0
points=
if [ -f disk-mounts ]; then
    while read -r point type options source; do
        target=base
        if [ "$point" != / ]; then
            points="$points $point"
            [ "$type" != nested ] || continue
            mounted=$((mounted + 1))
            target=mounts/$mounted
            mkdir -p "$target"
        fi
        /bin/mount -t "$type" -o "$options" "$source" "$target" 2> mount-error < /dev/null ||
            { echo "mounting a file system of the disk failed: $(cat mount-error)" > trouble; exit 125; }
    done < disk-mounts
fi

if [ ! -d "$upper" ]; then
    mkdir new
    /bin/chown --reference="${lower%%:*}/" new
    /bin/chmod --reference="${lower%%:*}/" new
    mv new "$upper"
fi
# userxattr: a layer looks the same whether the worker is root or not, and can be packed without more privileges.
# volatile: nothing here has to survive a crash of the machine, so unmounting does not wait for the disk.
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$upper,workdir=$work,userxattr,volatile" merged 2> mount-error ||
    { echo "mounting the image's overlay failed: $(cat mount-error)" > trouble; exit 125; }

for directory in proc dev run tmp etc; do
    [ ! -L "merged/$directory" ] || problem "/$directory of the image is a symbolic link, it must be a directory"
    [ -d "merged/$directory" ] || mkdir -m 755 "merged/$directory" 2> /dev/null ||
        problem "/$directory of the image is a file, it must be a directory"
done

# Nor may a link lead a mount of the sandbox elsewhere.
for point in $points; do
    while [ -n "$point" ]; do
        [ ! -L "merged$point" ] || problem "$point of the image is a symbolic link, but a file system is mounted there"
        point=${point%/*}
    done
done

# A mount needs a file to cover: the image's own link is restored afterwards, and a file made for this is removed.
resolver=merged/etc/resolv.conf
before=kept
if [ "$network" = network ] && { [ -L "$resolver" ] || [ ! -e "$resolver" ]; }; then
    before=$(readlink "$resolver" || true)
    rm -f "$resolver"
    : > "$resolver"
fi

begin() {
    exec 7< filter
    [ -n "$go" ] || exec "$@" 0<&8 8<&-
    printf %s "$go" | base64 -d | { exec 9<&0 0<&8 8<&-; exec "$@"; }
}

# The command first: what follows does not delay it. A background process reads nothing unless given its input
# explicitly.
exec 8<&0
: > begun
begin "$@" &
command=$!
exec 8<&-
# A measurement that is empty or incomplete is not read. Later ones are less frequent: measuring must not slow down a
# long command, and a sleep would be one more process each time. Uses the system's du: busybox's goes by whole paths,
# and does not count what lies deeper than a path can be long. What the command writes meanwhile cannot fill the
# machine, whose free space is checked several times a second. Files that come and go while they are counted are no
# reason to stop. Where nothing is named, as for what only reads, du would take the whole scratch directory and count
# each layer again.
[ -z "$measured" ] || { (
    measure() {
        /usr/bin/du -sk $measured > usage.often || true
        /usr/bin/du -s --inodes $measured > entries.often || true
    }
    exec 7<> pause
    for pause in 0.5 0.5 1 2; do
        read -r -t $pause _ <&7 || true
        measure
    done
    while :; do
        read -r -t 4 _ <&7 || true
        measure
    done
) > /dev/null 2>&1 & }

status=0
wait "$command" || status=$?

if [ "$before" != kept ]; then
    # The command, or a process that it left running, may put a link there, which from here leads to this machine's own
    # files. So the directory is entered first, and its files are named without a path.
    (
        cd -P merged/etc && [ "$(pwd -P)" = "$here/merged/etc" ] && rm -f resolv.conf &&
            { [ -z "$before" ] || ln -s -n -- "$before" resolv.conf; }
    ) 2> /dev/null || problem "/etc of the image is a symbolic link, it must be a directory"
fi
# This measurement is only extra information: the command's own status decides.
[ -z "$last" ] || /usr/bin/du -sk $measured > usage.last 2> /dev/null || true
exit "$status"
