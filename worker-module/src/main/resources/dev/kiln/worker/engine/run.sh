# Within the sandbox, in the static shell mounted there: $1 user or nothing, $2 script. Has no variables of its own: each
# would replace the one of that name in the command's environment. Who a user is tells what HOME and the like are where
# neither the image, ENV nor a parameter sets them.
[ -x /bin/sh ] || { echo "kiln: the image has no /bin/sh, which RUN needs"; exit 127; }
[ -n "$1" ] || { export HOME="${HOME-/root}"; exec /bin/sh -c "$2"; }
set -- "$1" "$2" "$(/run/kiln/busybox awk -F: -v wanted="$1" \
    '$1 == wanted || $3 "" == wanted { print $1 ":" $6; exit }' /etc/passwd)"
[ -n "$3" ] || { echo "kiln: the image has no user $1 in /etc/passwd"; exit 126; }
set -- "$2" "${3%%:*}" "${3#*:}"
export HOME="${HOME-$3}" USER="${USER-$2}" LOGNAME="${LOGNAME-$2}" SHELL="${SHELL-/bin/sh}"
exec /run/kiln/busybox su -m -s /bin/sh "$2" -c "$1"
