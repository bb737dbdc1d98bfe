# Within the sandbox, in the static shell mounted there: $1 user or nothing, $2 script.
tools=/run/kiln/busybox
[ -x /bin/sh ] || { echo "kiln: the image has no /bin/sh, which RUN needs"; exit 127; }
[ -n "$1" ] || exec /bin/sh -c "$2"
name=$($tools awk -F: -v wanted="$1" '$1 == wanted || $3 "" == wanted { print $1; exit }' /etc/passwd)
[ -n "$name" ] || { echo "kiln: the image has no user $1 in /etc/passwd"; exit 126; }
exec $tools su -s /bin/sh "$name" -c "$2"
