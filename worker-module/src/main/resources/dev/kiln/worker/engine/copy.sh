# Within the sandbox: standard input becomes the file $2 in the directory $1, with the mode $3.
tools=/run/kiln/busybox
set -e
$tools mkdir -p -- "$1"
[ ! -d "$1/$2" ] || { echo "kiln: $1/$2 is a directory"; exit 1; }
$tools rm -f -- "$1/$2"
$tools cat > "$1/$2"
$tools chmod "$3" -- "$1/$2"
