# First process of a mount and PID namespace made for one step: mounts the image and runs the command in it.
# $1 scratch directory, $2 "network" or "alone", $3 overlay's lower directories, $4 its upper one; then the command line.
# What is wrong with the image is written to the file "problem", which no command of a build can reach.
set -eu
cd "$1"
network=$2
lower=$3
upper=$4
shift 4

problem() {
    echo "$1" > problem
    exit 125
}

[ -d tmp ] || { mkdir new && chmod 1777 new && mv new tmp; }
mkdir -p layers work merged
if [ ! -d "$upper" ]; then
    mkdir new
    chown --reference="${lower%%:*}/" new
    chmod --reference="${lower%%:*}/" new
    mv new "$upper"
fi
# userxattr: a layer looks the same whether the worker is root or not, and can be packed without more privileges.
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$upper,workdir=work,userxattr" merged 2> mount-error ||
    { echo "mounting the image's overlay failed: $(cat mount-error)" > trouble; exit 125; }

for directory in proc dev run tmp etc; do
    [ ! -L "merged/$directory" ] || problem "/$directory of the image is a symbolic link, it must be a directory"
    [ -d "merged/$directory" ] || mkdir -m 755 "merged/$directory" 2> /dev/null ||
        problem "/$directory of the image is a file, it must be a directory"
done

# A mount needs a file to cover: the image's own link is put back afterwards, and an invented file removed.
resolver=merged/etc/resolv.conf
before=kept
if [ "$network" = network ] && { [ -L "$resolver" ] || [ ! -e "$resolver" ]; }; then
    before=$(readlink "$resolver" || true)
    rm -f "$resolver"
    : > "$resolver"
fi

# $1 names the file in between: two measurements at the same time must not move each other's away.
measure() {
    du -skc layers tmp 2> /dev/null | tail -n 1 | cut -f 1 > "usage.$1"
    mv "usage.$1" usage
}
(while sleep 0.5; do measure often; done) > /dev/null 2>&1 < /dev/null &

status=0
"$@" || status=$?

if [ "$before" != kept ]; then
    # The command may have put a link there, and seen from here it leads to this machine's own files.
    [ ! -L merged/etc ] || problem "/etc of the image is a symbolic link, it must be a directory"
    rm -f "$resolver"
    [ -z "$before" ] || ln -s "$before" "$resolver"
fi
# What is measured here decides nothing that the command's own status does not.
measure last 2> /dev/null || true
exit "$status"
